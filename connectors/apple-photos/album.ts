/** Albums, of which the lists only say names: who is in one is said only where that can be told. */
import { Result } from "effect"
import type { Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import { folderOf, nameOf } from "../media/name.ts"
import type { AlbumItem, Sharer } from "../media/row.ts"
import type { Broken } from "../media/sidecars.ts"
import { skipped } from "../media/tally.ts"
import { type Place, isAboveSharedAlbums } from "./layout.ts"
import { nameKey } from "./naming.ts"
import type { Family, Listing, Picture, Shot } from "./picture.ts"

// Separates what no path or title holds.
const SEPARATOR = "\u001f"

const albumAt = (path: string, title: string): AlbumItem => ({
  key: path + SEPARATOR + title,
  title,
  description: null,
  position: null
})

/** The album of a list: it is named after its file. */
export const listedAlbum = ({ path, name }: Place): AlbumItem => albumAt(folderOf(path), name.replace(/\.csv$/i, ""))

/** The album of a shared album's folder; `title` is its own, where a file in it says so. Null: it lies above the albums. */
export const sharedAlbum = ({ path }: Place, title: string | undefined): AlbumItem | null => {
  const folder = folderOf(path)
  return isAboveSharedAlbums(folder) ? null : albumAt(folder, title ?? nameOf(folder))
}

/** `AlbumInfo.json` in the folder of a shared album. */
export interface AlbumInfo {
  readonly kind: "album"
  readonly title: string | null
  /** Who has shared it, added to it, said something in it or liked it. */
  readonly sharers: ReadonlyArray<Sharer>
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : null

/** People are named at several places, always by `fullName` and `appleid`; no album is deeper than this. */
const DEEPEST = 8
const peopleIn = (value: unknown, depth = 0): ReadonlyArray<Sharer> => {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return []
  if (Array.isArray(value)) return value.flatMap((one) => peopleIn(one, depth + 1))
  const name = "fullName" in value ? textOf(value.fullName) : null
  const address = "appleid" in value ? textOf(value.appleid) : null
  const own = name === null && address === null ? [] : [{ name, address }]
  return [...own, ...Object.values(value).flatMap((one) => peopleIn(one, depth + 1))]
}

const sharersIn = (value: unknown): ReadonlyArray<Sharer> => [
  ...new Map(peopleIn(value).map((sharer) => [JSON.stringify(sharer), sharer])).values()
]

const decoder = new TextDecoder()

export const readAlbumInfo = (bytes: Uint8Array): AlbumInfo | Broken =>
  Result.match(
    Result.try({
      try: (): unknown => JSON.parse(decoder.decode(bytes)),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    }),
    {
      onFailure: (reason): AlbumInfo | Broken => ({ kind: "broken", reason, raw: bytes }),
      onSuccess: (value) => {
        const title = typeof value === "object" && value !== null && "albumName" in value ? value.albumName : null
        return { kind: "album", title: textOf(title), sharers: sharersIn(value) }
      }
    }
  )

/** The reject of an `AlbumInfo.json` that can't be read. */
export const brokenInfo = ({ archive, path }: Entry, { reason, raw }: Broken): Reject => ({
  code: "album-info-broken",
  reason: `It can't be read (${reason}). Its album is named after its folder: export it again to have its title.`,
  origin: { archive, member: path },
  ...(raw === undefined ? {} : { raw })
})

/** Names of one list, each with how often it stands there. */
export const listings = (album: AlbumItem, names: ReadonlyArray<string>): ReadonlyArray<Listing> =>
  [...Map.groupBy(names, nameKey).values()].map((same) => ({ album, name: same[0] ?? "", times: same.length }))

/** Two exports may have the same list: an album has a name as often as the list that has it most often. By album. */
const merged = (all: ReadonlyArray<Listing>): ReadonlyArray<Listing> =>
  [...Map.groupBy(all, ({ album, name }) => album.key + SEPARATOR + nameKey(name)).values()]
    .map((same) => same.reduce((most, other) => (other.times > most.times ? other : most)))
    .toSorted((a, b) => (a.album.key < b.album.key ? -1 : a.album.key > b.album.key ? 1 : 0))

export interface Memberships {
  readonly albums: ReadonlyMap<Shot, ReadonlyArray<AlbumItem>>
  readonly skipped: ReadonlyArray<Skip>
}

/** A record to be, with all names by which a list may mean it: its own, and its half's. */
export interface Listable {
  readonly shot: Shot
  readonly names: ReadonlyArray<string>
}

const REASONS = {
  ambiguous: "ambiguous album row: several pictures have its name",
  deleted: "album row of a picture in Recently Deleted",
  unreadable: "album row of a picture that can't be read",
  missing: "album row of a picture that isn't in these parts"
}

const isNamed = (key: string) => (picture: Picture) => nameKey(picture.name) === key

/** Exactly so named, where there are such; else but for case. */
const candidates = (name: string, all: ReadonlyArray<Listable>): ReadonlyArray<Shot> => {
  const exact = all.filter(({ names }) => names.includes(name))
  const found = exact.length > 0 ? exact : all.filter(({ names }) => names.map(nameKey).includes(nameKey(name)))
  const kept = found.filter(({ shot }) => shot.picture.place.area !== "deleted")
  return (kept.length > 0 ? kept : found).map(({ shot }) => shot)
}

/** Who is in which album. Of several pictures of one name none is, unless the list has the name as often. */
export const memberships = (
  all: ReadonlyArray<Listable>,
  { listings: rows, pictures, deleted }: Pick<Family, "listings" | "pictures" | "deleted">
): Memberships => {
  const albums = new Map<Shot, ReadonlyArray<AlbumItem>>()
  const left: Array<Skip> = []
  for (const { album, name, times } of merged(rows)) {
    const found = candidates(name, all)
    const contents = new Set(found.map(({ facts }) => facts.contentHash)).size
    if (contents > 0 && contents <= times) {
      for (const shot of found) albums.set(shot, [...(albums.get(shot) ?? []), album])
      continue
    }
    const isIt = isNamed(nameKey(name))
    const reason =
      contents > 0
        ? REASONS.ambiguous
        : pictures.some(isIt)
          ? REASONS.unreadable
          : deleted.some(isIt)
            ? REASONS.deleted
            : REASONS.missing
    left.push({ ...skipped(reason, `${album.title}: ${name}`), count: times })
  }
  return { albums, skipped: left }
}
