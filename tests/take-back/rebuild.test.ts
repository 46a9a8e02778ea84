import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { merge, split } from "../../src/command/edit.ts"
import { run } from "../../src/command/run.ts"
import { undo } from "../../src/command/undo.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { pipelineOf, rowsOf, runIn, writeEvents, writePhotos } from "./home.ts"

const dinner = { title: "Dinner", starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }
const walk = { title: "Walk", starts: "2024-05-02T09:00:00Z", ends: "2024-05-02T11:00:00Z" }

const life = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const home = join(directory, "home")
  const file = join(directory, "pipeline.yaml")
  writePhotos(directory, "photos.csv", [
    { name: "a.jpg", taken: "2024-05-01T18:30:00Z" },
    { name: "b.jpg", taken: "2024-05-04T10:00:00Z" },
    { name: "c.jpg", taken: "2024-05-04T10:30:00Z" },
    { name: "d.jpg", taken: "2024-05-04T13:00:00Z" },
    { name: "e.jpg", taken: "2024-05-06T13:00:00Z" }
  ])
  writeEvents(directory, [dinner, walk])
  writeFileSync(file, pipelineOf(directory))
  yield* runIn(directory, home)
  const rebuilt = (text = pipelineOf(directory)) => {
    writeFileSync(file, text)
    return called(run, home, { pipeline: file, rebuild: true, budget: Option.none() })
  }
  return { directory, home, rebuilt }
})

describe("run --rebuild", () => {
  it.live("reads nothing, and changes nothing where the rules are the same", () =>
    Effect.gen(function* () {
      const { directory, home, rebuilt } = yield* life
      const before = yield* dump(home)
      rmSync(join(directory, "photos.csv"))
      rmSync(join(directory, "events.csv"))
      const outcome = yield* rebuilt()
      assert.deepInclude(outcome, { exit: 0, error: null, result: { difference: [] } })
      assert.deepEqual(outcome.summary.sources, {})
      assert.deepEqual(yield* dump(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("says what another rule changes; what still means the same keeps its id; and is undone", () =>
    Effect.gen(function* () {
      const { directory, home, rebuilt } = yield* life
      const before = yield* dump(home)
      const memories = rowsOf(
        home,
        `select memory_id, starts_at, (select count(*) from life.links where from_id = memory_id and to_type = 'media') as photos
          from life.memories order by starts_at`
      )
      const [event = {}, small = {}, alone = {}, last = {}] = yield* memories
      const wider = pipelineOf(directory).replace("group-moments, from: during", "group-moments, from: during, gap: 6h")
      const outcome = yield* rebuilt(wider)
      const found = outcome.result.difference.map(({ count, table, what }: Record<string, unknown>) => [
        table,
        what,
        count
      ])
      assert.deepInclude(found, ["memories", "removed", 1])
      assert.deepInclude(found, ["memories", "changed", 1])
      const now = yield* memories
      assert.deepEqual(now, [event, { ...small, photos: 3 }, last])
      assert.notInclude(
        now.map(({ memory_id }) => memory_id),
        alone["memory_id"]
      )
      yield* called(undo, home, { run: outcome.summary.run_id, yes: true })
      assert.deepEqual(yield* dump(home), before)
    }).pipe(Effect.scoped)
  )
})

describe("split", () => {
  it.live("takes apart what was merged, one part or all", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const alike = dump(home, ["life", "staging"], WHEN)
      const before = yield* alike
      const ids = (yield* rowsOf(home, "select memory_id from life.memories order by starts_at")).map(({ memory_id }) =>
        String(memory_id)
      )
      const [first = "", second = "", third = ""] = ids
      const count = rowsOf(home, "select count(*) as n from life.memories")
      yield* called(merge, home, { ids: [first, second, third] })
      assert.deepEqual(yield* count, [{ n: ids.length - 2 }])
      const part = yield* called(split, home, { ids: [first, second.slice(0, 13)] })
      assert.deepInclude(part, { exit: 0, error: null })
      assert.deepEqual(yield* count, [{ n: ids.length - 1 }])
      const after = yield* dump(home)
      const rest = yield* called(split, home, { ids: [first] })
      assert.deepEqual(yield* alike, before)
      yield* called(undo, home, { run: rest.summary.run_id, yes: true })
      assert.deepEqual(yield* dump(home), after)
    }).pipe(Effect.scoped)
  )
})
