import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { googleTakeout } from "../../../connectors/google-takeout/index.ts"
import type { Batch } from "../../../src/component/batch.ts"
import type { Columns } from "../../../src/component/column.ts"
import { type WrittenSample, written } from "../../sample/support.ts"
import { batchesOf, fingerprintOf, local, recordsOf, rowsOf, skippedOf } from "../media/run.ts"

interface Imported extends WrittenSample {
  readonly path: string
  readonly batches: ReadonlyArray<Batch<Columns>>
}

class Sample extends Context.Service<Sample, Imported>()("tests/google-takeout/Sample") {
  static readonly layer = Layer.effect(
    Sample,
    Effect.gen(function* () {
      const sample = yield* written({ seed: 11, days: 180 })
      const path = `${sample.directory}/takeout-*.zip`
      return { ...sample, path, batches: yield* batchesOf(googleTakeout, { path }) }
    })
  ).pipe(Layer.provideMerge(Layer.merge(local, NodeServices.layer)))
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)
const iso = (time: unknown) => (typeof time === "number" ? new Date(time).toISOString().replace(".000Z", "Z") : null)

layer(Sample.layer, { timeout: "120 seconds", excludeTestServices: true })("a sample's Takeout", (it) => {
  it.effect("has all pictures, and no moving half as a picture of its own", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      expect([...rowsOf(batches).keys()].toSorted()).toEqual(truth.photos.map(({ path }) => path).toSorted())
    })
  )

  it.effect("has every sidecar where it belongs", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const rows = rowsOf(batches)
      const wrong = truth.photos.flatMap(({ path, sidecar, trap }) => {
        const matched = String(rows.get(path)?.["matched"])
        const right = sidecar === null ? matched.startsWith("orphan: ") : matched.includes(nameOf(sidecar))
        return right ? [] : [`${trap} ${nameOf(path)}: ${matched}`]
      })
      expect(wrong).toEqual([])
    })
  )

  it.effect("knows times, places, kinds, originals and halves", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const rows = rowsOf(batches)
      for (const photo of truth.photos) {
        const row = rows.get(photo.path) ?? {}
        expect({ ...row, taken_at: iso(row["taken_at"]) }, photo.path).toMatchObject({
          kind: photo.kind,
          content_hash: photo.content_hash,
          taken_at: photo.taken_at,
          latitude: photo.latitude === null ? null : expect.closeTo(photo.latitude, 6),
          longitude: photo.longitude === null ? null : expect.closeTo(photo.longitude, 6),
          location_status: photo.location_status,
          edited_from: photo.edited_from,
          live_member: photo.live_video,
          file_name: nameOf(photo.path)
        })
      }
    })
  )

  it.effect("has the day of a picture with a known place as its calendar there shows it", () =>
    Effect.gen(function* () {
      const { batches } = yield* Sample
      const placed = recordsOf(batches).filter(({ row }) => row["latitude"] !== null && row["taken_at"] !== null)
      expect(placed.length).toBeGreaterThan(100)
      for (const { row } of placed) {
        const there = new Intl.DateTimeFormat("en-CA", { timeZone: String(row["time_zone"]), dateStyle: "short" })
        expect(row["local_date"]).toBe(there.format(Number(row["taken_at"])))
      }
    })
  )

  it.effect("has one id for each asset", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const ids = new Map(recordsOf(batches).map(({ origin, id }) => [origin.member, id]))
      const byAsset = Map.groupBy(truth.photos, ({ asset }) => asset)
      expect(new Set(ids.values()).size).toBe(truth.media.assets)
      for (const photos of byAsset.values()) expect(new Set(photos.map(({ path }) => ids.get(path))).size).toBe(1)
    })
  )

  it.effect("has all albums with their pictures", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const found = new Map<string, { readonly title: unknown; readonly members: Set<unknown> }>()
      for (const { row } of recordsOf(batches)) {
        const albums = row["albums"]
        if (!Array.isArray(albums)) continue
        for (const album of albums) {
          const { key, title } = Object(album)
          const entry = found.get(key) ?? { title, members: new Set() }
          found.set(key, entry)
          entry.members.add(row["content_hash"])
        }
      }
      const told = [...found.values()].map(({ title, members }) => ({ title, members: [...members].toSorted() }))
      const wanted = truth.albums.map(({ title, members }) => ({
        title: title === "" ? null : title,
        members: members.toSorted()
      }))
      const sorted = (albums: typeof told) =>
        albums.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      expect(sorted(told)).toEqual(sorted(wanted))
    })
  )

  it.effect("rejects what can't be read, and nothing else", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const rejects = batches.flatMap((batch) => batch.rejects.map(({ code, origin }) => [origin.member, code]))
      expect(rejects.toSorted()).toEqual(truth.rejects.map(({ path, why }) => [path, why]).toSorted())
      for (const { rejects: some } of batches) for (const { reason } of some) expect(reason).toMatch(/\.$/)
    })
  )

  it.effect("says what it left out, and why", () =>
    Effect.gen(function* () {
      const { truth, batches } = yield* Sample
      const skipped = skippedOf(batches)
      expect(skipped["sidecar without its picture"]).toBe(truth.orphan_sidecars.length)
      const ignored = truth.ignored.filter(({ why }) => why !== "album-metadata" && why !== "mac-metadata")
      const others = Object.entries(skipped).filter(([reason]) => !/without its picture|macOS|bookkeeping/.test(reason))
      const repeated = truth.repeated.filter((path) => ignored.some((file) => file.path === path))
      expect(others.reduce((sum, [, count]) => sum + count, 0)).toBe(ignored.length + repeated.length)
    })
  )

  it.effect("accounts for every media file: a record, a half, a reject or a skip", () =>
    Effect.gen(function* () {
      const { truth, entries, batches } = yield* Sample
      const halves = new Set(truth.photos.flatMap(({ live_video }) => live_video ?? []))
      const moving = entries.filter(({ path }) => halves.has(path)).length
      const rejected = batches.flatMap(({ rejects }) => rejects.filter(({ code }) => code.startsWith("media-"))).length
      expect(recordsOf(batches).length + moving + rejected).toBe(truth.media.entries)
    })
  )

  it.effect("keys records by path and content: copies in two parts share theirs", () =>
    Effect.gen(function* () {
      const { batches } = yield* Sample
      for (const { sourceId, origin, row } of recordsOf(batches))
        expect(sourceId).toBe(`${origin.member}#${String(row["content_hash"]).slice(0, 16)}`)
    })
  )

  it.effect("says how far it is", () =>
    Effect.gen(function* () {
      const { batches } = yield* Sample
      expect(batches.length).toBeGreaterThan(1)
      const dones = batches.map(({ progress }) => progress?.done ?? 0)
      expect(dones).toEqual(dones.toSorted((a, b) => a - b))
      expect(dones.at(-1)).toBe(batches[0]?.progress?.total)
    })
  )

  it.effect("resumes after any batch without loss or double", () =>
    Effect.gen(function* () {
      const { path, batches } = yield* Sample
      for (let done = 1; done <= batches.length; done++) {
        const rest = yield* batchesOf(googleTakeout, { path }, { checkpoint: batches[done - 1]?.checkpoint ?? null })
        expect(rest).toEqual(batches.slice(done))
      }
    })
  )

  it.effect("starts over where the archives or the way of reading them changed", () =>
    Effect.gen(function* () {
      const { path, batches } = yield* Sample
      const checkpoint = batches[0]?.checkpoint ?? null
      const again = yield* batchesOf(googleTakeout, { path, time: "camera" }, { checkpoint, first: 1 })
      expect(again[0]?.progress?.done).toBe(batches[0]?.progress?.done)
      const prints = yield* Effect.all([
        fingerprintOf(googleTakeout, { path }),
        fingerprintOf(googleTakeout, { path }),
        fingerprintOf(googleTakeout, { path, time: "camera" }),
        fingerprintOf(googleTakeout, { path, trash: "keep" }),
        fingerprintOf(googleTakeout, { path, partner: "skip" }),
        fingerprintOf(googleTakeout, { path }, { timeZone: "Asia/Tokyo" })
      ])
      expect(new Set(prints).size).toBe(5)
    })
  )

  it.effect("leaves a partner's pictures out where that is wanted", () =>
    Effect.gen(function* () {
      const { path, truth, batches } = yield* Sample
      const without = yield* batchesOf(googleTakeout, { path, partner: "skip" })
      const partners = truth.traps["from-partner"] ?? 0
      expect(partners).toBeGreaterThan(0)
      const missing = recordsOf(batches).length - recordsOf(without).length
      expect(missing).toBeGreaterThanOrEqual(partners)
      expect(Object.entries(skippedOf(without)).find(([reason]) => reason.includes("partner"))?.[1]).toBe(missing)
    })
  )
})
