import { readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { authored } from "../../src/component/sql.ts"
import { type Truth, writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { assetsById, eventLinks } from "../support/links.ts"
import { precision, recall } from "../support/score.ts"
import { readTruth } from "../support/truth.ts"

const PIPELINE = join(import.meta.dirname, "../../pipelines/memories.yaml")

/** A year takes a minute: `KEEPSAKE_DAYS=365`. */
const DAYS = Number(process.env["KEEPSAKE_DAYS"] ?? 120)

/** A life of some months, imported by the pipeline that comes with the program. */
class Imported extends Context.Service<Imported, { readonly truth: Truth; readonly home: string }>()(
  "tests/conformance/Imported"
) {
  static readonly layer = Layer.effect(
    Imported,
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* writeSample({ directory, days: DAYS, seed: 3 }).pipe(Effect.provide(NodeServices.layer))
      const truth = yield* readTruth(directory)
      const home = join(directory, "home")
      yield* runText(readFileSync(PIPELINE, "utf8").replaceAll("./sample/", `${directory}/`), home)
      return { truth, home }
    }).pipe(Effect.orDie)
  )
}

layer(Imported.layer, { timeout: 240_000, excludeTestServices: true })(`the truth of ${DAYS} days`, (it) => {
  it.effect("every asset, once", () =>
    Effect.gen(function* () {
      const { home, truth } = yield* Imported
      const byId = yield* assetsById(home, truth)
      const media = yield* query(home, authored("select media_id from life.media"))
      const found = media.map(({ media_id }) => byId.get(String(media_id)))
      assert.lengthOf(found, truth.media.assets)
      assert.deepEqual(found.toSorted(), [...new Set(truth.photos.map(({ asset }) => asset))].toSorted())
    })
  )

  it.effect("every album, with its pictures", () =>
    Effect.gen(function* () {
      const { home, truth } = yield* Imported
      const byId = yield* assetsById(home, truth)
      const items = yield* query(
        home,
        authored(
          "select album_id, coalesce(title, '') as title, media_id from life.albums join life.album_items using (album_id)"
        )
      )
      const found = [...Map.groupBy(items, ({ album_id }) => album_id).values()].map((members) =>
        JSON.stringify([members[0]?.["title"], members.map(({ media_id }) => byId.get(String(media_id))).toSorted()])
      )
      const told = truth.albums.map(({ assets, title }) => JSON.stringify([title, [...new Set(assets)].toSorted()]))
      assert.isAbove(told.length, 1)
      assert.deepEqual(found.toSorted(), told.toSorted())
    })
  )

  it.effect("pictures and their events: precision and recall of 0.98 or more", () =>
    Effect.gen(function* () {
      const { home, truth } = yield* Imported
      const { score, wrong } = yield* eventLinks(home, truth)
      assert.isAbove(score.told, 100)
      assert.isAtLeast(precision(score), 0.98, wrong.join("\n"))
      assert.isAtLeast(recall(score), 0.98, wrong.join("\n"))
    })
  )
})
