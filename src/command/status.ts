import { Effect, Schema } from "effect"
import { Database } from "../component/database.ts"
import { name, sql } from "../component/sql.ts"
import { lifeTables } from "../life/table.ts"
import { type Shared, answer } from "./reply.ts"
import { homeOf, storeLayer } from "./session.ts"
import { aligned, number } from "./text.ts"

const Run = Schema.Struct({
  run_id: Schema.String,
  command: Schema.String,
  /** Null: it concerns the home as a whole. */
  pipeline: Schema.NullOr(Schema.String),
  status: Schema.String,
  started_at: Schema.String,
  seconds: Schema.NullOr(Schema.Number),
  /** Why it failed. */
  error: Schema.NullOr(Schema.String)
})
const Reject = Schema.Struct({
  source: Schema.String,
  code: Schema.String,
  count: Schema.Number,
  /** Null: it is no file. */
  example: Schema.NullOr(Schema.String)
})
const Count = Schema.Struct({ n: Schema.Number })

/** The last runs, what was set aside, and how much is stored. */
export const status = (shared: Shared) =>
  answer(
    "status",
    shared,
    Effect.gen(function* () {
      const database = yield* Database
      const runs = yield* database.rows(
        sql`select run_id::varchar as run_id, command, pipeline, status, started_at, date_diff('second', started_at, ended_at) as seconds, error->>'message' as error
          from state.runs order by started_at desc, rowid desc limit 5`,
        Run
      )
      const rejects = yield* database.rows(
        sql`select source, code, count(*) as count, min(coalesce(member, archive)) as example from state.rejects
          where run_id in (select run_id from state.runs order by started_at desc limit 5) group by all order by all`,
        Reject
      )
      const tables = yield* Effect.forEach(lifeTables, (table) =>
        Effect.map(
          database.rows(sql`select count(*) as n from life.${name(table.name)}`, Count),
          ([row]) => [`life.${table.name}`, row?.n ?? 0] as const
        )
      )
      return {
        summary: { home: homeOf(shared).directory },
        result: { runs, rejects, tables: Object.fromEntries(tables) },
        text: [
          `Home: ${homeOf(shared).directory}`,
          "",
          ...aligned(tables.map(([table, n]) => [table, number(n)])),
          "",
          ...(runs.length === 0
            ? ["No runs yet. Start one with: keepsake run PIPELINE"]
            : aligned(
                runs.map((run) => [
                  run.started_at.slice(0, 19).replace("T", " "),
                  run.run_id.slice(0, 8),
                  `${run.command}${run.pipeline === null ? "" : ` ${run.pipeline}`}`,
                  run.status,
                  run.seconds === null ? "" : `${run.seconds} s`,
                  run.error ?? ""
                ])
              )),
          ...(rejects.length === 0
            ? []
            : [
                "",
                "Set aside (state.rejects):",
                ...aligned(
                  rejects.map((reject) => [reject.source, reject.code, String(reject.count), reject.example ?? ""])
                )
              ])
        ].join("\n")
      }
    }).pipe(Effect.provide(storeLayer(shared)))
  )
