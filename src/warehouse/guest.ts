/** The database of a home that another process holds, asked through its socket. */
import { readFile } from "node:fs/promises"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Schema, type Scope } from "effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { Database } from "../component/database.ts"
import { DatabaseError } from "../component/error.ts"
import { sql } from "../component/sql.ts"
import type { Home } from "./home.ts"
import { Answer, Notice, Question } from "./question.ts"

const Columns = Schema.Array(Schema.Tuple([Schema.String, Schema.String]))

/** Null: nobody answers. */
export const guestDatabase = (home: Home): Effect.Effect<Database["Service"] | null, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { socket } = yield* Effect.flatMap(
      Effect.tryPromise(() => readFile(home.owner, "utf8")),
      Schema.decodeUnknownEffect(Notice)
    )
    // The host is a formality: the socket decides who answers.
    const agent = yield* NodeHttpClient.makeAgent({ socketPath: socket })
    const client = yield* Effect.provideService(NodeHttpClient.makeNodeHttp, NodeHttpClient.HttpAgent, agent)
    const database = asking(client)
    yield* database.rows(sql`select 1`, Schema.Unknown)
    return database
  }).pipe(Effect.orElseSucceed(() => null))

const asking = (client: HttpClient): Database["Service"] => {
  const ask = (kind: (typeof Question.Type)["kind"], statement: string) =>
    HttpClientRequest.post("http://owner/").pipe(
      HttpClientRequest.schemaBodyJson(Question)({ kind, statement, directory: process.cwd() }),
      Effect.flatMap(client.execute),
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer)),
      Effect.mapError(
        (cause) =>
          new DatabaseError({
            code: "locked",
            message: `The process that holds the database doesn't answer: ${cause.message}`,
            statement
          })
      ),
      Effect.flatMap((answer) => (answer.ok ? Effect.succeed(answer.value) : Effect.fail(answer.error)))
    )
  const refused = (statement: string) =>
    Effect.fail(
      new DatabaseError({
        code: "locked",
        message: "Another process holds the database: it can only be read now.",
        statement
      })
    )
  const rows: Database["Service"]["rows"] = (query, schema) =>
    Effect.flatMap(ask("rows", query), (value) => Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(schema))(value)))
  return {
    execute: (statements) => Effect.asVoid(ask("execute", statements)),
    rows,
    committed: rows,
    describe: (query) =>
      Effect.flatMap(ask("describe", query), (value) =>
        Effect.map(Effect.orDie(Schema.decodeUnknownEffect(Columns)(value)), (columns) => new Map(columns))
      ),
    append: (table) => refused(`append to ${table}`),
    lean: (effect) => effect,
    transaction: () => refused("begin")
  }
}
