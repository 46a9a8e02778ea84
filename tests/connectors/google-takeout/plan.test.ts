import { expect, test } from "vitest"
import { readJson } from "../../../connectors/google-takeout/json.ts"
import { makePlan, sortEntries } from "../../../connectors/google-takeout/plan.ts"
import type { Entry } from "../../../src/component/archive.ts"
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
const planned = (
  members: { readonly [path: string]: null | Json | { readonly broken: string } },
  options: { readonly trash?: "skip" | "keep"; readonly partner?: "skip" | "keep"; readonly archive?: string } = {}
) => {
  const entries = Object.keys(members).map((path) => entry(path, options.archive))
  const sorted = sortEntries(entries)
  const contents = sorted.jsons.map(({ entry: { path } }) => {
    const value = members[path] ?? null
    const broken = typeof value === "object" && value !== null && "broken" in value ? String(value.broken) : null
    return readJson(Buffer.from(broken ?? JSON.stringify(value)))
  })
  const set = { rejects: [], skipped: [] }
  const plan = makePlan(set, sorted, contents, { trash: "skip", partner: "keep", fingerprint: "f", ...options })
  return {
    plan,
    albums: Object.fromEntries(plan.units.map(({ path, source }) => [path, source.albums.map(({ title }) => title)])),
    skipped: Object.fromEntries(plan.skipped.map(({ reason, count }) => [reason, count])),
    paths: plan.units.map(({ path }) => path)
  }
}

const said = (title: string, more: { readonly [key: string]: Json } = {}): Json => ({
  title,
  photoTakenTime: { timestamp: "1500000000" },
  ...more
})

test("the same photo sits in its year and in every album: one record each, with its membership", () => {
  const { albums } = planned({
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

test("an album's key is its folder and title, whatever the archive is named", () => {
  const keyIn = (archive: string) =>
    planned(
      { [`${ROOT}/Rome/a.jpg`]: null, [`${ROOT}/Rome/metadata.json`]: { title: "Rome" } },
      { archive }
    ).plan.units.map(({ source }) => source.albums.map(({ key }) => key))
  expect(keyIn("takeout-1-001.zip")).toEqual([["Rome\u001fRome"]])
  expect(keyIn("takeout-2-001.zip")).toEqual(keyIn("takeout-1-001.zip"))
})

test("a year's folder with metadata is no album", () => {
  const { albums } = planned({
    [`${ROOT}/Photos from 2017/a.jpg`]: null,
    [`${ROOT}/Photos from 2017/metadata.json`]: { title: "Photos from 2017" }
  })
  expect(Object.values(albums)).toEqual([[]])
})

test("untitled albums share a folder: one album without a title", () => {
  const { albums, skipped } = planned({
    [`${ROOT}/Untitled/a.jpg`]: null,
    [`${ROOT}/Untitled/metadata.json`]: { title: "", access: "protected" },
    [`${ROOT}/Untitled/metadata(1).json`]: { title: "", access: "protected" }
  })
  expect(Object.values(albums)).toEqual([[null]])
  expect(skipped).toEqual({})
})

test("albums of like names share a folder: it is the one that it is named after, and the other is told", () => {
  const { albums, skipped } = planned({
    [`${ROOT}/A_B/a.jpg`]: null,
    [`${ROOT}/A_B/metadata.json`]: { title: "A long name" },
    [`${ROOT}/A_B/metadata(1).json`]: { title: "A/B" }
  })
  expect(Object.values(albums)).toEqual([["A/B"]])
  expect(skipped).toEqual({ "album in the folder of another: its pictures can't be told from the other's": 1 })
})

test("what is no photo is counted, with the reason", () => {
  const { paths, skipped } = planned({
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

test("a broken sidecar is rejected with its bytes, and its picture is kept", () => {
  const { plan } = planned({ [`${ROOT}/Rome/a.jpg`]: null, [`${ROOT}/Rome/a.jpg.json`]: { broken: '{"title": "a' } })
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

test("a file without extension is read: its content tells", () => {
  const { plan } = planned({ [`${ROOT}/Rome/03.03.13 - 1`]: null, [`${ROOT}/Rome/MVIMG_1`]: null })
  expect(plan.units.map(({ kind }) => kind)).toEqual([null, "video"])
})

test("pictures in the trash are left out, with their edited copies and halves, unless asked for", () => {
  const members = {
    [`${ROOT}/Papierkorb/a.jpg`]: null,
    [`${ROOT}/Photos from 2017/b.HEIC`]: null,
    [`${ROOT}/Photos from 2017/b.MP4`]: null,
    [`${ROOT}/Photos from 2017/b-edited.HEIC`]: null,
    [`${ROOT}/Photos from 2017/b.HEIC.json`]: said("b.HEIC", { trashed: true }),
    [`${ROOT}/Trash/c.jpg`]: null,
    [`${ROOT}/Trash/metadata.json`]: { title: "Trash", access: "protected" }
  }
  expect(planned(members).paths).toEqual([`${ROOT}/Trash/c.jpg`])
  expect(planned(members).skipped).toEqual({ "in the trash (`trash: keep` reads these too)": 3 })
  expect(planned(members, { trash: "keep" }).paths).toHaveLength(4)
})

test("a partner's pictures are kept, unless not wanted", () => {
  const members = {
    [`${ROOT}/Rome/a.jpg`]: null,
    [`${ROOT}/Rome/a.jpg.json`]: said("a.jpg", { googlePhotosOrigin: { fromPartnerSharing: {} } })
  }
  expect(planned(members).paths).toHaveLength(1)
  expect(planned(members, { partner: "skip" }).paths).toEqual([])
})

test("an export in parts that were unpacked apart is one", () => {
  const { plan } = planned({
    "parts/takeout-001/Takeout/Google Foto/Foto da 2002/a.jpg": null,
    "parts/takeout-002/Takeout/Google Foto/Foto da 2002/a.jpg.supplemental-metadata.json": said("a.jpg")
  })
  expect(plan.units).toMatchObject([
    { path: "Takeout/Google Foto/Foto da 2002/a.jpg", source: { sidecar: { title: "a.jpg" } } }
  ])
})

test("originals and halves are named by their members' paths", () => {
  const folder = `${ROOT}/Photos from 2017`
  const { plan } = planned({
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
