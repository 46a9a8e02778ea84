/** A pipeline over a million photos and a calendar, beside the best SQL by hand that fills the same tables. */
import { DuckDBInstance } from "@duckdb/node-api"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { alternate, median, rounded, runNode } from "./process.ts"
import type { Bench, Figure } from "./report.ts"
import { makeLife } from "./rows-data.ts"

const FULL = 1_000_000
const YEARS = 10
const ROUNDS = 3

const pipeline = (directory: string): string => `
name: bench
sources:
  photos: { type: file.rows, path: "${directory}/photos.parquet", key: [file_name], entity: media }
  events: { type: file.rows, path: "${directory}/events.parquet", key: [uid], entity: events }
transforms:
  unique: { type: dedupe, from: photos, by: content_hash, prefer: [has_location, pixels, file_name] }
  during:
    type: join-time-place
    left: unique
    right: events
    time: { within: 2h }
    place: { within: 500m }
sinks:
  memories: { type: memories, from: during }
`

const bare = fileURLToPath(new URL("./bare.ts", import.meta.url))

/** A folder with a life, its pipeline, and where its results go. */
const prepare = async (directory: string, photos: number, years: number) => {
  mkdirSync(directory)
  await makeLife(directory, { photos, events: Math.max(1, Math.round(photos / 10)), years })
  const file = join(directory, "pipeline.yaml")
  writeFileSync(file, pipeline(directory))
  const home = join(directory, "home")
  const byHand = join(directory, "bare.duckdb")
  const oursCpu: Array<number> = []
  const bareCpu: Array<number> = []
  const ours = () => runNode(["bin/keepsake.js", "run", file, "--home", home, "--json", "-q"])
  return {
    database: join(home, "keepsake.duckdb"),
    byHand,
    oursCpu,
    bareCpu,
    again: async () => (await ours()).seconds,
    fresh: async () => {
      rmSync(home, { recursive: true, force: true })
      const { cpuSeconds, seconds } = await ours()
      oursCpu.push(cpuSeconds)
      return seconds
    },
    bare: async () => {
      rmSync(byHand, { force: true })
      const { cpuSeconds, seconds } = await runNode([bare, directory, byHand])
      bareCpu.push(cpuSeconds)
      return seconds
    }
  }
}

/** What each compares: of memories every row, of the other tables what doesn't depend on the run. */
const COMPARED: { readonly [table: string]: string } = {
  memories:
    "memory_id, title, starts_at, ends_at, cover_media_id, round(latitude, 9), round(longitude, 9), round(confidence, 5)",
  media: "media_id, file_name, bytes, content_hash, taken_at, latitude, longitude, width, height",
  events: "event_id, uid, title, starts_at, ends_at, latitude, longitude",
  links: "from_type, from_id, relation, to_type, to_id, rule, round(confidence, 5)",
  provenance: "entity_type, entity_id, connector, stream, account, source_id, parse_filename(archive), content_hash"
}

/** Rows of each table that are not in both, and the number of memories. */
const compare = async (ours: string, byHand: string): Promise<ReadonlyArray<Figure>> => {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run(`attach '${ours}' as ours (read_only); attach '${byHand}' as bare (read_only)`)
  const number = async (query: string): Promise<number> =>
    Number((await connection.runAndReadAll(query)).getRows()[0]?.[0])
  const figures: Array<Figure> = [
    { name: "memories", value: await number("select count(*) from ours.life.memories"), meaning: "memories made" }
  ]
  for (const [table, columns] of Object.entries(COMPARED)) {
    const only = (a: string, b: string) =>
      `(select count(*) from (select ${columns} from ${a}.life.${table} except all select ${columns} from ${b}.life.${table}))`
    figures.push({
      name: `${table}_different`,
      value: await number(`select ${only("ours", "bare")} + ${only("bare", "ours")}`),
      meaning: `rows of ${table} in only one of the two`
    })
  }
  connection.closeSync()
  instance.closeSync()
  return figures
}

export const rows: Bench = {
  name: "rows",
  summary: "rows of files into memories / the same by hand-written SQL",
  run: async ({ directory, rows: size = FULL }) => {
    const large = await prepare(join(directory, "large"), size, YEARS)
    const small = await prepare(join(directory, "small"), Math.ceil(size / 10), YEARS / 10)
    const again: Array<number> = []
    const [ours = Number.NaN, byHand = Number.NaN, tenth = Number.NaN] = await alternate(ROUNDS, [
      async () => {
        const first = await large.fresh()
        again.push(await large.again())
        return first
      },
      large.bare,
      small.fresh
    ])
    return [
      { name: "ours_to_bare", value: rounded(ours / byHand), meaning: `keepsake run / bare DuckDB, ${size} photos` },
      {
        name: "ours_to_bare_cpu",
        value: rounded(median(large.oursCpu) / median(large.bareCpu)),
        meaning: "the same in processor time: what other work on the machine disturbs less"
      },
      { name: "again_to_first", value: rounded(median(again) / ours), meaning: "second run, nothing new / first run" },
      { name: "ten_times_rows", value: rounded(ours / tenth), meaning: "first run / one of a tenth: rows and years" },
      { name: "ours_seconds", value: rounded(ours), meaning: `median of ${ROUNDS}` },
      { name: "bare_seconds", value: rounded(byHand), meaning: `median of ${ROUNDS}` },
      { name: "again_seconds", value: rounded(median(again)), meaning: `median of ${ROUNDS}` },
      { name: "tenth_seconds", value: rounded(tenth), meaning: `median of ${ROUNDS}` },
      ...(await compare(large.database, large.byHand))
    ]
  }
}
