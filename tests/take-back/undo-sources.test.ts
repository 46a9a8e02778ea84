import { copyFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { exportLife } from "../../src/command/export.ts"
import { forget } from "../../src/command/forget.ts"
import { importLife } from "../../src/command/import.ts"
import { undo } from "../../src/command/undo.ts"
import { writeSample } from "../../src/sample/index.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { rowsOf, runIn, writeEvents, writePhotos, zipsPipeline } from "./home.ts"

const undone = (home: string, run: string) => called(undo, home, { run, yes: true })
/** With the checkpoints, so that the next run reads what the one before it would have. */
const all = (home: string) => Effect.all([dump(home), rowsOf(home, "from state.checkpoints order by all")])
const alike = (home: string) => dump(home, ["life", "staging"], WHEN)

const dinner = { title: "Dinner", starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }
const a = { name: "a.jpg", taken: "2024-05-01T18:30:00Z" }
const b = { name: "b.jpg", taken: "2024-05-04T09:30:00Z" }

const start = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  return { directory, home: join(directory, "home") }
})

describe("undo", () => {
  it.live("of a run that found another archive, leaves all as it was, and the checkpoint before it", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      const [sample, read] = [join(directory, "sample"), yield* temporaryDirectory]
      yield* Effect.provide(writeSample({ directory: sample, days: 8, seed: 3 }), NodeServices.layer)
      const [first = "", ...others] = readdirSync(sample).filter((file) => file.endsWith(".zip"))
      const text = zipsPipeline(read)
      copyFileSync(join(sample, first), join(read, first))
      copyFileSync(join(sample, "calendar.ics"), join(read, "calendar.ics"))
      yield* runText(text, home)
      const before = yield* all(home)
      for (const file of others) copyFileSync(join(sample, file), join(read, file))
      const { run_id, sources } = yield* runText(text, home)
      assert.isAbove(sources["photos"]?.new ?? 0, 0)
      const outcome = yield* undone(home, run_id)
      assert.isNull(outcome.error)
      assert.deepEqual(outcome.result.to_read, [])
      assert.deepEqual(yield* all(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("of one pipeline's run, keeps what another read of the same files; in either order", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b])
      writeEvents(directory, [dinner])
      const first = yield* runIn(directory, home)
      const before = yield* all(home)
      const second = yield* runIn(directory, home, "others")
      const outcome = yield* undone(home, second.run_id)
      assert.isNull(outcome.error)
      assert.deepEqual(yield* all(home), before)
      yield* runIn(directory, home, "others")
      const kept = yield* undone(home, first.run_id)
      assert.deepInclude(kept, { error: null })
      assert.deepEqual(kept.result.rebuilt, ["others"])
      const fresh = join(directory, "fresh")
      yield* runIn(directory, fresh, "others")
      assert.deepEqual(yield* alike(home), yield* alike(fresh))
    }).pipe(Effect.scoped)
  )

  it.live("of a run in the middle, says what is read from the beginning; that brings back what went with it", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writeEvents(directory, [dinner])
      writePhotos(directory, "photos-1.csv", [a])
      yield* runIn(directory, home)
      writePhotos(directory, "photos-2.csv", [b])
      const { run_id } = yield* runIn(directory, home)
      writePhotos(directory, "photos-3.csv", [{ name: "c.jpg", taken: "2024-05-06T09:30:00Z" }])
      yield* runIn(directory, home)
      const after = yield* alike(home)
      const outcome = yield* undone(home, run_id)
      assert.isNull(outcome.error)
      assert.deepEqual(outcome.result.to_read, ["lives.photos"])
      yield* runIn(directory, home)
      assert.deepEqual(yield* alike(home), after)
    }).pipe(Effect.scoped)
  )

  it.live("is refused in words where there is nothing to go back to", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a])
      writeEvents(directory, [dinner])
      yield* runIn(directory, home)
      const none = { account: Option.none(), connection: Option.none(), place: Option.none(), person: Option.none() }
      const forgotten = yield* called(forget, home, {
        ...none,
        source: Option.some("lives.events"),
        between: [],
        yes: true
      })
      const exported = join(directory, "export")
      yield* called(exportLife, home, { directory: exported, media: "none" })
      const other = join(directory, "other")
      const imported = yield* called(importLife, other, { directory: exported })
      const refusals = [
        yield* undone(home, forgotten.summary.run_id),
        yield* undone(other, imported.summary.run_id)
      ].map(({ error, exit }) => [exit, error?.code, error?.message, error?.hint])
      assert.deepEqual(refusals, [
        [
          2,
          "not-undoable",
          "A run of `forget` can't be undone: it keeps nothing to go back to.",
          "What was forgotten is gone for good: run the pipeline again to read it once more from its sources."
        ],
        [
          2,
          "not-undoable",
          "A run of `import` can't be undone: it keeps nothing to go back to.",
          "It went into an empty home: delete that directory, and it is as before."
        ]
      ])
    }).pipe(Effect.scoped)
  )
})
