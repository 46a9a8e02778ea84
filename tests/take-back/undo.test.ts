import { rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { edit, merge } from "../../src/command/edit.ts"
import { status } from "../../src/command/status.ts"
import { undo } from "../../src/command/undo.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { idOf, rowsOf, runIn, writeEvents, writePhotos } from "./home.ts"

const dinner = { title: "Dinner", starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }
const walk = { title: "Walk", starts: "2024-05-02T09:00:00Z", ends: "2024-05-02T11:00:00Z" }
const a = { name: "a.jpg", taken: "2024-05-01T18:30:00Z" }
const b = { name: "b.jpg", taken: "2024-05-01T19:30:00Z", title: "Soup" }
const c = { name: "c.jpg", taken: "2024-05-02T09:30:00Z" }
const d = { name: "d.jpg", taken: "2024-05-04T09:30:00Z" }

const undone = (home: string, run: string) => called(undo, home, { run, yes: true })
const same = dump
const alike = (home: string) => dump(home, ["life", "staging"], WHEN)

const start = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  return { directory, home: join(directory, "home") }
})

describe("run and undo", () => {
  it.live("leave everything as it was, byte for byte: new, changed, moved, and what was made of it", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b])
      writeEvents(directory, [dinner])
      yield* runIn(directory, home)
      const before = yield* same(home)
      rmSync(join(directory, "photos.csv"))
      writePhotos(directory, "photos-2.csv", [a, { ...b, title: "Salad" }, c, d])
      writeEvents(directory, [{ ...dinner, ends: "2024-05-01T22:00:00Z" }, walk])
      const { run_id } = yield* runIn(directory, home)
      assert.notDeepEqual(yield* same(home), before)
      const after = yield* alike(home)
      const outcome = yield* undone(home, run_id)
      assert.deepInclude(outcome, { exit: 0, error: null })
      assert.deepEqual(outcome.result.tables["staging.lives__photos"], { deleted: 2, restored: 2 })
      assert.deepEqual(yield* same(home), before)
      // And it may be done again.
      yield* runIn(directory, home)
      assert.deepEqual(yield* alike(home), after)
    }).pipe(Effect.scoped)
  )

  it.live("of a first run, leave nothing", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      const empty = yield* same(home)
      writePhotos(directory, "photos.csv", [a, b, c, d])
      writeEvents(directory, [dinner, walk])
      const { run_id } = yield* runIn(directory, home)
      yield* undone(home, run_id)
      assert.deepEqual(yield* same(home), empty)
      assert.deepEqual(yield* rowsOf(home, "from state.checkpoints"), [])
      assert.strictEqual((yield* undone(home, run_id)).error?.code, "already-undone")
    }).pipe(Effect.scoped)
  )

  it.live("of an edit, bring back what imports give by now", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b])
      writeEvents(directory, [dinner])
      yield* runIn(directory, home)
      const before = yield* same(home)
      const id = yield* idOf(home, "select media_id from life.media where file_name = 'b.jpg'")
      const first = yield* called(edit, home, { id, fields: ["title=Mine"] })
      const second = yield* called(edit, home, { id, fields: ["title=Mine again"] })
      yield* undone(home, second.summary.run_id)
      const title = rowsOf(home, "select title from life.media where file_name = 'b.jpg'")
      assert.deepEqual(yield* title, [{ title: "Mine" }])
      yield* undone(home, first.summary.run_id)
      assert.deepEqual(yield* same(home), before)
      const third = yield* called(edit, home, { id, fields: ["title=Mine"] })
      writePhotos(directory, "photos.csv", [a, { ...b, title: "Stew" }])
      yield* runIn(directory, home)
      assert.deepEqual(yield* title, [{ title: "Mine" }])
      yield* undone(home, third.summary.run_id)
      assert.deepEqual(yield* title, [{ title: "Stew" }])
    }).pipe(Effect.scoped)
  )

  it.live("of a merge, bring both back; the list of runs has all of them", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b, c])
      writeEvents(directory, [dinner, walk])
      yield* runIn(directory, home)
      const before = yield* same(home)
      const ids = yield* rowsOf(home, "select memory_id from life.memories order by title")
      const merged = yield* called(merge, home, { ids: ids.map(({ memory_id }) => String(memory_id)) })
      assert.notDeepEqual(yield* same(home), before)
      yield* undone(home, merged.summary.run_id)
      assert.deepEqual(yield* same(home), before)
      const { error, result } = yield* called((shared) => status(shared), home, {})
      assert.isNull(error)
      assert.deepEqual(
        result.runs.map(({ command, pipeline, status: how }: Record<string, unknown>) => [command, pipeline, how]),
        [
          ["undo", null, "done"],
          ["merge", null, "undone"],
          ["run", "lives", "done"]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("are refused where a later edit depends on the run, and say which", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b])
      writeEvents(directory, [dinner])
      const { run_id } = yield* runIn(directory, home)
      const id = yield* idOf(home, "select memory_id from life.memories")
      const edited = yield* called(edit, home, { id, fields: ["title=Mine"] })
      const before = yield* same(home)
      const refused = yield* undone(home, run_id)
      assert.strictEqual(refused.exit, 2)
      assert.strictEqual(
        refused.error?.message,
        `A later edit depends on it: title of memory ${id}, by run ${edited.summary.run_id}.`
      )
      assert.deepEqual(yield* same(home), before)
      const asked = yield* called(undo, home, { run: run_id, yes: false })
      assert.deepInclude(asked, { exit: 2 })
      assert.strictEqual(asked.error?.code, "not-confirmed")
    }).pipe(Effect.scoped)
  )
})

describe("run A, run B, undo A", () => {
  it.live("keeps what B also brought, as if A had never been", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* start
      writePhotos(directory, "photos.csv", [a, b, d])
      writeEvents(directory, [dinner])
      const first = yield* runIn(directory, home)
      writePhotos(directory, "photos.csv", [a, { ...b, title: "Salad" }, c])
      writeEvents(directory, [dinner, walk])
      const second = yield* runIn(directory, home)
      const outcome = yield* undone(home, first.run_id)
      assert.deepInclude(outcome, { exit: 0, error: null })
      assert.deepEqual(outcome.result.rebuilt, ["lives"])
      const fresh = join(directory, "fresh")
      yield* runIn(directory, fresh)
      assert.deepEqual(yield* alike(home), yield* alike(fresh))
      yield* undone(home, second.run_id)
      assert.deepEqual(yield* same(home), yield* same(join(directory, "empty")))
    }).pipe(Effect.scoped)
  )
})
