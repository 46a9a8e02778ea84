import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { plan } from "../../src/command/plan.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { dump } from "./dump.ts"
import { pipelineOf, runIn, writeEvents, writePhotos } from "./home.ts"

it.live("plan --diff says what a run would do to a life, from the first on, and does none of it", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    const pipeline = join(directory, "lives.yaml")
    writeFileSync(pipeline, pipelineOf(directory))
    const photo = { name: "a.jpg", taken: "2024-05-01T18:30:00Z" }
    writePhotos(directory, "photos.csv", [photo])
    writeEvents(directory, [])
    const planned = Effect.map(called(plan, home, { pipeline, diff: true }), ({ error, result }) => {
      assert.isNull(error)
      const rows: ReadonlyArray<{ readonly table: string; readonly what: string; readonly count: number }> = result.diff
      return rows.map(({ count, table, what }) => `${count} ${what} in ${table}`)
    })
    assert.deepEqual(yield* planned, [
      "2 added in links",
      "1 added in media",
      "1 added in memories",
      "1 added in places",
      "1 added in provenance"
    ])
    yield* runIn(directory, home)
    const before = yield* dump(home)
    assert.deepEqual(yield* planned, [])
    writePhotos(directory, "photos.csv", [{ ...photo, title: "Soup" }])
    assert.include(yield* planned, "1 changed in media")
    assert.deepEqual(yield* dump(home), before)
  }).pipe(Effect.scoped)
)
