/** What holds for every stream of an archive: the sample tells the truth, and time, order and interruption change nothing. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { type Sql, authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { type Truth, writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { lifeOf } from "./life.ts"

const DAYS = 24

interface Case {
  readonly type: string
  /** Below each export's folder. */
  readonly files: string
  /** How many rows the truth promises; null where it counts them another way. */
  readonly promised: (truth: Truth) => number | null
  /** Points are no entity: they go to a file. */
  readonly sink: "memories" | "file"
}

const CASES: ReadonlyArray<Case> = [
  {
    type: "apple-health.samples",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) => apple_health?.samples ?? null,
    sink: "memories"
  },
  {
    type: "apple-health.workouts",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) => apple_health?.workouts.length ?? null,
    sink: "memories"
  },
  {
    type: "apple-health.routes",
    files: "apple-health/*.zip",
    promised: ({ apple_health }) =>
      apple_health?.workouts.reduce((sum, { route_points }) => sum + route_points, 0) ?? null,
    sink: "file"
  },
  {
    type: "apple-photos.photos",
    files: "icloud/*.zip",
    // The same picture in two folders has two rows.
    promised: () => null,
    sink: "memories"
  },
  {
    type: "google-timeline.points",
    files: "{google/*.zip,location/*.json}",
    promised: ({ location }) => location?.points ?? null,
    sink: "file"
  },
  {
    type: "google-timeline.visits",
    files: "{google/*.zip,location/*.json}",
    promised: ({ location }) => location?.visits ?? null,
    sink: "memories"
  },
  {
    type: "google-fit.samples",
    files: "google/*.zip",
    promised: ({ google_fit }) => (google_fit === undefined ? null : google_fit.points + google_fit.sessions.length),
    sink: "memories"
  },
  { type: "google-takeout.calendar", files: "google/*.zip", promised: () => null, sink: "memories" },
  {
    type: "spotify-archive.plays",
    files: "spotify/*.zip",
    promised: ({ spotify }) => spotify?.plays ?? null,
    sink: "memories"
  }
]

const isTruth = (value: unknown): value is Truth => typeof value === "object" && value !== null && "spotify" in value

const exported = Effect.fnUntraced(function* (directory: string, name: string, from: number) {
  const folder = join(directory, name)
  yield* writeSample({ directory: folder, days: DAYS, seed: 5, from, archives: "all" }).pipe(
    Effect.provide(NodeServices.layer)
  )
  const truth: unknown = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8"))
  return isTruth(truth) ? truth : yield* Effect.die("truth.json has another shape")
})

const pipeline = (directory: string, { files, sink, type }: Case, folder = "*") => `
name: archives
sources:
  input: { type: ${type}, path: "${join(directory, folder, files)}" }
sinks:
  out: { type: ${sink}, from: input${sink === "file" ? `, path: ${join(directory, "out.parquet")}` : ""} }
`

const STAGED: Sql = authored(
  "select _source_id, _id::varchar as id, _hash::varchar as hash from staging.archives__input order by all"
)

/** What was staged, whatever archive it came from. */
const staged = (home: string) => query(home, STAGED)

describe.each(CASES)("$type", (example) => {
  it.live("finds what the truth promises, and accounts for every input", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const truth = yield* exported(directory, "export", 0)
      const { sources } = yield* runText(pipeline(directory, example), home)
      const ledger = sources["input"]
      assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
      const rows = yield* staged(home)
      assert.isAbove(rows.length, 0)
      assert.strictEqual(rows.length, ledger?.new)
      const promised = example.promised(truth)
      if (promised !== null) assert.strictEqual(rows.length, promised)
      const skips = yield* query(home, authored("select sum(count)::integer as n from state.skips"))
      assert.strictEqual(Number(skips[0]?.["n"] ?? 0), ledger?.skipped)

      const before = yield* lifeOf(home)
      const same = (yield* runText(pipeline(directory, example), home)).sources["input"]
      assert.deepInclude(same, { new: 0, changed: 0 })
      assert.deepEqual(yield* lifeOf(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("an overlapping export adds what is new, an older one takes nothing away, and the order doesn't matter", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* exported(directory, "earlier", 0)
      yield* exported(directory, "later", DAYS / 2)
      const homeOf = Effect.fnUntraced(function* (name: string, folders: ReadonlyArray<string>) {
        const home = join(directory, `home-${name}`)
        for (const folder of folders) {
          const { sources } = yield* runText(pipeline(directory, example, folder), home)
          assert.isTrue(sources["input"] !== undefined && addsUp(sources["input"]), JSON.stringify(sources["input"]))
        }
        return yield* staged(home)
      })
      const together = yield* homeOf("together", ["{earlier,later}"])
      const inOrder = yield* homeOf("in-order", ["earlier", "later"])
      assert.deepEqual(inOrder, together)
      const backwards = yield* homeOf("backwards", ["later", "earlier"])
      assert.deepEqual(backwards, together)
      // A third import, of the older one again.
      const again = yield* homeOf("again", ["earlier", "later", "earlier"])
      assert.deepEqual(again, together)
    }).pipe(Effect.scoped)
  )

  it.live("continues after interruptions as if there had been none (I1)", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* exported(directory, "export", 0)
      const text = pipeline(directory, example)
      const whole = join(directory, "whole")
      yield* runText(text, whole)
      const broken = join(directory, "broken")
      for (const milliseconds of [40, 120, 250, 400]) {
        const fiber = yield* Effect.forkChild(runText(text, broken))
        yield* Effect.sleep(milliseconds)
        yield* Fiber.interrupt(fiber)
      }
      yield* runText(text, broken)
      assert.deepEqual(yield* staged(broken), yield* staged(whole))
    }).pipe(Effect.scoped)
  )
})
