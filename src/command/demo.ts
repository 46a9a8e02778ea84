import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect, Option, Schema } from "effect"
import { Database } from "../component/database.ts"
import { sql } from "../component/sql.ts"
import { writeSample } from "../sample/index.ts"
import { type Shared, answer } from "./reply.ts"
import { run } from "./run.ts"
import { storeLayer } from "./session.ts"
import { counted } from "./text.ts"

const SAMPLE = "./sample"
const DAYS = 60

const Memory = Schema.Struct({
  title: Schema.String,
  local_date: Schema.NullOr(Schema.String),
  photos: Schema.Number,
  place: Schema.NullOr(Schema.String)
})

/** The whole way on made-up data: archives, a run, memories in words, and what to try next. */
export const demo = (shared: Shared) =>
  Effect.gen(function* () {
    if (!existsSync(`${SAMPLE}/truth.json`)) {
      const wrote = yield* answer(
        "demo",
        { ...shared, json: false },
        Effect.map(writeSample({ directory: SAMPLE, days: DAYS, seed: 1 }), () => ({
          summary: null,
          result: null,
          text: shared.json ? "" : `Wrote ${DAYS} days of a made-up life to ${SAMPLE}.`
        }))
      )
      if (wrote !== 0) return wrote
    }
    const code = yield* run(shared, { pipeline: examplePipeline(), budget: Option.none() })
    if (code !== 0 || shared.json) return code
    return yield* answer(
      "demo",
      shared,
      Effect.map(memories(shared), (text) => ({ summary: null, result: null, text }))
    )
  })

/** Beside the program: in a clone, and in the packed tarball. */
const examplePipeline = (): string => {
  const here = "pipelines/memories.yaml"
  return existsSync(here) ? here : fileURLToPath(new URL("../pipelines/memories.yaml", import.meta.url))
}

const memories = (shared: Shared) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows(
      sql`select m.title, m.local_date::varchar as local_date, p.name as place,
          (select count(*) from life.links l where l.from_id = m.memory_id and l.relation = 'contains' and l.to_type = 'media') as photos
        from life.memories m left join life.places p on p.place_id = m.place_id
        where m.title is not null order by photos desc, local_date limit 5`,
      Memory
    )
    return [
      "",
      "A few of your memories:",
      ...rows.map(
        ({ local_date, photos, place, title }) =>
          `  ${local_date ?? "some day"}: ${title}${place === null ? "" : `, ${place}`} (${counted(photos, "photo")})`
      ),
      "",
      "Try next:",
      '  npx keepsake sql "select title, starts_at from life.memories order by starts_at"',
      "  npx keepsake inspect sample/*.zip",
      "  npx keepsake init"
    ].join("\n")
  }).pipe(Effect.provide(storeLayer(shared)))
