/** The plan of an export or folder: what to read together, what is said of it, and what is left out and why. */
import type { ArchiveSet, Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import { type XmpFiles, xmpFiles } from "../folder/beside.ts"
import type { XmpSidecar } from "../folder/xmp.ts"
import type { Plan } from "../media/batches.ts"
import { folderOf, kindByName } from "../media/name.ts"
import type { Broken } from "../media/sidecars.ts"
import { skipped, tally } from "../media/tally.ts"
import { type AlbumInfo, brokenInfo, listedAlbum, listings, sharedAlbum } from "./album.ts"
import { type Place, layoutOf, placesOf } from "./layout.ts"
import { familyOf } from "./naming.ts"
import { DELETED, type DetailsRow, type Family, type Listing, NOT_MEDIA, type Picture } from "./picture.ts"
import type { Sorted } from "./sort.ts"
import { type Table, brokenTable } from "./table.ts"

/** What was read before the pictures, each in the order of its entries. */
export interface Contents {
  readonly tables: ReadonlyArray<Table>
  readonly infos: ReadonlyArray<AlbumInfo | Broken>
  readonly xmps: ReadonlyArray<XmpSidecar | Broken>
}

export interface PlanOptions {
  readonly includeDeleted: boolean
  readonly fingerprint: string
}

/** Everything that the tables say, and what they don't. */
interface Said {
  readonly rows: ReadonlyArray<DetailsRow>
  readonly listings: ReadonlyArray<Listing>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

const together = (parts: ReadonlyArray<Partial<Said>>): Said => ({
  rows: parts.flatMap(({ rows }) => rows ?? []),
  listings: parts.flatMap((part) => part.listings ?? []),
  rejects: parts.flatMap(({ rejects }) => rejects ?? []),
  skipped: parts.flatMap((part) => part.skipped ?? [])
})

const saidBy = (table: Table, entry: Entry, place: Place): Partial<Said> => {
  switch (table.kind) {
    case "details":
      return {
        rows: table.rows.map((row) => ({ ...row, table: place.name, folder: place.folder, part: place.part })),
        rejects: table.rejects
      }
    case "list":
      return { listings: listings(listedAlbum(place), table.names), rejects: table.rejects }
    case "empty":
      return { skipped: [skipped("a CSV file of 0 bytes, which says nothing", entry.path)] }
    case "other":
      return { skipped: [skipped(NOT_MEDIA, entry.path)] }
    default:
      return { rejects: [brokenTable(entry, table)] }
  }
}

/** What is said of shared albums, by their folders. */
const infosOf = (
  entries: ReadonlyArray<Entry>,
  infos: ReadonlyArray<AlbumInfo | Broken>,
  placeOf: (entry: Entry) => Place
): ReadonlyMap<string, AlbumInfo> =>
  new Map(
    entries.flatMap((entry, index) => {
      const info = infos[index]
      return info?.kind === "album" ? [[folderOf(placeOf(entry).path), info] as const] : []
    })
  )

const pictureOf = (entry: Entry, place: Place, infos: ReadonlyMap<string, AlbumInfo>, xmps: XmpFiles): Picture => {
  const info = place.area === "shared" ? infos.get(folderOf(place.path)) : undefined
  const album = place.area === "shared" ? sharedAlbum(place, info?.title ?? undefined) : null
  return {
    entry,
    place,
    name: place.name,
    kind: kindByName(place.name),
    xmp: xmps.of(entry.path),
    sharedAlbum: album,
    sharers: album === null ? [] : (info?.sharers ?? []).map((sharer) => ({ ...sharer, album: album.title }))
  }
}

interface Members {
  readonly pictures: Array<Picture>
  readonly deleted: Array<Picture>
  readonly rows: Array<DetailsRow>
  readonly listings: Array<Listing>
}

const LIBRARY = "library"

/** Tables speak of the library, of all its parts; elsewhere only the files of one folder may belong together. */
const familyKey = ({ area, path }: Place, name: string): string =>
  `${area === "library" || area === "deleted" ? LIBRARY : `${area}/${folderOf(path)}`}\n${familyOf(name)}`

const familiesOf = (
  pictures: ReadonlyArray<Picture>,
  { rows, listings: names }: Said,
  { includeDeleted }: PlanOptions
): ReadonlyArray<Family> => {
  const families = new Map<string, Members>()
  const family = (key: string): Members => {
    const known = families.get(key) ?? { pictures: [], deleted: [], rows: [], listings: [] }
    families.set(key, known)
    return known
  }
  for (const picture of pictures) {
    const members = family(familyKey(picture.place, picture.name))
    const isUnwanted = picture.place.area === "deleted" && !includeDeleted
    members[isUnwanted ? "deleted" : "pictures"].push(picture)
  }
  for (const row of rows) family(`${LIBRARY}\n${familyOf(row.name)}`).rows.push(row)
  for (const listing of names) family(`${LIBRARY}\n${familyOf(listing.name)}`).listings.push(listing)
  return [...families.values()].map((members) => ({ ...members, entries: members.pictures.map(({ entry }) => entry) }))
}

/** `resolve` says what of a family is left out; of one without pictures to read, at once. */
export const makePlan = (
  set: ArchiveSet,
  sorted: Sorted,
  contents: Contents,
  options: PlanOptions,
  resolve: (family: Family) => ReadonlyArray<Skip>
): Plan<Family> => {
  const tablesOf = (...kinds: ReadonlyArray<Table["kind"]>) =>
    sorted.tables.filter((_, index) => kinds.includes(contents.tables[index]?.kind ?? "other"))
  const signs = [...tablesOf("details", "list"), ...sorted.infos]
  const placeOf = placesOf(layoutOf(set.entries, signs, tablesOf("details")))
  const xmps = xmpFiles(sorted.xmps, contents.xmps)
  const infos = infosOf(sorted.infos, contents.infos, placeOf)
  const said = together(
    sorted.tables.map((entry, index) =>
      saidBy(contents.tables[index] ?? { kind: "other", rejects: [] }, entry, placeOf(entry))
    )
  )
  const left: Array<Skip> = []
  const pictures = sorted.pictures.flatMap((entry): ReadonlyArray<Picture> => {
    const picture = pictureOf(entry, placeOf(entry), infos, xmps)
    // Only in a library a file without an extension is worth a look.
    if (picture.kind !== null || picture.place.area === "library" || picture.place.area === "deleted") return [picture]
    left.push(skipped(NOT_MEDIA, entry.path))
    return []
  })
  const families = familiesOf(pictures, said, options)
  for (const { deleted } of families) for (const { entry } of deleted) left.push(skipped(DELETED, entry.path))
  for (const { path } of xmps.unused()) left.push(skipped("sidecar without its picture", path))
  return {
    fingerprint: options.fingerprint,
    units: families.filter(({ entries }) => entries.length > 0),
    rejects: [
      ...set.rejects,
      ...said.rejects,
      ...xmps.rejects,
      ...sorted.infos.flatMap((entry, index) => {
        const info = contents.infos[index]
        return info?.kind === "broken" ? [brokenInfo(entry, info)] : []
      })
    ],
    skipped: tally([
      ...set.skipped,
      ...sorted.skipped,
      ...said.skipped,
      ...left,
      ...families.filter(({ entries }) => entries.length === 0).flatMap(resolve)
    ])
  }
}
