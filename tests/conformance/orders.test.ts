/** Exports that tell the same things in different words: whichever is read first, and whichever together, the rows are the same. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { DATA, SESSIONS, SUMS } from "./fit-exports.ts"
import { ANDROID, IPHONE, TAKEOUT } from "./timeline-exports.ts"
import { query, runText } from "../support/engine.ts"
import { writeInto } from "../connectors/google-timeline/history.ts"

type Runs = ReadonlyArray<ReadonlyArray<string>>

/** All orders in which exports can be read, one after the other. */
const orders = (exports: ReadonlyArray<string>): ReadonlyArray<Runs> =>
  exports.length === 0
    ? [[]]
    : exports.flatMap((first) => orders(exports.filter((one) => one !== first)).map((rest) => [[first], ...rest]))

const label = (runs: Runs): string => runs.map((run) => run.join(" + ")).join(", then ")

interface Source {
  readonly type: string
  readonly table: string | null
}

interface Case {
  readonly title: string
  readonly sources: ReadonlyArray<Source>
  /** Exports by name: the paths below the directory. */
  readonly exports: { readonly [name: string]: string }
  readonly write: (directory: string) => void
}

const CASES: ReadonlyArray<Case> = [
  {
    title: "a location history by Takeout, an Android phone and an iPhone",
    sources: [
      { type: "google-timeline.points", table: null },
      { type: "google-timeline.visits", table: "visits" }
    ],
    exports: { takeout: "takeout", android: "android", iphone: "iphone" },
    write: (directory) => {
      writeInto(join(directory, "takeout"), TAKEOUT)
      writeInto(join(directory, "android"), ANDROID)
      writeInto(join(directory, "iphone"), IPHONE)
    }
  },
  {
    title: "Google Fit's sums, sessions and data points",
    sources: [{ type: "google-fit.samples", table: "samples" }],
    exports: { sums: "sums", sessions: "sessions", data: "data" },
    write: (directory) => {
      writeInto(join(directory, "sums"), SUMS)
      writeInto(join(directory, "sessions"), SESSIONS)
      writeInto(join(directory, "data"), DATA)
    }
  }
]

const nameOf = ({ type }: Source): string => type.replace(/\W/g, "_")

const pipeline = (directory: string, { sources }: Case, paths: ReadonlyArray<string>) => `
name: orders
time_zone: Europe/Zurich
sources:
${sources.map((source) => `  ${nameOf(source)}: { type: ${source.type}, path: [${paths.map((path) => JSON.stringify(join(directory, path))).join(", ")}] }`).join("\n")}
sinks:
${sources.map((source) => `  to_${nameOf(source)}: { ${source.table === null ? `type: file, path: "${join(directory, "out.parquet")}"` : "type: memories"}, from: ${nameOf(source)} }`).join("\n")}
`

/** What is staged, and what became of it, but for when and from which file. */
const outcome = (home: string, { sources }: Case) =>
  Effect.forEach(sources, (source) =>
    Effect.gen(function* () {
      const staged = yield* query(
        home,
        authored(`select * exclude (_archive, _member, _as_of, _run, _first_seen_at, _last_seen_at, _key, _hash)
          from staging.orders__${nameOf(source)} order by _source_id`)
      )
      if (source.table === null) return { staged }
      const stored = yield* query(
        home,
        authored(`select * exclude (revision, run_id, created_run_id, updated_at) from life.${source.table} order by 1`)
      )
      const proven = yield* query(home, authored("select entity_id, source_id from life.provenance order by all"))
      return { staged, stored, proven }
    })
  )

describe.each(CASES)("$title", (example) => {
  const directory = mkdtempSync(join(tmpdir(), "keepsake-orders-"))
  const names = Object.keys(example.exports)
  const read = Effect.fnUntraced(function* (runs: Runs) {
    const home = join(directory, label(runs))
    for (const run of runs) {
      const paths = run.map((one) => example.exports[one] ?? "")
      const { sources } = yield* runText(pipeline(directory, example, paths), home)
      for (const ledger of Object.values(sources)) assert.isTrue(addsUp(ledger), JSON.stringify(ledger))
    }
    return yield* outcome(home, example)
  })
  let together: Effect.Success<ReturnType<typeof outcome>> = []

  beforeAll(async () => {
    example.write(directory)
    together = await Effect.runPromise(read([names]))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it("stores each thing once, when all are read together", () => {
    for (const [index, { staged, stored }] of together.entries()) {
      assert.isAbove(staged.length, 0)
      if (stored !== undefined) assert.lengthOf(stored, staged.length, example.sources[index]?.type)
    }
  })

  it.live.each(orders(names).map((runs) => [label(runs), runs] as const))("stores the same of %s", ([, runs]) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* read(runs), together)
    })
  )
})
