/** The plan of a Takeout: which members are pictures, what their sidecars say, and what is left out and why. */
import type { Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import type { Part, Unit } from "../media/batches.ts"
import { isDocument, kindByName, parseName } from "../media/name.ts"
import type { MediaSource } from "../media/row.ts"
import { type Broken, brokenSidecar } from "../media/sidecars.ts"
import { skipped, tally } from "../media/tally.ts"
import { type SharedAlbum, sharersOf } from "./album.ts"
import type { PhotoSidecar, TakeoutJson } from "./json.ts"
import { type Place, isFailedVideos, isTrashFolder, photoProducts, placeOf } from "./layout.ts"
import { type FolderMatches, type Match, matchFolder } from "./match.ts"
import { isJsonName, ownKeys, sidecarKeys } from "./naming.ts"

/** A member of the archives, and where it belongs. */
interface Located extends Place {
  readonly entry: Entry
  readonly archive: string
}

export interface Sorted {
  readonly jsons: ReadonlyArray<Located>
  readonly pictures: ReadonlyArray<Located>
  readonly skipped: ReadonlyArray<Skip>
}

/** A picture to read. */
export interface Picture extends Unit {
  readonly entry: Entry
  /** The moving half of a live photo, which isn't read. */
  readonly half: Entry | null
  /** Keys its record. */
  readonly path: string
  readonly source: Pick<MediaSource, "sidecar" | "albums" | "sharers" | "editedFrom" | "matched">
  /** Null: the name doesn't say, so that the content must. */
  readonly kind: MediaSource["kind"] | null
}

export interface PlanOptions {
  readonly trash: "skip" | "keep"
  readonly partner: "skip" | "keep"
}

export const NOT_MEDIA = "not a picture or video"

const hasSidecars = (names: ReadonlyArray<string>): boolean => {
  const keys = new Set<string>(names.filter(isJsonName).flatMap(sidecarKeys))
  return (
    keys.size > 0 &&
    names.some((name) => kindByName(name) !== null && ownKeys(parseName(name)).some((key) => keys.has(key)))
  )
}

/** The products among them that hold photos. */
export const photoProductsOf = (entries: ReadonlyArray<Entry>): ReadonlySet<string | null> =>
  photoProducts(() => Iterator.from(entries).map(({ path }) => placeOf(path)), hasSidecars)

/** What an entry is, by where it lies and how it is named. */
export type Role = { readonly kind: "json" | "picture" } | { readonly kind: "skipped"; readonly reason: string }

export const roleOf = ({ folder, name, product }: Place, products: ReadonlySet<string | null>): Role => {
  if (!products.has(product)) return { kind: "skipped", reason: "not Google Photos" }
  if (isFailedVideos(folder)) return { kind: "skipped", reason: "a video that Google could not read (Failed Videos)" }
  if (isJsonName(name)) return { kind: "json" }
  return isDocument(name) ? { kind: "skipped", reason: NOT_MEDIA } : { kind: "picture" }
}

/** Tells pictures, JSON files and the rest apart. */
export const sortEntries = (
  entries: ReadonlyArray<Entry>,
  products: ReadonlySet<string | null> = photoProductsOf(entries)
): Sorted => {
  const jsons: Array<Located> = []
  const pictures: Array<Located> = []
  const left: Array<Skip> = []
  for (const entry of entries) {
    const file = { ...placeOf(entry.path), entry, archive: entry.archive }
    const role = roleOf(file, products)
    if (role.kind === "skipped") left.push(skipped(role.reason, file.path))
    else (role.kind === "json" ? jsons : pictures).push(file)
  }
  return { jsons, pictures, skipped: tally(left) }
}

interface SidecarFile extends Located {
  readonly sidecar: PhotoSidecar | null
}

const byFolder = <F extends Place>(files: ReadonlyArray<F>): ReadonlyMap<string, ReadonlyArray<F>> =>
  Map.groupBy(files, ({ folder }) => folder)

/**
 * Matches the pictures of a part; `contents` are those of its JSON files, in their order, `albums` those of the whole
 * export by folder.
 */
export const planPart = (
  sorted: Sorted,
  contents: ReadonlyArray<TakeoutJson | Broken>,
  albums: ReadonlyMap<string, SharedAlbum>,
  options: PlanOptions
): Part<Picture> => {
  const sidecars: Array<SidecarFile> = []
  const rejects: Array<Reject> = []
  const left: Array<Skip> = []
  sorted.jsons.forEach((file, index) => {
    const content = contents[index] ?? { kind: "other" }
    if (content.kind === "picture") sidecars.push({ ...file, sidecar: content.sidecar })
    else if (content.kind === "other")
      left.push(skipped("JSON that describes neither a picture nor an album", file.path))
    else if (content.kind === "broken") {
      sidecars.push({ ...file, sidecar: null })
      rejects.push(brokenSidecar(file.entry, content))
    }
  })
  const sidecarsOf = byFolder(sidecars)
  const picturesOf = byFolder(sorted.pictures)
  const folders = new Map<string, FolderMatches<Located, SidecarFile>>()
  for (const folder of new Set([...sidecarsOf.keys(), ...picturesOf.keys()])) {
    const found = matchFolder(picturesOf.get(folder) ?? [], sidecarsOf.get(folder) ?? [])
    folders.set(folder, found)
    for (const { path, sidecar } of found.unused)
      if (sidecar !== null) left.push(skipped("sidecar without its picture", path))
  }
  const units: Array<Picture> = []
  for (const file of sorted.pictures) {
    const found = folders.get(file.folder)
    const match = found?.matches.get(file)
    if (found === undefined || match === undefined) continue
    const album = albums.get(file.folder) ?? null
    const reason = unwanted(file, match, album, options)
    if (reason !== null) left.push(skipped(reason, file.path))
    else units.push(pictureOf(file, match, found.halves.get(file), album))
  }
  return { units, rejects, skipped: tally([...sorted.skipped, ...left]) }
}

/** Why a picture is left out on purpose; null: it isn't. */
const unwanted = (
  { folder }: Located,
  { found }: Match<Located, SidecarFile>,
  album: SharedAlbum | null,
  { trash, partner }: PlanOptions
): string | null => {
  if (trash === "skip" && (found?.sidecar?.trashed === true || (album === null && isTrashFolder(folder))))
    return "in the trash (`trash: keep` reads these too)"
  return partner === "skip" && found?.sidecar?.fromPartner === true
    ? "a partner's picture (`partner: keep` reads these too)"
    : null
}

const pictureOf = (
  { entry, path, name }: Located,
  { found, original, words }: Match<Located, SidecarFile>,
  half: Located | undefined,
  album: SharedAlbum | null
): Picture => ({
  entries: [entry],
  entry,
  half: half?.entry ?? null,
  path,
  kind: kindByName(name),
  source: {
    sidecar: found?.sidecar ?? null,
    albums: album === null ? [] : [album.item],
    sharers: sharersOf(album, found?.sidecar?.sharers ?? []),
    editedFrom: original?.entry.path ?? null,
    matched: words
  }
})
