import { readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { authored } from "../../src/component/sql.ts"
import { type Truth, writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"

const PIPELINE = join(import.meta.dirname, "../../pipelines/memories.yaml")

/** The shape is the generator's own: what is tested is what becomes of its content. */
const isTruth = (value: unknown): value is Truth => typeof value === "object" && value !== null && "photos" in value

/** A life of 120 days, imported by the pipeline that comes with the program. */
class Imported extends Context.Service<Imported, { readonly truth: Truth; readonly home: string }>()(
  "tests/conformance/Imported"
) {
  static readonly layer = Layer.effect(
    Imported,
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* writeSample({ directory, days: 120, seed: 3 }).pipe(Effect.provide(NodeServices.layer))
      const truth: unknown = JSON.parse(readFileSync(join(directory, "truth.json"), "utf8"))
      if (!isTruth(truth)) return yield* Effect.die("truth.json has another shape")
      const home = join(directory, "home")
      yield* runText(readFileSync(PIPELINE, "utf8").replaceAll("./sample/", `${directory}/`), home)
      return { truth, home }
    }).pipe(Effect.orDie)
  )
}

/** The truth's asset for each picture that was kept, by the files that it came from. */
const assetsById = Effect.gen(function* () {
  const { home, truth } = yield* Imported
  const byPath = new Map(truth.photos.map(({ asset, path }) => [path, asset]))
  const rows = yield* query(
    home,
    authored("select entity_id, member from life.provenance where entity_type = 'media' order by all")
  )
  return new Map(rows.map(({ entity_id, member }) => [String(entity_id), byPath.get(String(member))]))
})

layer(Imported.layer, { timeout: 240_000, excludeTestServices: true })("the truth of 120 days", (it) => {
  it.effect("every asset, once", () =>
    Effect.gen(function* () {
      const { home, truth } = yield* Imported
      const byId = yield* assetsById
      const media = yield* query(home, authored("select media_id from life.media"))
      const found = media.map(({ media_id }) => byId.get(String(media_id)))
      assert.lengthOf(found, truth.media.assets)
      assert.deepEqual(found.toSorted(), [...new Set(truth.photos.map(({ asset }) => asset))].toSorted())
    })
  )

  it.effect("every album, with its pictures", () =>
    Effect.gen(function* () {
      const { home, truth } = yield* Imported
      const byId = yield* assetsById
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
      const byId = yield* assetsById
      const links = yield* query(
        home,
        authored(`select from_id, uid, local_start_date::varchar as day from life.links
          join life.events on to_id = event_id where relation = 'taken_during'`)
      )
      const found = new Set(links.map((link) => `${byId.get(String(link["from_id"]))} ${link["uid"]} ${link["day"]}`))
      // By the day where it took place: whole days begin at midnight of a zone that the calendar doesn't tell.
      const days = new Map(
        truth.events.list.map((event) => [`${event.uid} ${event.starts_at}`, event.local_start_date])
      )
      const told = new Set(
        truth.photos.flatMap(({ asset, event }) =>
          event === null ? [] : [`${asset} ${event.uid} ${days.get(`${event.uid} ${event.starts_at}`)}`]
        )
      )
      assert.isAbove(told.size, 100)
      const right = found.intersection(told).size
      assert.isAtLeast(right / found.size, 0.98, `precision: ${right} of ${found.size} links`)
      assert.isAtLeast(right / told.size, 0.98, `recall: ${right} of ${told.size} links`)
    })
  )
})
