import { Effect, Layer } from "effect"
import { expect, test } from "vitest"
import { planExport } from "../../../connectors/google-takeout/catalogue.ts"
import { tally } from "../../../connectors/media/tally.ts"
import { type ArchiveSet, Archives, type Entry } from "../../../src/component/archive.ts"
import type { Json } from "../../../src/component/column.ts"

const ROOT = "Takeout/Google Photos"
const PART = "takeout-20240101T000000Z-001.zip"

const entry = (path: string, archive = PART): Entry => ({
  archive,
  path,
  size: 1,
  modifiedAt: null,
  crc32: null,
  location: { kind: "file", file: path }
})

/** The plan of these members: null for media, else a JSON's content, or its broken text. */
const planned = async (
  members: { readonly [path: string]: null | Json | { readonly broken: string } },
  options: { readonly trash?: "skip" | "keep"; readonly partner?: "skip" | "keep"; readonly archive?: string } = {}
) => {
  const bytesOf = ({ path }: Entry): Uint8Array => {
    const value = members[path] ?? null
    const broken = typeof value === "object" && value !== null && "broken" in value ? String(value.broken) : null
    return Buffer.from(broken ?? JSON.stringify(value))
  }
  const archives = Layer.mock(Archives)({ read: (file) => Effect.sync(() => bytesOf(file)) })
  const entries = Object.keys(members).map((path) => entry(path, options.archive))
  const set: ArchiveSet = { archives: [], fingerprint: "f", entries, rejects: [], skipped: [] }
  const parts = await Effect.gen(function* () {
    const plan = yield* planExport(set, "f", { trash: "skip", partner: "keep", ...options })
    return yield* Effect.forEach(plan.sizes.keys(), plan.part)
  }).pipe(Effect.provide(archives), Effect.runPromise)
  const plan = {
    units: parts.flatMap(({ units }) => units),
    rejects: parts.flatMap(({ rejects }) => rejects),
    skipped: tally(parts.flatMap(({ skipped }) => skipped))
  }
  return {
    plan,
    albums: Object.fromEntries(plan.units.map(({ path, source }) => [path, source.albums.map(({ title }) => title)])),
    sharers: Object.fromEntries(plan.units.map(({ path, source }) => [path, source.sharers])),
    skipped: Object.fromEntries(plan.skipped.map(({ reason, count }) => [reason, count])),
    paths: plan.units.map(({ path }) => path)
  }
}

const said = (title: string, more: { readonly [key: string]: Json } = {}): Json => ({
  title,
  photoTakenTime: { timestamp: "1500000000" },
  ...more
})

test("the same photo sits in its year and in every album: one record each, with its membership", async () => {
  const { albums } = await planned({
    [`${ROOT}/Photos from 2017/a.jpg`]: null,
    [`${ROOT}/Rome _ friends/a.jpg`]: null,
    [`${ROOT}/Rome _ friends/Metadaten.json`]: { title: "Rome & friends", access: "protected" },
    [`${ROOT}/Best/a.jpg`]: null,
    [`${ROOT}/Best/métadonnées.json`]: { albumData: { title: "Best" } }
  })
  expect(albums).toEqual({
    [`${ROOT}/Photos from 2017/a.jpg`]: [],
    [`${ROOT}/Rome _ friends/a.jpg`]: ["Rome & friends"],
    [`${ROOT}/Best/a.jpg`]: ["Best"]
  })
})

test.each([
  "metadata.json",
  "métadonnées.json",
  "metadati.json",
  "Metadaten.json",
  "метаданные.json",
  "メタデータ.json"
])("an album's metadata file may be called %s: it is known by its content", async (name) => {
  const { albums } = await planned({
    [`${ROOT}/Rome/a.jpg`]: null,
    [`${ROOT}/Rome/${name}`]: { title: "Rome", access: "protected" }
  })
  expect(albums).toEqual({ [`${ROOT}/Rome/a.jpg`]: ["Rome"] })
})

test.each([
  ["Rome _ friends", "Rome & friends"],
  ["_Rome_", '"Rome"'],
  ["2017_06_ Rome", "2017/06: Rome"]
])("the folder's name isn't the title: %s is %s", async (folder, title) => {
  const { albums } = await planned({
    [`${ROOT}/${folder}/a.jpg`]: null,
    [`${ROOT}/${folder}/metadata.json`]: { title, access: "protected" }
  })
  expect(albums).toEqual({ [`${ROOT}/${folder}/a.jpg`]: [title] })
})

test("an album's key is its folder and title, whatever the archive is named", async () => {
  const keyIn = async (archive: string) => {
    const members = { [`${ROOT}/Rome/a.jpg`]: null, [`${ROOT}/Rome/metadata.json`]: { title: "Rome" } }
    const { plan } = await planned(members, { archive })
    return plan.units.map(({ source }) => source.albums.map(({ key }) => key))
  }
  expect(await keyIn("takeout-1-001.zip")).toEqual([["Rome\u001fRome"]])
  expect(await keyIn("takeout-2-001.zip")).toEqual(await keyIn("takeout-1-001.zip"))
})

test("a year's folder with metadata is no album", async () => {
  const { albums } = await planned({
    [`${ROOT}/Photos from 2017/a.jpg`]: null,
    [`${ROOT}/Photos from 2017/metadata.json`]: { title: "Photos from 2017" }
  })
  expect(Object.values(albums)).toEqual([[]])
})

test("untitled albums share a folder: one album without a title", async () => {
  const { albums, skipped } = await planned({
    [`${ROOT}/Untitled/a.jpg`]: null,
    [`${ROOT}/Untitled/metadata.json`]: { title: "", access: "protected" },
    [`${ROOT}/Untitled/metadata(1).json`]: { title: "", access: "protected" }
  })
  expect(Object.values(albums)).toEqual([[null]])
  expect(skipped).toEqual({})
})

test("albums of like names share a folder: it is the one that it is named after, and the other is told", async () => {
  const { albums, skipped } = await planned({
    [`${ROOT}/A_B/a.jpg`]: null,
    [`${ROOT}/A_B/metadata.json`]: { title: "A long name" },
    [`${ROOT}/A_B/metadata(1).json`]: { title: "A/B" }
  })
  expect(Object.values(albums)).toEqual([["A/B"]])
  expect(skipped).toEqual({ "album in the folder of another: its pictures can't be told from the other's": 1 })
})

test("what is no photo is counted, with the reason", async () => {
  const { paths, skipped } = await planned({
    "Takeout/archive_browser.html": null,
    "Takeout/Calendar/me.ics": null,
    "Takeout/Location History/Records.json": { locations: [] },
    [`${ROOT}/print-subscriptions.json`]: { printSubscriptions: [] },
    [`${ROOT}/user-generated-memory-titles.json`]: { titles: [] },
    [`${ROOT}/shared_album_comments.json`]: { comments: [] },
    [`${ROOT}/Failed Videos/v.mp4`]: null,
    [`${ROOT}/Rome/notes.txt`]: null,
    [`${ROOT}/Rome/gone.jpg.json`]: said("gone.jpg"),
    [`${ROOT}/Rome/a.jpg`]: null
  })
  expect(paths).toEqual([`${ROOT}/Rome/a.jpg`])
  expect(skipped).toEqual({
    "not Google Photos": 3,
    "a video that Google could not read (Failed Videos)": 1,
    "not a picture or video": 1,
    "sidecar without its picture": 1,
    "JSON that describes neither a picture nor an album": 3
  })
})

test("a broken sidecar is rejected with its bytes, and its picture is kept", async () => {
  const { plan } = await planned({
    [`${ROOT}/Rome/a.jpg`]: null,
    [`${ROOT}/Rome/a.jpg.json`]: { broken: '{"title": "a' }
  })
  expect(plan.rejects).toMatchObject([
    {
      code: "sidecar-broken",
      origin: { archive: PART, member: `${ROOT}/Rome/a.jpg.json` },
      raw: Buffer.from('{"title": "a')
    }
  ])
  expect(plan.units.map(({ source }) => source.matched)).toEqual(["orphan: its sidecar a.jpg.json is broken"])
  expect(plan.skipped).toEqual([])
})

test("a file without extension is read: its content tells", async () => {
  const { plan } = await planned({ [`${ROOT}/Rome/03.03.13 - 1`]: null, [`${ROOT}/Rome/MVIMG_1`]: null })
  expect(plan.units.map(({ kind }) => kind)).toEqual([null, "video"])
})

test("pictures in the trash are left out, with their edited copies and halves, unless asked for", async () => {
  const members = {
    [`${ROOT}/Papierkorb/a.jpg`]: null,
    [`${ROOT}/Photos from 2017/b.HEIC`]: null,
    [`${ROOT}/Photos from 2017/b.MP4`]: null,
    [`${ROOT}/Photos from 2017/b-edited.HEIC`]: null,
    [`${ROOT}/Photos from 2017/b.HEIC.json`]: said("b.HEIC", { trashed: true }),
    [`${ROOT}/Trash/c.jpg`]: null,
    [`${ROOT}/Trash/metadata.json`]: { title: "Trash", access: "protected" }
  }
  expect((await planned(members)).paths).toEqual([`${ROOT}/Trash/c.jpg`])
  expect((await planned(members)).skipped).toEqual({ "in the trash (`trash: keep` reads these too)": 3 })
  expect((await planned(members, { trash: "keep" })).paths).toHaveLength(4)
})

test("a partner's pictures are kept, unless not wanted", async () => {
  const members = {
    [`${ROOT}/Rome/a.jpg`]: null,
    [`${ROOT}/Rome/a.jpg.json`]: said("a.jpg", { googlePhotosOrigin: { fromPartnerSharing: {} } })
  }
  expect((await planned(members)).paths).toHaveLength(1)
  expect((await planned(members, { partner: "skip" })).paths).toEqual([])
})

test("an export in parts that were unpacked apart is one", async () => {
  const { plan } = await planned({
    "parts/takeout-001/Takeout/Google Foto/Foto da 2002/a.jpg": null,
    "parts/takeout-002/Takeout/Google Foto/Foto da 2002/a.jpg.supplemental-metadata.json": said("a.jpg")
  })
  expect(plan.units).toMatchObject([
    { path: "Takeout/Google Foto/Foto da 2002/a.jpg", source: { sidecar: { title: "a.jpg" } } }
  ])
})

test("originals and halves are named by their members' paths", async () => {
  const folder = `${ROOT}/Photos from 2017`
  const { plan } = await planned({
    [`${folder}/b.HEIC`]: null,
    [`${folder}/b.MP4`]: null,
    [`${folder}/b-bearbeitet.HEIC`]: null,
    [`${folder}/b.HEIC.json`]: said("b.HEIC")
  })
  expect(plan.units).toMatchObject([
    { path: `${folder}/b.HEIC`, half: { path: `${folder}/b.MP4` } },
    { path: `${folder}/b-bearbeitet.HEIC`, half: null, source: { editedFrom: `${folder}/b.HEIC` } }
  ])
})

test("who shares an album is said of its pictures, and who said something of one, of that", async () => {
  const said = (...names: ReadonlyArray<string>) => names.map((contentOwnerName) => ({ contentOwnerName, liked: true }))
  const { sharers } = await planned({
    [`${ROOT}/Rome/a.jpg`]: null,
    [`${ROOT}/Rome/a.jpg.json`]: {
      title: "a.jpg",
      photoTakenTime: { timestamp: "1" },
      sharedAlbumComments: said("Dan")
    },
    [`${ROOT}/Rome/b.jpg`]: null,
    [`${ROOT}/Rome/metadata.json`]: { title: "Rome", sharedAlbumComments: said("Carol") },
    [`${ROOT}/Photos from 2024/a.jpg`]: null
  })
  const sharer = (name: string) => ({ name, address: null, album: "Rome" })
  expect(sharers).toEqual({
    [`${ROOT}/Rome/a.jpg`]: [sharer("Carol"), sharer("Dan")],
    [`${ROOT}/Rome/b.jpg`]: [sharer("Carol")],
    [`${ROOT}/Photos from 2024/a.jpg`]: []
  })
})
