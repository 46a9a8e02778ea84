/** Answers what other processes ask the owner of the database, in HTTP over sockets that it is handed. */
import { type Server, createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Schema, type Scope } from "effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { authored } from "../component/sql.ts"
import type { Connection } from "./duckdb.ts"
import { Answer, Question } from "./question.ts"

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

/** A server that listens nowhere: it answers one question on each socket that it is given as a `connection`. */
export const answering = (connection: Connection): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function* () {
    const handler = yield* NodeHttpServer.makeHandler(reply(connection), { scope: yield* Effect.scope })
    const server = createServer(handler)
    server.maxRequestsPerSocket = 1
    return server
  })

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
