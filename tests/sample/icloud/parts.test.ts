import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { sha256, readZip, type WrittenSample, type ZipEntry, written } from "../support.ts"

interface Cloud extends WrittenSample {
  readonly parts: ReadonlyArray<ZipEntry>
}

class Quarter extends Context.Service<Quarter, Cloud>()("tests/sample/icloud/Quarter") {
  static readonly layer = Layer.effect(
    Quarter,
    Effect.gen(function* () {
      const sample = yield* written({ seed: 3, days: 90, archives: "all" })
      const archives = sample.truth.apple_photos?.archives ?? []
      const parts = yield* Effect.promise(() => Promise.all(archives.map((name) => readZip(sample.directory, name))))
      return { ...sample, parts: parts.flat() }
    })
  ).pipe(Layer.provide(NodeServices.layer))
}

const rowsOf = (entries: ReadonlyArray<ZipEntry>): ReadonlyArray<readonly [part: string, row: string]> =>
  entries
    .filter(({ path }) => path.includes("Photo Details"))
    .flatMap(({ bytes, path }) =>
      bytes
        .toString("utf8")
        .split("\n")
        .slice(1)
        .filter((row) => row !== "")
        .map((row) => [path.split("/")[0] ?? "", row] as const)
    )

layer(Quarter.layer, { timeout: "60 seconds" })("iCloud's parts", (it) => {
  it.effect("have the pictures of the truth, live halves beside them, deleted ones apart", () =>
    Effect.gen(function* () {
      const { parts, truth } = yield* Quarter
      const told = truth.apple_photos
      if (told === undefined) return expect.fail("no truth about iCloud")
      const files = new Map(parts.map(({ bytes, path }) => [path, sha256(bytes)]))
      const media = [...told.photos, ...told.recently_deleted]
      for (const { content_hash, path } of media) expect([path, files.get(path)]).toEqual([path, content_hash])
      const halves = media.flatMap(({ live_video }) => live_video ?? [])
      const others = [...files.keys()].filter((path) => !/\.(csv|zip)$/.test(path))
      expect(others.toSorted()).toEqual([...media.map(({ path }) => path), ...halves].toSorted())
      expect(new Set(media.map(({ trap }) => trap)).size).toBe(7)
      expect(told.assets).toBe(told.photos.length + told.shared.length)
    })
  )

  it.effect("have pictures that the Takeout has too, byte by byte", () =>
    Effect.gen(function* () {
      const { truth } = yield* Quarter
      const shared = new Set(truth.apple_photos?.also_in_takeout)
      expect(shared.size).toBeGreaterThan(30)
      const takeout = Map.groupBy(truth.photos, ({ asset }) => asset)
      for (const { asset, content_hash } of truth.apple_photos?.photos ?? []) {
        if (!shared.has(asset)) expect(takeout.has(asset)).toBe(false)
        else expect(takeout.get(asset)?.map((photo) => photo.content_hash)).toContain(content_hash)
      }
    })
  )

  it.effect("describe each file in a table of its part, to the minute", () =>
    Effect.gen(function* () {
      const { parts, truth } = yield* Quarter
      const rows = new Map(rowsOf(parts).map(([part, row]) => [`${part}/${row.split(",")[0] ?? ""}`, row]))
      const media = [...(truth.apple_photos?.photos ?? []), ...(truth.apple_photos?.recently_deleted ?? [])]
      for (const { favorite, hidden, path, taken_at } of media) {
        const [part = "", folder = "", name = ""] = path.split("/")
        const row = rows.get(`${part}/${name}`) ?? ""
        const [, date = ""] = /,"(\w+ \w+ \d+,\d{4} \d+:\d\d [AP]M GMT)",/.exec(row) ?? []
        expect(new Date(date.replace(/^\w+ /, "")).toISOString().slice(0, 16)).toBe(taken_at.slice(0, 16))
        const flags = row.split(",").slice(2, 5)
        expect(flags).toEqual([favorite, hidden, folder === "Recently Deleted"].map((is) => (is ? "yes" : "no")))
      }
    })
  )

  it.effect("have one name for two pictures, and lists in which nobody can tell which", () =>
    Effect.gen(function* () {
      const { parts, truth } = yield* Quarter
      const told = truth.apple_photos
      expect(told?.same_names.length).toBeGreaterThan(2)
      for (const name of told?.same_names ?? []) {
        const same = parts.filter(({ path }) => path.endsWith(`/Photos/${name}`))
        expect(same.map(({ archive }) => archive).length).toBe(2)
        expect(new Set(same.map(({ bytes }) => sha256(bytes))).size).toBe(2)
      }
      const lists = new Map(parts.map(({ bytes, path }) => [path, bytes.toString("utf8").trim().split("\n")]))
      for (const { ambiguous, members, path } of told?.albums ?? []) {
        const [head = "", ...names] = lists.get(path) ?? []
        expect(["Images", "imgName", "imageName"]).toContain(head)
        const told = [...members.map((member) => member.slice(member.lastIndexOf("/") + 1)), ...ambiguous]
        expect(new Set(told)).toEqual(new Set(names))
      }
      expect(told?.albums.some(({ ambiguous }) => ambiguous.length > 0)).toBe(true)
      expect(told?.albums.some(({ path }) => path.includes("/Memories/"))).toBe(true)
      for (const { path } of told?.skipped ?? []) expect(lists.get(path)).toEqual([""])
    })
  )

  it.effect("have live photos whose moving half has a stranger's name, and strangers with theirs", () =>
    Effect.gen(function* () {
      const { truth } = yield* Quarter
      const photos = truth.apple_photos?.photos ?? []
      const odd = photos.filter(({ live_video }) => live_video?.endsWith("-1.MOV") === true)
      expect(odd.length).toBeGreaterThan(0)
      for (const { path, taken_at } of odd) {
        const other = photos.find((photo) => photo.path === path.replace(/\.HEIC$/, ".MOV"))
        expect(other?.kind).toBe("video")
        expect(Math.abs(Date.parse(other?.taken_at ?? "") - Date.parse(taken_at))).toBeGreaterThan(3_600_000)
      }
    })
  )

  it.effect("have shared albums in a zip within", () =>
    Effect.gen(function* () {
      const { directory, parts, truth } = yield* Quarter
      const inner = parts.find(({ path }) => path.endsWith("iCloud Shared Albums.zip"))
      writeFileSync(`${directory}/inner.zip`, inner?.bytes ?? "")
      const entries = yield* Effect.promise(() => readZip(directory, "inner.zip"))
      const shared = truth.apple_photos?.shared ?? []
      expect(entries.filter(({ path }) => !path.endsWith("AlbumInfo.json")).map(({ path }) => path)).toEqual(
        shared.map(({ path }) => path)
      )
      const hashes = new Map(entries.map(({ bytes, path }) => [path, sha256(bytes)]))
      for (const { content_hash, path } of shared) expect(hashes.get(path)).toBe(content_hash)
      expect(shared.length).toBeGreaterThan(10)
    })
  )
})
