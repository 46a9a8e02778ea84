/** Apple Photos: the privacy export of iCloud, and folders of originals as Photos and cameras export them. */
import { Effect, Schema, Stream } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, type Opening, connector, extractStream } from "../../src/component/connector.ts"
import { PathGlob, withDefault } from "../../src/component/fields.ts"
import { mediaBatches } from "../media/batches.ts"
import { MEDIA_COLUMNS } from "../media/row.ts"
import { readSidecars } from "../media/sidecars.ts"
import { makeZones } from "../media/zone.ts"
import { readAlbumInfo } from "./album.ts"
import { outcomeOf } from "./outcome.ts"
import { makePlan } from "./plan.ts"
import { sortEntries } from "./sort.ts"
import { readTables } from "./table.ts"

const config = {
  path: PathGlob,
  include_deleted: Schema.Boolean.annotate({
    description: "Whether pictures in Recently Deleted are read too; `false` (the default) counts them only."
  }).pipe(withDefault(false))
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same files would give other rows.
const VERSION = 2

const identityOf = ({ fingerprint }: ArchiveSet, settings: Config, { timeZone }: Opening): string =>
  [VERSION, fingerprint, settings.include_deleted, timeZone].join(" ")

// Shared albums are zips within the parts.
const openSet = ({ path }: Config) => Effect.flatMap(Archives, (archives) => archives.open(path, { nested: true }))

// The XMP parser is large: only who has XMP sidecars waits for it.
const xmpReader = Effect.promise(async () => (await import("../folder/xmp.ts")).readXmp)

const openPhotos = Effect.fnUntraced(function* (settings: Config, opening: Opening) {
  const set = yield* openSet(settings)
  const sorted = sortEntries(set.entries)
  const contents = {
    tables: yield* readTables(sorted.tables),
    infos: yield* readSidecars(sorted.infos, readAlbumInfo),
    xmps: sorted.xmps.length === 0 ? [] : yield* readSidecars(sorted.xmps, yield* xmpReader)
  }
  const includeDeleted = settings.include_deleted
  const outcome = outcomeOf({
    zones: makeZones(),
    prefer: "sidecar",
    assumedZone: opening.timeZone,
    now: opening.now,
    includeDeleted
  })
  const options = { includeDeleted, fingerprint: identityOf(set, settings, opening) }
  const plan = makePlan(set, sorted, contents, options, (family) => outcome(family, []).skipped ?? [])
  return mediaBatches(plan, opening, outcome)
})

const photos = extractStream({
  type: "apple-photos.photos",
  summary: "Photos and videos of an iCloud privacy export, or of a folder exported from Photos.",
  description:
    "Reads all parts of an export as one, straight from the zips, shared albums within them included. Names repeat across " +
    "parts: a picture gets the row of Photo Details of its own folder, else of its part, and of another part only where " +
    "the time agrees. The halves of live photos are one row, by Apple's content identifier, else by name and time; edited " +
    "copies (`IMG_E1234`, `x_edited`) share their original's sidecar. `matched` says how, beginning with matched, ambiguous " +
    "or orphan. Lists of albums and memories hold names only: a row that fits several pictures is counted as ambiguous, " +
    "and no picture is put into the album for it. `sharers` are the people whom a shared album names. Pictures in Recently Deleted are left out unless asked for.",
  entity: "media",
  columns: MEDIA_COLUMNS,
  time: "taken_at",
  config,
  recognises:
    /icloud[^/\d]{0,40}\d{1,3}[^/\d]{1,20}\d{1,3}[^/]{0,20}\/|(^|\/)icloud shared albums[^/]*\/|(^|\/)photo details[^/]*\.csv$|\.aae$/i,
  examples: [
    { title: "All parts of an export", yaml: "type: apple-photos.photos\npath: iCloud Photos Part *.zip" },
    {
      title: "A folder exported from Photos, with XMP sidecars",
      yaml: "type: apple-photos.photos\npath: Pictures/Exported"
    },
    {
      title: "With what is in Recently Deleted",
      yaml: "type: apple-photos.photos\npath: Downloads/iCloud\ninclude_deleted: true"
    }
  ],
  fingerprint: Effect.fnUntraced(function* (settings, opening) {
    return identityOf(yield* openSet(settings), settings, opening)
  }),
  batches: (settings, opening) => Stream.unwrap(openPhotos(settings, opening))
})

export const applePhotos: ConnectorSpec = connector({
  name: "apple-photos",
  summary: "Exports of Apple Photos and iCloud Photos.",
  description: "Reads exports where they lie, without a network: nothing is unpacked for good, moved or changed.",
  streams: [photos]
})
