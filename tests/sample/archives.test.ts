import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Context, DateTime, Effect, Layer, Option, Schema } from "effect"
import ExifReader from "exifreader"
import jpeg from "jpeg-js"
import { trapNames } from "../../src/sample/day.ts"
import { GoogleSidecar, type WrittenSample, metres, sha256, written } from "./support.ts"

class Year extends Context.Service<Year, WrittenSample>()("tests/sample/Year") {
  static readonly layer = Layer.effect(Year, written({ seed: 3, days: 365 })).pipe(Layer.provide(NodeServices.layer))
}

const isJpeg = (bytes: Buffer) => bytes.length > 2 && bytes.readUInt16BE(0) === 0xffd8

/** A JPEG without its metadata segments; anything else as it is. */
const pictureOnly = (bytes: Buffer): string => {
  if (!isJpeg(bytes)) return sha256(bytes)
  const kept: Array<Buffer> = []
  let at = 2
  while (bytes.readUInt16BE(at) !== 0xffda) {
    const next = at + 2 + bytes.readUInt16BE(at + 2)
    if ((bytes.readUInt16BE(at) & 0xfff0) !== 0xffe0) kept.push(bytes.subarray(at, next))
    at = next
  }
  return sha256(Buffer.concat([...kept, bytes.subarray(at)]))
}

const contentOf = ({ entries }: WrittenSample) => new Map(entries.map(({ path, bytes }) => [path, bytes]))

layer(Year.layer, { timeout: "60 seconds" })("a year's archives", (it) => {
  it.effect("have in them what the truth says, and nothing else", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const { truth } = sample
      const content = contentOf(sample)
      const pictures = truth.photos.map(({ path }) => path)
      const halves = truth.photos.flatMap(({ live_video }) => live_video ?? [])
      const sidecars = new Set(truth.photos.flatMap(({ sidecar }) => sidecar ?? []))
      const fates = [...truth.rejects, ...truth.ignored].map(({ path }) => path)
      const accounted = [...pictures, ...halves, ...sidecars, ...truth.orphan_sidecars, ...fates]
      expect(new Set(accounted).size).toBe(accounted.length)
      expect(accounted.toSorted()).toEqual([...content.keys()].toSorted())
      for (const { path, content_hash } of truth.photos)
        expect(sha256(content.get(path) ?? Buffer.alloc(0))).toBe(content_hash)
    })
  )

  it.effect("have as many media as the truth counts", () =>
    Effect.gen(function* () {
      const { truth, entries } = yield* Year
      const ignored = new Set(truth.ignored.map(({ path }) => path))
      const media = entries.filter(({ path }) => !/\.(json|html)$/.test(path) && !ignored.has(path))
      expect(media.length).toBe(truth.media.entries)
      expect(new Set(media.map(({ path }) => path)).size).toBe(truth.media.files)
      const empty = media.filter(({ bytes }) => bytes.length === 0)
      expect(new Set(empty.map(({ path }) => path)).size).toBe(truth.media.rejects)
      expect(truth.media.files).toBeGreaterThan(2000)
      expect(truth.media.files).toBeLessThan(4000)
      const perDay = truth.media.assets / truth.days
      expect(perDay).toBeGreaterThan(5)
      expect(perDay).toBeLessThan(8)
    })
  )

  it.effect("show as many different pictures as there are assets", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const content = contentOf(sample)
      const pairs = sample.truth.photos.map(
        ({ path, asset }) => [asset, pictureOnly(content.get(path) ?? Buffer.alloc(0))] as const
      )
      const byAsset = new Map(pairs)
      for (const [asset, picture] of pairs) expect(byAsset.get(asset)).toBe(picture)
      expect(new Set(byAsset.values()).size).toBe(byAsset.size)
      expect(byAsset.size).toBe(sample.truth.media.assets)
    })
  )

  it.effect("have some assets in files of different bytes", () =>
    Effect.gen(function* () {
      const { truth } = yield* Year
      const hashes = Map.groupBy(truth.photos, ({ asset }) => asset)
      const rewritten = [...hashes.values()].filter(
        (photos) => new Set(photos.map(({ content_hash }) => content_hash)).size > 1
      )
      expect(rewritten.length).toBeGreaterThan(0)
      expect(rewritten.flat().every(({ trap }) => trap === "metadata-rewritten")).toBe(true)
    })
  )

  it.effect("hold JPEGs that decode", () =>
    Effect.gen(function* () {
      const { entries } = yield* Year
      const jpegs = entries.filter(({ bytes }) => isJpeg(bytes))
      for (const { bytes } of jpegs.filter((_, index) => index % 25 === 0))
        expect(jpeg.decode(bytes, { useTArray: true, tolerantDecoding: false }).width).toBe(96)
    })
  )

  it.effect("have sidecars in Google's shape that agree with the truth", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const content = contentOf(sample)
      for (const photo of sample.truth.photos) {
        if (photo.sidecar === null) continue
        const sidecar = yield* Schema.decodeUnknownEffect(GoogleSidecar)(content.get(photo.sidecar)?.toString("utf8"))
        const seconds = photo.taken_at === null ? "" : String(Date.parse(photo.taken_at) / 1000)
        const { timestamp } = sidecar.photoTakenTime
        if (photo.trap !== "zero-time" && photo.trap !== "corrupt-time") expect(timestamp).toBe(seconds)
        const known = [sidecar.geoData, sidecar.geoDataExif].find(({ latitude }) => latitude !== 0)
        if (known !== undefined) expect([known.latitude, known.longitude]).toEqual([photo.latitude, photo.longitude])
      }
    })
  )

  it.effect("have EXIF that agrees with the truth, in the camera's local time", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const content = contentOf(sample)
      const counts = { time: 0, offset: 0, place: 0 }
      for (const photo of sample.truth.photos) {
        const bytes = content.get(photo.path) ?? Buffer.alloc(0)
        if (!isJpeg(bytes)) continue
        const tags = ExifReader.load(bytes, { expanded: true })
        const local = tags.exif?.DateTimeOriginal?.description
        const offset = tags.exif?.OffsetTimeOriginal?.description
        if (local !== undefined) {
          counts.time++
          const wall = Date.parse(`${local.slice(0, 10).replaceAll(":", "-")}T${local.slice(11)}${offset ?? "Z"}`)
          const minutes = (wall - Date.parse(photo.taken_at ?? "")) / 60_000
          // Without an offset the clock is that of a zone; all zones of the life are on quarter hours.
          if (offset === undefined) expect([Math.abs(minutes) % 15, Math.abs(minutes) <= 14 * 60]).toEqual([0, true])
          else expect(minutes).toBe(0)
        }
        if (offset !== undefined) counts.offset++
        if (tags.gps?.Latitude !== undefined && tags.gps.Longitude !== undefined) {
          counts.place++
          const { latitude, longitude } = photo
          if (latitude === null || longitude === null)
            expect.fail(`${photo.path} has a place that the truth doesn't know`)
          const apart = metres({ latitude, longitude }, { latitude: tags.gps.Latitude, longitude: tags.gps.Longitude })
          expect(apart).toBeLessThan(photo.trap === "place-corrected" ? 70 : 0.02)
        }
      }
      const total = sample.truth.photos.length
      expect(counts.time / total).toBeGreaterThan(0.85)
      expect(counts.offset / total).toBeLessThan(0.9)
      expect(counts.place / total).toBeGreaterThan(0.7)
    })
  )

  it.effect("tell the local time of the place, also without an offset", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const content = contentOf(sample)
      const abroad = sample.truth.photos.filter(
        ({ longitude }) => longitude !== null && (longitude < -20 || longitude > 80)
      )
      const hours = abroad.flatMap(({ path, taken_at }) => {
        const bytes = content.get(path) ?? Buffer.alloc(0)
        const local = isJpeg(bytes) ? ExifReader.load(bytes).DateTimeOriginal?.description : undefined
        return local === undefined || taken_at === null ? [] : [Number(local.slice(11, 13))]
      })
      expect(hours.length).toBeGreaterThan(30)
      expect(Math.min(...hours)).toBeGreaterThanOrEqual(9)
      expect(Math.max(...hours)).toBeLessThanOrEqual(20)
    })
  )

  it.effect("meet all traps", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const { truth } = sample
      expect(Object.keys(truth.traps).toSorted()).toEqual([...trapNames].toSorted())
      const paths = [...contentOf(sample).keys()]
      for (const pattern of PATTERNS)
        expect(
          paths.some((path) => pattern.test(path)),
          String(pattern)
        ).toBe(true)
      expect(truth.rejects.map(({ why }) => why)).toEqual(expect.arrayContaining(["media-empty", "sidecar-broken"]))
      expect(truth.orphan_sidecars.length).toBeGreaterThan(0)
    })
  )

  it.effect("come in parts: some sidecars apart from their picture, some paths twice", () =>
    Effect.gen(function* () {
      const { truth, entries } = yield* Year
      expect(truth.archives.length).toBeGreaterThanOrEqual(3)
      const parts = Map.groupBy(entries, ({ path }) => path)
      const partOf = (path: string) => parts.get(path)?.[0]?.archive
      const apart = truth.photos.filter(({ path, sidecar }) => sidecar !== null && partOf(path) !== partOf(sidecar))
      expect(apart.length).toBeGreaterThan(10)
      const repeated = [...parts].filter(([, copies]) => copies.length > 1)
      expect(repeated.map(([path]) => path).toSorted()).toEqual([...truth.repeated].toSorted())
      expect(repeated.length).toBeGreaterThan(5)
      for (const [, copies] of repeated) {
        expect(new Set(copies.map(({ archive }) => archive)).size).toBe(copies.length)
        expect(new Set(copies.map(({ bytes }) => sha256(bytes))).size).toBe(1)
      }
      // Pictures as they are, text deflated.
      const methods = new Set(
        entries.map(({ path, method }) => `${/\.(json|html)$/.test(path) ? "text" : "other"} ${method}`)
      )
      expect(methods).toEqual(new Set(["text 8", "other 0", "other 8"]))
      const pictures = new Set(truth.photos.map(({ path }) => path))
      expect(entries.filter(({ path, method }) => pictures.has(path) && method !== 0)).toEqual([])
    })
  )

  it.effect("have albums with copies, titles that no folder can have, and files that are localised", () =>
    Effect.gen(function* () {
      const sample = yield* Year
      const content = contentOf(sample)
      for (const { folder, title, members } of sample.truth.albums) {
        const copies = sample.truth.photos.filter(({ path }) => path.startsWith(`Takeout/Google Photos/${folder}/`))
        expect(new Set(copies.map(({ content_hash }) => content_hash))).toEqual(new Set(members))
        for (const { content_hash } of copies)
          expect(
            sample.truth.photos.some(
              ({ path, content_hash: other }) => path.includes("/Photos from ") && other === content_hash
            )
          ).toBe(true)
        const metadata = [...content].filter(([path, bytes]) => {
          const text = bytes.toString("utf8")
          return (
            path.startsWith(`Takeout/Google Photos/${folder}/`) && path.endsWith(".json") && text.includes('"access"')
          )
        })
        expect(
          metadata.map(([, bytes]) => bytes.toString("utf8").includes(`"title": ${JSON.stringify(title)}`))
        ).toEqual([true])
      }
      const albums = sample.truth.albums
      expect(albums.some(({ title, folder }) => title !== folder && title !== "")).toBe(true)
      expect(albums.some(({ title }) => title === "")).toBe(true)
      expect([...content.values()].some((bytes) => bytes.toString("utf8").includes('"albumData"'))).toBe(true)
    })
  )

  it.effect("have dates that no machine's zone has touched", () =>
    Effect.gen(function* () {
      const { truth } = yield* Year
      const end = DateTime.make(truth.end).pipe(Option.getOrThrow, DateTime.formatIso).slice(0, 10).replaceAll("-", "")
      expect(truth.archives[0]).toBe(`takeout-${end}T091500Z-001.zip`)
    })
  )
})

/** File names of the traps, by what importers must tell apart. */
const PATTERNS: ReadonlyArray<RegExp> = [
  /\.jpg\.json$/i,
  /\.JPG\.supplemental-metadata\.json$/,
  /\.jpg\.supplemental-metada\.json$/,
  /[^.]\.\.json$/,
  /\.jpg\.\.json$/,
  /\.jpg\.s\.json$/,
  /[a-z]\.jp?\.json$/,
  /\.jpe?g\(1\)\.json$/i,
  /\.supplemental-metad?a?t?a?d?a?t?a?\(1\)\.json$/,
  /\(1\)\.jpe?g$/i,
  / \(2\)\.jpg$/,
  / \(2\)\.jpg\.[a-z.]*json$/,
  /-edited\.jpg$/i,
  /-bearbeitet\.jpg$/i,
  /-(modifié|編集済み|编辑)\.jpg$/i,
  /-(edit|edi|bear|bea)e?\.jpg$/,
  /-edited\(1\)\.jpg$/i,
  /-(EFFECTS|SMILE|MIX|COLLAGE|ANIMATION)\.jpg$/i,
  /_P\.jpg$/,
  /_P\(1\)\.jpg$/,
  /\.MP4$/,
  /\.HEIC$/,
  /\.MP$/,
  /\/MVIMG_\d+_\d+$/,
  /image\d{6}\.gif\.json$/,
  /image\d{6}\.jpg$/,
  /\/\._/,
  /-WA\d{4}\.jpg$/,
  /Metadaten\.json$/,
  /métadonnées\.json$/,
  /\/Untitled\/metadata\.json$/,
  /Failed Videos\//,
  /\/user-generated-memory-titles\.json$/,
  /\/print-subscriptions\.json$/,
  /\/shared_album_comments\.json$/,
  /^Takeout\/archive_browser\.html$/,
  /Photos from 2023\//,
  /Photos from 2024\//
]
