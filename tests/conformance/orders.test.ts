/** Exports that tell the same things in different words: whichever is read first, and whichever together, the rows are the same. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { DATA, SESSIONS, SUMS } from "./fit-exports.ts"
import { ANDROID, IPHONE, TAKEOUT } from "./timeline-exports.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { writeInto } from "../connectors/google-timeline/history.ts"

type Runs = ReadonlyArray<ReadonlyArray<string>>

/** All ways to read some exports in one run or in several, one after the other. */
const ways = (exports: ReadonlyArray<string>): ReadonlyArray<Runs> =>
  exports.length === 0
    ? [[]]
    : subsets(exports)
        .filter((first) => first.length > 0)
        .flatMap((first) => ways(exports.filter((one) => !first.includes(one))).map((rest) => [first, ...rest]))

const subsets = (all: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  all.reduce<ReadonlyArray<ReadonlyArray<string>>>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]])

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
  readonly write: (directory: string) => Effect.Effect<unknown, unknown>
}

const CASES: ReadonlyArray<Case> = [
  {
    title: "a location history by Takeout, an Android phone and an iPhone",
    sources: [
      { type: "google-timeline.points", table: null },
      { type: "google-timeline.visits", table: "visits" }
    ],
    exports: { takeout: "takeout", android: "android", iphone: "iphone" },
    write: (directory) =>
      Effect.sync(() => {
        writeInto(join(directory, "takeout"), TAKEOUT)
        writeInto(join(directory, "android"), ANDROID)
        writeInto(join(directory, "iphone"), IPHONE)
      })
  },
  {
    title: "Google Fit's sums, sessions and data points",
    sources: [{ type: "google-fit.samples", table: "samples" }],
    exports: { sums: "sums", sessions: "sessions", data: "data" },
    write: (directory) =>
      Effect.sync(() => {
        writeInto(join(directory, "sums"), SUMS)
        writeInto(join(directory, "sessions"), SESSIONS)
        writeInto(join(directory, "data"), DATA)
      })
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
  it.live("gives the same rows in every order", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* example.write(directory)
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
      const together = yield* read([names])
      for (const [index, { staged, stored }] of together.entries()) {
        assert.isAbove(staged.length, 0)
        if (stored !== undefined) assert.lengthOf(stored, staged.length, example.sources[index]?.type)
      }
      // The first alone: whatever it says must not stand in the way of the others.
      const apart = ways(names).filter(([first]) => first?.length === 1)
      for (const runs of apart) assert.deepEqual(yield* read(runs), together, label(runs))
    }).pipe(Effect.scoped)
  )
})
