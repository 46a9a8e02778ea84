import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { lifeOf } from "../../conformance/life.ts"
import type { Photo } from "../../providers/life/photos.ts"
import { query } from "../../support/engine.ts"
import { LIBRARY, expected, inWorld, photosOf, readable } from "./world.ts"

const own = (photos: ReadonlyArray<Photo>) => readable(photos.filter(({ appCreated }) => appCreated))

/** Who is in which album, by the albums' titles. */
const albumsIn = (home: string) =>
  Effect.map(
    query(
      home,
      authored(`select coalesce(a.title, '') || ' | ' || m.picture_hash as line from life.album_items
        join life.albums a using (album_id) join life.media m using (media_id) order by 1`)
    ),
    (rows) => rows.map(({ line }) => String(line))
  )

const gone = (home: string) =>
  Effect.map(
    query(home, authored("select count(*)::integer as n from life.provenance where gone_at is not null")),
    ([row]) => Number(row?.["n"])
  )

describe("google-photos.library", () => {
  it.live("reads what the app has made, with its albums", () =>
    inWorld(photosOf(250), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const { sources } = yield* run(LIBRARY)
        const ledger = sources["photos"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        const shelf = providers.google.shelf()
        const photos = own(shelf.photos())
        assert.deepEqual(yield* stored, expected(photos))
        const titles = new Map(shelf.albums().map(({ id, title }) => [id, title]))
        const wanted = photos
          .flatMap((photo) =>
            photo.albums.map((id) => `${titles.get(id)} | ${expected([photo])[0]?.slice(0, 64) ?? "?"}`)
          )
          .toSorted()
        assert.deepEqual(yield* albumsIn(home), wanted)
      })
    )
  )

  it.live("takes two requests to find that nothing has changed (I3)", () =>
    inWorld(photosOf(250), ({ home, run }) =>
      Effect.gen(function* () {
        yield* run(LIBRARY)
        const before = yield* lifeOf(home)
        const { sinks, sources } = yield* run(LIBRARY)
        assert.deepInclude(sources["photos"], { read: 0, requests: 2 })
        assert.deepInclude(sinks["memories"], { inserted: 0, updated: 0, deleted: 0 })
        assert.deepEqual(yield* lifeOf(home), before)
        // A full listing finds the same, and fetches no bytes.
        const full = yield* run(`${LIBRARY}, relist: 0s`)
        assert.deepInclude(full.sources["photos"], { new: 0, changed: 0, deleted: 0 })
        assert.deepEqual(yield* lifeOf(home), before)
      })
    )
  )

  it.live("lists again what has changed: additions, descriptions, and what is gone stays (I7)", () =>
    inWorld(photosOf(150), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run(LIBRARY)
        const shelf = providers.google.shelf()
        const before = own(shelf.photos())
        shelf.remove(20)
        shelf.add(10)
        const [first] = own(shelf.photos())
        if (first === undefined) return assert.fail("no photo")
        shelf.put({ ...first, description: "Another word" })
        const left = own(shelf.photos())
        const asked = providers.requests.count()
        const { sources } = yield* run(LIBRARY)
        const removed = before.filter(({ id }) => !left.some((photo) => photo.id === id))
        const added = left.filter(({ id }) => !before.some((photo) => photo.id === id))
        assert.deepInclude(sources["photos"], { new: added.length, deleted: removed.length })
        assert.strictEqual(providers.requests.since(asked, "library-bytes").length, added.length)
        assert.deepEqual(yield* stored, expected([...left, ...removed]))
        assert.strictEqual(yield* gone(home), removed.length)
        const [described] = yield* query(
          home,
          authored("select count(*)::integer as n from life.media where description = 'Another word'")
        )
        assert.strictEqual(described?.["n"], 1)
      })
    )
  )
})
