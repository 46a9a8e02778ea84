/**
 * What is made only where something changed is what would be made of all: a life that grows and changes is built twice,
 * once in slices, once with every step forgotten before each run, and all tables are compared.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parse, stringify } from "yaml"
import { join as joined, literal, sql } from "../../src/component/sql.ts"
import { SliceRows } from "../../src/engine/make.ts"
import { KINDS, makeLinkedLife } from "../bench/linking-data.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"

const KEYS: Readonly<Record<string, ReadonlyArray<string>>> = {
  photos: ["file_name"],
  events: ["uid"],
  visits: ["starts_at"],
  points: ["recorded_at", "latitude", "longitude"],
  plays: ["started_at"]
}
const ENTITIES: Readonly<Record<string, string>> = {
  photos: "media",
  events: "events",
  visits: "visits",
  plays: "plays"
}

/** pipelines/life.yaml over files of rows. */
const pipelineOver = (directory: string): string => {
  const { tests: _, ...rest } = parse(readFileSync("pipelines/life.yaml", "utf8"))
  const sources = KINDS.map((kind) => {
    const entity = ENTITIES[kind]
    return [
      kind,
      {
        type: "file.rows",
        path: `${directory}/${kind}/*.parquet`,
        key: KEYS[kind],
        ...(entity === undefined ? {} : { entity })
      }
    ]
  })
  return stringify({ ...rest, sources: Object.fromEntries(sources) })
}

/** Runs SQL beside the files: `copy` writes them. */
const write = (...statements: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    await connection.run("set TimeZone = 'UTC'")
    for (const statement of statements) await connection.run(statement)
    connection.closeSync()
    instance.closeSync()
  })

/** Some rows of a kind again, with other values. */
const change = (directory: string, kind: string, file: string, which: string, replace: string): string =>
  `copy (select * replace (${replace}) from '${directory}/${kind}/first.parquet' where ${which})
    to '${directory}/${kind}/${file}.parquet' (format parquet)`

const DAYS = 50

/** Within a few days: elsewhere nothing is made again. */
const during = (time: string, from: number, days: number): string =>
  `${time} >= '2015-01-01'::timestamptz + interval ${from} days and ${time} < '2015-01-01'::timestamptz + interval ${from + days} days`

interface Step {
  readonly title: string
  readonly happens: (directory: string) => Effect.Effect<void>
  /** What is made as a whole then: other people are known, and places are at no time. */
  readonly whole?: ReadonlyArray<string>
}

/** What happens to a life, one after the other. */
const STEPS: ReadonlyArray<Step> = [
  {
    title: "a day more",
    happens: (directory) =>
      Effect.promise(() => makeLinkedLife(directory, "next.parquet", { media: 40, days: 1, from: DAYS }))
  },
  {
    title:
      "pictures get another time, another place, or none; there are copies, and a camera's clock is wrong for some days",
    happens: (directory) =>
      write(
        change(
          directory,
          "photos",
          "moved",
          `${during("taken_at", 12, 1)} and hash(file_name) % 3 = 0`,
          "taken_at + interval 9 days as taken_at, local_date + 9 as local_date"
        ),
        change(
          directory,
          "photos",
          "unplaced",
          `${during("taken_at", 31, 2)} and hash(file_name) % 3 = 1`,
          "null as latitude, null as longitude, 'unknown' as location_status"
        ),
        change(
          directory,
          "photos",
          "timeless",
          `${during("taken_at", 5, 1)} and hash(file_name) % 7 = 2`,
          "null as taken_at, null as local_date"
        ),
        change(
          directory,
          "photos",
          "copies",
          `${during("taken_at", 20, 1)} and hash(file_name) % 2 = 0`,
          "'copy of ' || file_name as file_name, taken_at - interval 3 days as taken_at, local_date - 3 as local_date, 6000 as width"
        ),
        change(
          directory,
          "photos",
          "copies-without-time",
          `${during("taken_at", 27, 1)} and hash(file_name) % 2 = 0`,
          "'timeless copy of ' || file_name as file_name, null as taken_at, null as local_date, 6000 as width"
        ),
        change(
          directory,
          "photos",
          "wrong",
          `camera = 'Camera' and ${during("taken_at", 36, 5)}`,
          "taken_at + interval 90 minutes as taken_at, (taken_at + interval 90 minutes)::date as local_date"
        )
      )
  },
  {
    title: "events move, last for days, get other guests, and are cancelled; stays, points and plays come late",
    happens: (directory) =>
      write(
        change(
          directory,
          "events",
          "moved",
          during("starts_at", 8, 1),
          "starts_at + interval 50 hours as starts_at, ends_at + interval 53 hours as ends_at, (starts_at + interval 50 hours)::date as local_start_date, (ends_at + interval 53 hours)::date as local_end_date"
        ),
        change(directory, "events", "guests", during("starts_at", 15, 2), "null as attendees, 'Other' as title"),
        change(directory, "events", "cancelled", during("starts_at", 25, 1), "'cancelled' as status"),
        change(
          directory,
          "events",
          "days",
          during("starts_at", 40, 1),
          "true as all_day, date_trunc('day', starts_at) as starts_at, date_trunc('day', starts_at) + interval 4 days as ends_at, local_start_date + 3 as local_end_date"
        ),
        `copy (select starts_at + interval 40 minutes as starts_at, ends_at - interval 1 hour as ends_at, latitude + 0.01 as latitude, longitude, 'Late ' || name as name
          from '${directory}/visits/first.parquet' where ${during("starts_at", 33, 1)}) to '${directory}/visits/late.parquet' (format parquet)`,
        change(directory, "plays", "late", during("started_at", 2, 1), "started_at + interval 7 minutes as started_at"),
        change(
          directory,
          "points",
          "late",
          during("recorded_at", 45, 1),
          "recorded_at + interval 3 minutes as recorded_at"
        )
      )
  },
  {
    title: "people who are known are on more pictures, and at more events",
    happens: (directory) =>
      write(
        change(
          directory,
          "photos",
          "tagged",
          `${during("taken_at", 44, 1)} and people is null and hash(file_name) % 2 = 0`,
          `'[{"name":"Person 3 Surname"}]' as people`
        ),
        change(
          directory,
          "events",
          "met",
          `${during("starts_at", 22, 2)} and attendees is null`,
          `(select min(attendees) from '${directory}/events/first.parquet') as attendees`
        )
      ),
    whole: ["transform:places"]
  }
]

const forget = (home: string) =>
  query(home, sql`delete from state.steps where starts_with(step, 'transform:') or starts_with(step, 'sink:')`)

/** Steps of which nobody knows where they changed: as if all had. */
const madeEverywhere = (home: string, whole: Step["whole"] = ["transform:people", "transform:places"]) =>
  Effect.map(
    query(
      home,
      sql`select step from state.steps where starts_with(step, 'transform:') and step not in (${joined(whole.map(literal))})
        and (since is null or json_type(since, '$.changes') = 'NULL' or (since->>'$.changes') = '[[null,null]]') order by step`
    ),
    (rows) => rows.map(({ step }) => step)
  )

const OWN = /^(_run|_first_seen_at|_last_seen_at|_as_of|run_id|created_run_id|updated_at|first_seen_at|last_seen_at)$/

/** Tables in which two homes differ, with a few rows of each. */
const differing = (left: string, right: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    await connection.run(`set TimeZone = 'UTC'; attach '${left}/keepsake.duckdb' as l (read_only);
      attach '${right}/keepsake.duckdb' as r (read_only)`)
    const tables = await connection.runAndReadAll(
      `select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()
        where database_name = 'l' and schema_name in ('build', 'life') and table_name in (
          select table_name from duckdb_tables() where database_name = 'l') group by all order by all`
    )
    const found: Array<string> = []
    for (const [schema, table, columns] of tables.getRows()) {
      const compared = (typeof columns === "object" && columns !== null && "items" in columns ? columns.items : [])
        .map(String)
        .filter((column) => !OWN.test(column))
      const from = (database: string) =>
        `select ${compared.map((column) => `"${column}"`).join(", ")} from ${database}."${String(schema)}"."${String(table)}"`
      for (const [one, other] of [
        ["l", "r"],
        ["r", "l"]
      ] as const) {
        const rows = await connection.runAndReadAll(`(${from(one)}) except all (${from(other)})`)
        const [first] = rows.getRowObjectsJson()
        if (rows.currentRowCount > 0)
          found.push(
            `${String(schema)}.${String(table)}: ${rows.currentRowCount} only in ${one}: ${JSON.stringify(first).slice(0, 400)}`
          )
      }
    }
    connection.closeSync()
    instance.closeSync()
    return found
  })

describe("slices", () => {
  it.effect(
    "give what making everything anew gives",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        yield* Effect.promise(() =>
          makeLinkedLife(directory, "first.parquet", { media: 40 * DAYS, days: DAYS, from: 0 })
        )
        const pipeline = pipelineOver(directory)
        const [sliced, whole, cut] = ["sliced", "whole", "cut"].map((home) => join(directory, home))
        if (sliced === undefined || whole === undefined || cut === undefined) return
        yield* runText(pipeline, sliced)
        mkdirSync(whole)
        copyFileSync(join(sliced, "keepsake.duckdb"), join(whole, "keepsake.duckdb"))
        for (const { happens, title, whole: wholly } of STEPS) {
          yield* happens(directory)
          yield* runText(pipeline, sliced)
          assert.deepEqual(yield* madeEverywhere(sliced, wholly), [], title)
          yield* forget(whole)
          yield* runText(pipeline, whole)
          assert.deepEqual(yield* differing(sliced, whole), [], title)
        }
        mkdirSync(cut)
        copyFileSync(join(whole, "keepsake.duckdb"), join(cut, "keepsake.duckdb"))
        yield* forget(cut)
        yield* Effect.provideService(runText(pipeline, cut), SliceRows, 300)
        assert.deepEqual(yield* differing(cut, whole), [], "cut in slices")
      }),
    300_000
  )

  it.effect("are not asked for by SQL that reads nothing", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      writeFileSync(join(directory, "a.csv"), "a\n1\n")
      const text = (n: number) => `
        name: numbers
        sources:
          unread: { type: file.rows, path: ${join(directory, "a.csv")} }
        transforms:
          n: { type: sql, query: "select ${n} as n" }
        sinks:
          out: { type: file, from: n, path: ${join(directory, "out.csv")} }`
      for (const n of [1, 1, 2]) {
        yield* runText(text(n), home)
        assert.deepEqual(yield* query(home, sql`from build.numbers__n`), [{ n }])
      }
    })
  )
})
