/** iCloud Photos as privacy.apple.com hands it out: parts with pictures, tables, lists of names, and a zip in a zip. */
import { createHash } from "node:crypto"
import { Effect } from "effect"
import { buffer } from "node:stream/consumers"
import { ZipFile } from "yazl"
import type { EpochMillis } from "../../component/column.ts"
import { notWritten } from "../error.ts"
import type { Palette } from "../picture.ts"
import type { Range } from "../takeout.ts"
import { isoTime } from "../time.ts"
import type { TruthFate } from "../truth.ts"
import type { Days } from "../whereabouts.ts"
import { type ZipEntry, addEntry } from "../zip.ts"
import { type CloudFile, type CloudPhoto, checksumOf, photosOn, sharedOn } from "./photo.ts"

const PARTS = [1, 2] as const
const partName = (part: number): string => `iCloud Photos Part ${part} of ${PARTS.length}`

/** Below the sample's directory. */
export const CLOUD_ARCHIVES: ReadonlyArray<string> = PARTS.map((part) => `icloud/${partName(part)}.zip`)

const SHARED_ZIP = `${partName(1)}/iCloud Shared Albums.zip`
const SHARED_ALBUM = "My Albums/Grandparents"

/** A picture; `path` begins with the part's folder, which the archive has as its root. */
export interface TruthCloudPhoto {
  readonly path: string
  readonly kind: CloudPhoto["kind"]
  readonly content_hash: string
  /** As in the Takeout's truth, where the picture is the same. */
  readonly asset: string
  readonly trap: string | null
  /** By the file itself; to the minute (`taken_at_minute`) where only Apple's table tells. */
  readonly taken_at: string
  readonly taken_at_minute: boolean
  readonly latitude: number | null
  readonly longitude: number | null
  readonly favorite: boolean
  readonly hidden: boolean
  readonly live_video: string | null
}

export interface TruthCloudAlbum {
  readonly title: string
  /** The list of names, in the archive. */
  readonly path: string
  /** Whom its names mean without doubt, by path. */
  readonly members: ReadonlyArray<string>
  /** Names that more pictures have than the list has lines for. */
  readonly ambiguous: ReadonlyArray<string>
}

export interface TruthCloud {
  readonly archives: ReadonlyArray<string>
  /** Distinct pictures that are not deleted: the library's, and those of the shared album. */
  readonly assets: number
  readonly photos: ReadonlyArray<TruthCloudPhoto>
  readonly shared: ReadonlyArray<{ readonly path: string; readonly content_hash: string }>
  /** Left out unless asked for. */
  readonly recently_deleted: ReadonlyArray<TruthCloudPhoto>
  readonly albums: ReadonlyArray<TruthCloudAlbum>
  /** Pictures that the Takeout has too, by `asset`. */
  readonly also_in_takeout: ReadonlyArray<string>
  /** Names that stand for different files in the two parts. */
  readonly same_names: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<TruthFate>
}

const daysIn = ({ days, from }: Range): ReadonlyArray<number> => Array.from({ length: days }, (_, day) => from + day)

const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ")
const MONTHS = "January February March April May June July August September October November December".split(" ")

/** `Saturday June 4,2022 12:11 PM GMT` */
const appleTime = (instant: EpochMillis): string => {
  const time = new Date(instant)
  const hour = time.getUTCHours()
  const date = `${WEEKDAYS[time.getUTCDay()] ?? ""} ${MONTHS[time.getUTCMonth()] ?? ""} ${time.getUTCDate()},${time.getUTCFullYear()}`
  return `${date} ${((hour + 11) % 12) + 1}:${String(time.getUTCMinutes()).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"} GMT`
}

const HEAD = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"

const rowsOf = (photo: CloudPhoto): string => {
  const { favorite, file, folder, half, hidden, takenAt } = photo
  const yes = (is: boolean) => (is ? "yes" : "no")
  return [file, ...(half === null ? [] : [half])]
    .map(
      ({ name }) =>
        `${name},${checksumOf(photo, name !== file.name)},${yes(favorite)},${yes(hidden)},${yes(folder === "Recently Deleted")},"${appleTime(takenAt)}",${name.length + (takenAt % 7)},"${appleTime(takenAt)}"\n`
    )
    .join("")
}

const pathOf = ({ folder, part }: CloudPhoto, { name }: CloudFile): string => `${partName(part)}/${folder}/${name}`

interface List {
  readonly path: string
  readonly title: string
  readonly head: "Images" | "imgName" | "imageName"
  readonly photos: ReadonlyArray<CloudPhoto>
}

const byTitle = (
  photos: ReadonlyArray<CloudPhoto>,
  titlesOf: (photo: CloudPhoto) => ReadonlyArray<string>
): ReadonlyArray<readonly [title: string, photos: ReadonlyArray<CloudPhoto>]> => {
  const pairs = photos.flatMap((photo) => titlesOf(photo).map((title) => ({ title, photo })))
  return [...Map.groupBy(pairs, ({ title }) => title)].map(([title, members]) => [
    title,
    members.map(({ photo }) => photo)
  ])
}

const listsOf = (photos: ReadonlyArray<CloudPhoto>): ReadonlyArray<List> => {
  const listed = photos.filter(({ folder }) => folder === "Photos")
  const list = (folder: string, head: List["head"]) => (entry: readonly [string, ReadonlyArray<CloudPhoto>]) => ({
    path: `${partName(1)}/${folder}/${entry[0]}.csv`,
    title: entry[0],
    head,
    photos: entry[1]
  })
  return [
    ...byTitle(listed, ({ albums }) => albums).map(list("Albums", "Images")),
    ...byTitle(listed, ({ favorite }) => (favorite ? ["Favorites"] : [])).map(list("Albums", "imgName")),
    ...byTitle(listed, ({ memories }) => memories).map(list("Memories", "imageName"))
  ]
}

const EMPTY_LISTS = [`${partName(1)}/Memories/Untitled.csv`, `${partName(2)}/Photos/Photo Details-2.csv`] as const

const albumInfo = (): string =>
  `${JSON.stringify({ albumName: "Grandparents", sharedDate: "Monday March 6,2023 8:00 AM GMT" })}\n`

const text = (path: string, content: string): ZipEntry => ({ path, content: [content], stored: false })
const picture = (path: string, bytes: Uint8Array): ZipEntry => ({ path, content: bytes, stored: true })

/** The zip within the first part. */
const sharedAlbums = Effect.fnUntraced(function* (range: Range, modified: Date) {
  const zip = new ZipFile()
  const entries = daysIn(range).flatMap((day) =>
    sharedOn(range.seed, day).map(({ content, name }) => picture(`${SHARED_ALBUM}/${name}`, content()))
  )
  const fill = Effect.gen(function* () {
    for (const entry of [text(`${SHARED_ALBUM}/AlbumInfo.json`, albumInfo()), ...entries])
      yield* addEntry(zip, entry, modified)
    zip.end()
  })
  const bytes = Effect.tryPromise({ try: () => buffer(zip.outputStream), catch: notWritten })
  const [, content] = yield* Effect.all([fill, bytes], { concurrency: 2 })
  return content
})

function* partEntries(
  palette: Palette,
  days: Days,
  range: Range,
  part: number,
  shared: Uint8Array
): Generator<ZipEntry> {
  const photos = daysIn(range).flatMap((day) => photosOn(palette, days, day))
  const own = photos.filter((photo) => photo.part === part)
  for (const photo of own)
    for (const file of photo.half === null ? [photo.file] : [photo.file, photo.half])
      yield picture(pathOf(photo, file), file.content())
  // Tables end at some number of rows, wherever that is.
  const cut = Math.ceil(own.length / 2)
  yield text(`${partName(part)}/Photos/Photo Details.csv`, HEAD + own.slice(0, cut).map(rowsOf).join(""))
  yield text(`${partName(part)}/Photos/Photo Details-1.csv`, HEAD + own.slice(cut).map(rowsOf).join(""))
  if (part === 1) {
    for (const { head, path, photos: listed } of listsOf(photos))
      yield text(path, `${head}\n${listed.map(({ file }) => `${file.name}\n`).join("")}`)
    yield picture(SHARED_ZIP, shared)
  }
  for (const path of EMPTY_LISTS) if (path.startsWith(`${partName(part)}/`)) yield text(path, "")
}

/** The parts with their entries. */
export const cloudParts = Effect.fnUntraced(function* (palette: Palette, days: Days, range: Range, modified: Date) {
  const shared = yield* sharedAlbums(range, modified)
  return PARTS.map((part) => ({
    path: `icloud/${partName(part)}.zip`,
    entries: partEntries(palette, days, range, part, shared)
  }))
})

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const truthOf = (photo: CloudPhoto): TruthCloudPhoto => ({
  path: pathOf(photo, photo.file),
  kind: photo.kind,
  content_hash: sha256(photo.file.content()),
  asset: photo.asset,
  trap: photo.trap,
  taken_at: isoTime(photo.takenAt),
  taken_at_minute: photo.trap === "screenshot",
  latitude: photo.position?.latitude ?? null,
  longitude: photo.position?.longitude ?? null,
  favorite: photo.favorite,
  hidden: photo.hidden,
  live_video: photo.half === null ? null : pathOf(photo, photo.half)
})

/** What is true of the days' pictures. */
export const cloudTruth = (palette: Palette, days: Days, range: Range): TruthCloud => {
  const photos = daysIn(range).flatMap((day) => photosOn(palette, days, day))
  const library = photos.filter(({ folder }) => folder === "Photos")
  const shared = daysIn(range).flatMap((day) => sharedOn(range.seed, day))
  const named = Map.groupBy(library, ({ file }) => file.name)
  const ambiguousIn = (listed: ReadonlyArray<CloudPhoto>) => {
    const lines = Map.groupBy(listed, ({ file }) => file.name)
    return ({ file }: CloudPhoto): "true" | "false" =>
      (named.get(file.name)?.length ?? 0) > (lines.get(file.name)?.length ?? 0) ? "true" : "false"
  }
  return {
    archives: CLOUD_ARCHIVES,
    assets: library.length + shared.length,
    photos: library.map(truthOf),
    shared: shared.map(({ content, name }) => ({ path: `${SHARED_ALBUM}/${name}`, content_hash: sha256(content()) })),
    recently_deleted: photos.filter(({ folder }) => folder !== "Photos").map(truthOf),
    albums: listsOf(photos).map(({ path, photos: listed, title }) => {
      const { false: clear = [], true: unclear = [] } = Object.groupBy(listed, ambiguousIn(listed))
      return {
        title,
        path,
        members: clear.map((photo) => pathOf(photo, photo.file)),
        ambiguous: [...new Set(unclear.map(({ file }) => file.name))]
      }
    }),
    also_in_takeout: library.filter(({ trap }) => trap === null).map(({ asset }) => asset),
    same_names: [...named].filter(([, same]) => same.length > 1).map(([name]) => name),
    skipped: EMPTY_LISTS.map((path) => ({ path, why: "empty" }))
  }
}
