/** What another process asks the one that holds the database, what that answers, and where it listens. */
import { Schema } from "effect"
import { DatabaseError } from "../component/error.ts"

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
