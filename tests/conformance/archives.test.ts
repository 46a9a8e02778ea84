/** What holds for every stream of an archive: the sample tells the truth, and time, order and interruption change nothing. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { type Sql, authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { type Truth, writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { lifeOf } from "./life.ts"

const DAYS = 16

interface Case {
  readonly type: string
  /** Below each export's folder. */
  readonly files: string
  /** How many rows the truth promises; null where it counts them another way. */
  readonly promised: (truth: Truth) => number | null
  /** What its records become; null for points, which go to a file. */
  readonly table: "media" | "events" | "plays" | "samples" | "visits" | null
}

const CASES: ReadonlyArray<Case> = [
  {
    type: "apple-health.samples",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) => apple_health?.samples ?? null,
    table: "samples"
  },
  {
    type: "apple-health.workouts",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) => apple_health?.workouts.length ?? null,
    table: "samples"
  },
  {
    type: "apple-health.routes",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) =>
      apple_health?.workouts.reduce((sum, { route_points }) => sum + route_points, 0) ?? null,
    table: null
  },
  {
    type: "apple-photos.photos",
    files: "icloud/*.zip",
    // The same picture in two folders has two rows.
    promised: () => null,
    table: "media"
  },
  {
    type: "google-timeline.points",
    files: "{google/*.zip,location/*.json}",
    promised: ({ location }) => location?.points ?? null,
    table: null
  },
  {
    type: "google-timeline.visits",
    files: "{google/*.zip,location/*.json}",
    promised: ({ location }) => location?.visits ?? null,
    table: "visits"
  },
  {
    type: "google-fit.samples",
    files: "google/*.zip",
    promised: ({ google_fit }) => (google_fit === undefined ? null : google_fit.points + google_fit.sessions.length),
    table: "samples"
  },
  { type: "google-takeout.calendar", files: "google/*.zip", promised: () => null, table: "events" },
  {
    type: "spotify-archive.plays",
    files: "spotify/*.zip",
    promised: ({ spotify }) => spotify?.plays ?? null,
    table: "plays"
  }
]

const isTruth = (value: unknown): value is Truth => typeof value === "object" && value !== null && "spotify" in value

/** Exports of overlapping days, by the day that they begin with: all streams read the same. */
const EXPORTS = { earlier: 0, later: DAYS / 2 } as const
const exports = mkdtempSync(join(tmpdir(), "keepsake-archives-"))

beforeAll(() =>
  Effect.runPromise(
    Effect.forEach(
      Object.entries(EXPORTS),
      ([name, from]) => writeSample({ directory: join(exports, name), days: DAYS, seed: 5, from, archives: "all" }),
      { discard: true }
    ).pipe(Effect.provide(NodeServices.layer))
  )
)
afterAll(() => rmSync(exports, { recursive: true, force: true }))

const earlierTruth = Effect.suspend(() => {
  const truth: unknown = JSON.parse(readFileSync(join(exports, "earlier", "truth.json"), "utf8"))
  return isTruth(truth) ? Effect.succeed(truth) : Effect.die("truth.json has another shape")
})

/** A pipeline over exports, by a glob of their names. */
const pipeline = (directory: string, { files, table, type }: Case, name: string) => `
name: archives
sources:
  input: { type: ${type}, path: "${join(exports, name, files)}" }
sinks:
  out: { ${table === null ? `type: file, path: ${join(directory, "out.parquet")}` : "type: memories"}, from: input }
`

const STAGED: Sql = authored("select _source_id, _id::varchar as id from staging.archives__input order by all")

/** What was staged, and what became of it, whatever archive it came from and however often it changed on the way. */
const outcome = (home: string, { table }: Case) =>
  Effect.gen(function* () {
    const content =
      table === null
        ? "select _source_id, _hash::varchar as hash from staging.archives__input order by all"
        : `select * exclude (revision, run_id, created_run_id, updated_at) from life.${table} order by 1`
    return { staged: yield* query(home, STAGED), content: yield* query(home, authored(content)) }
  })

describe.each(CASES)("$type", (example) => {
  it.live("finds what the truth promises, and accounts for every input", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const truth = yield* earlierTruth
      const text = pipeline(directory, example, "earlier")
      const { sources } = yield* runText(text, home)
      const ledger = sources["input"]
      assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
      const rows = yield* query(home, STAGED)
      assert.isAbove(rows.length, 0)
      assert.strictEqual(rows.length, ledger?.new)
      const promised = example.promised(truth)
      if (promised !== null) assert.strictEqual(rows.length, promised)
      const skips = yield* query(home, authored("select sum(count)::integer as n from state.skips"))
      assert.strictEqual(Number(skips[0]?.["n"] ?? 0), ledger?.skipped)

      const before = yield* lifeOf(home)
      const same = (yield* runText(text, home)).sources["input"]
      assert.deepInclude(same, { new: 0, changed: 0 })
      assert.deepEqual(yield* lifeOf(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("an overlapping export adds what is new, an older one takes nothing away, and the order doesn't matter", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const imported = Effect.fnUntraced(function* (into: string, names: ReadonlyArray<string>) {
        const home = join(directory, into)
        for (const name of names) {
          const { sources } = yield* runText(pipeline(directory, example, name), home)
          assert.isTrue(sources["input"] !== undefined && addsUp(sources["input"]), JSON.stringify(sources["input"]))
        }
        return yield* outcome(home, example)
      })
      const together = yield* imported("together", ["{earlier,later}"])
      assert.deepEqual(yield* imported("in-order", ["earlier", "later"]), together)
      // A third import, of the older one again.
      assert.deepEqual(yield* imported("in-order", ["earlier"]), together)
      assert.deepEqual(yield* imported("backwards", ["later", "earlier"]), together)
    }).pipe(Effect.scoped)
  )

  it.live("continues after interruptions as if there had been none (I1)", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const text = pipeline(directory, example, "earlier")
      const whole = join(directory, "whole")
      yield* runText(text, whole)
      const broken = join(directory, "broken")
      for (const milliseconds of [40, 120, 250, 400]) {
        const fiber = yield* Effect.forkChild(runText(text, broken))
        yield* Effect.sleep(milliseconds)
        yield* Fiber.interrupt(fiber)
      }
      yield* runText(text, broken)
      assert.deepEqual(yield* outcome(broken, example), yield* outcome(whole, example))
    }).pipe(Effect.scoped)
  )
})
