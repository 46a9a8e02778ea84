/** Folders of pictures, and zips of them. */
import { Effect, Schema, Stream } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, type Opening, connector, extractStream } from "../../src/component/connector.ts"
import { PathGlob, withDefault } from "../../src/component/fields.ts"
import { mediaBatches } from "../media/batches.ts"
import { MEDIA_COLUMNS } from "../media/row.ts"
import { readSidecars } from "../media/sidecars.ts"
import { makeZones } from "../media/zone.ts"
import { outcomeOf } from "./outcome.ts"
import { makePlan, xmpEntries } from "./plan.ts"

const config = {
  path: PathGlob,
  albums: Schema.Literals(["none", "folders"])
    .annotate({ description: "Whether each folder of pictures is an album of the folder's name." })
    .pipe(withDefault("none"))
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same files would give other rows.
const VERSION = 2

const identityOf = ({ fingerprint }: ArchiveSet, { albums }: Config, { timeZone }: Opening): string =>
  [VERSION, fingerprint, albums, timeZone].join(" ")

// The XML parser is large: only who has XMP sidecars waits for it.
const xmpReader = Effect.promise(async () => (await import("./xmp.ts")).readXmp)

const openPhotos = Effect.fnUntraced(function* ({ path, albums }: Config, opening: Opening) {
  const archives = yield* Archives
  const set = yield* archives.open(path)
  const sidecars = xmpEntries(set)
  const contents = sidecars.length === 0 ? [] : yield* readSidecars(sidecars, yield* xmpReader)
  const plan = makePlan(set, contents, { albums, fingerprint: identityOf(set, { path, albums }, opening) })
  const options = {
    zones: makeZones(),
    prefer: "sidecar" as const,
    assumedZone: opening.timeZone,
    now: opening.now
  }
  return mediaBatches(plan, opening, outcomeOf(options))
})

const photos = extractStream({
  type: "folder.photos",
  summary: "Photos and videos of any folder or zip.",
  description:
    "Reads the pictures of a tree of folders, or of zips, with their XMP sidecars (`X.jpg.xmp`, else `X.xmp`), which an " +
    "editor's corrections are in: they count before the file's own metadata. A still and a video are one live photo if " +
    "they carry the same id, or have the same name and were taken at the same moment. Files that are neither pictures nor " +
    "sidecars are counted as skipped.",
  entity: "media",
  columns: MEDIA_COLUMNS,
  time: "taken_at",
  config,
  recognises: /\.(jpe?g|heic|heif|png|gif|webp|avif|tiff?|dng|mp4|mov|m4v|3gp|avi|mkv|webm)$/i,
  examples: [
    { title: "A folder", yaml: "type: folder.photos\npath: Pictures" },
    { title: "Zips, with folders as albums", yaml: "type: folder.photos\npath: backup/*.zip\nalbums: folders" }
  ],
  fingerprint: Effect.fnUntraced(function* (settings, opening) {
    const archives = yield* Archives
    return identityOf(yield* archives.open(settings.path), settings, opening)
  }),
  batches: (settings, opening) => Stream.unwrap(openPhotos(settings, opening))
})

export const folder: ConnectorSpec = connector({
  name: "folder",
  summary: "Files in folders of this computer.",
  description: "Reads files where they lie: nothing is moved or changed.",
  streams: [photos]
})
