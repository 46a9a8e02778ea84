/** One owner, many hands: the process that holds the database file answers the questions of others, through a socket. */
import { createServer } from "node:http"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Schema, type Scope } from "effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { DatabaseError } from "../component/error.ts"
import { authored } from "../component/sql.ts"
import type { Connection } from "./duckdb.ts"
import type { Home } from "./home.ts"

/** What a guest asks, and the directory that its relative paths start in. */
export const Question = Schema.Struct({
  kind: Schema.Literals(["rows", "describe", "execute"]),
  statement: Schema.String,
  directory: Schema.String
})

export const Answer = Schema.Union([
  Schema.Struct({ ok: Schema.Literal(true), value: Schema.Unknown }),
  Schema.Struct({ ok: Schema.Literal(false), error: DatabaseError })
])

/** Where the owner listens; beside the database. */
export const Notice = Schema.fromJsonString(Schema.Struct({ socket: Schema.String }))

/** Longer paths than this are refused for sockets by some systems. */
const LONGEST_PATH = 100

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

/** Answers guests until the scope ends. Where no socket can be had, there are no guests: the owner goes on without. */
export const serveGuests = (home: Home, connection: Connection): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* socketPath(home)
    const server = yield* NodeHttpServer.make(createServer, { path: socket, gracefulShutdownTimeout: "1 second" })
    yield* server.serve(reply(connection))
    const text = yield* Effect.orDie(Schema.encodeEffect(Notice)({ socket }))
    yield* Effect.acquireRelease(
      Effect.promise(() => writeFile(home.owner, text, { mode: 0o600 })),
      () => Effect.promise(() => rm(home.owner, { force: true }))
    )
  }).pipe(Effect.catchCause((cause) => Effect.logDebug("No socket for other processes", cause)))

const socketPath = (home: Home): Effect.Effect<string, never, Scope.Scope> => {
  if (process.platform === "win32") return Effect.succeed(`\\\\.\\pipe\\keepsake-${process.pid}`)
  const beside = join(home.directory, "owner.sock")
  const remove = (path: string) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  if (beside.length <= LONGEST_PATH) {
    // A killed owner leaves its socket; the database's lock says that it is gone.
    return Effect.as(
      Effect.acquireRelease(remove(beside), () => remove(beside)),
      beside
    )
  }
  return Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "keepsake-owner-"))),
      remove
    ),
    (folder) => join(folder, "owner.sock")
  )
}

const reply = (connection: Connection) =>
  Effect.gen(function* () {
    const question = yield* HttpServerRequest.schemaBodyJson(Question)
    const answer = yield* ask(connection, question).pipe(
      Effect.map((value): typeof Answer.Type => ({ ok: true, value })),
      Effect.catch((error) => Effect.succeed<typeof Answer.Type>({ ok: false, error }))
    )
    return yield* HttpServerResponse.schemaJson(Answer)(answer)
  }).pipe(Effect.catchCause(() => Effect.succeed(HttpServerResponse.empty({ status: 400 }))))

const ask = (connection: Connection, { directory, kind, statement }: typeof Question.Type) =>
  Effect.gen(function* () {
    const database = yield* connection.guest(directory)
    const text = authored(statement)
    switch (kind) {
      case "rows":
        return yield* database.rows(text, AnyRow)
      case "describe":
        return [...(yield* database.describe(text))]
      case "execute":
        return yield* Effect.as(database.execute(text), null)
    }
  }).pipe(Effect.scoped)
