/** Google Takeout: the archives that Google makes of a person's data. */
import { Effect, Schema, Stream } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, type Opening, connector, extractStream } from "../../src/component/connector.ts"
import { PathGlob, withDefault } from "../../src/component/fields.ts"
import { mediaParts } from "../media/batches.ts"
import { MEDIA_COLUMNS } from "../media/row.ts"
import { makeZones } from "../media/zone.ts"
import { calendar } from "./calendar.ts"
import { planExport } from "./catalogue.ts"
import { outcomeOf } from "./outcome.ts"

const config = {
  path: PathGlob,
  time: Schema.Literals(["sidecar", "camera"])
    .annotate({
      description:
        "Whom to believe where Google's time and the camera's disagree: `sidecar` is what Google Photos shows, with your " +
        "corrections (the default); `camera` is what the file says, with the zone of its place."
    })
    .pipe(withDefault("sidecar")),
  trash: Schema.Literals(["skip", "keep"])
    .annotate({ description: "What to do with pictures in the trash: `skip` (the default) counts them only." })
    .pipe(withDefault("skip")),
  partner: Schema.Literals(["keep", "skip"])
    .annotate({ description: "What to do with pictures that a partner shares with you: `keep` is the default." })
    .pipe(withDefault("keep"))
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same archives would give other rows.
const VERSION = 3

const identityOf = ({ fingerprint }: ArchiveSet, { time, trash, partner }: Config, { timeZone }: Opening): string =>
  [VERSION, fingerprint, time, trash, partner, timeZone].join(" ")

const openPhotos = Effect.fnUntraced(function* (settings: Config, opening: Opening) {
  const archives = yield* Archives
  const set = yield* archives.open(settings.path)
  const plan = yield* planExport(set, identityOf(set, settings, opening), settings)
  const options = { zones: makeZones(), prefer: settings.time, assumedZone: opening.timeZone, now: opening.now }
  return mediaParts(plan, opening, outcomeOf(options))
})

const photos = extractStream({
  type: "google-takeout.photos",
  summary: "Photos and videos of a Google Takeout, with their sidecars and albums.",
  description:
    "Reads all parts of an export as one, straight from the zips or unpacked. Each picture gets the sidecar that Google " +
    "derived from its name, also from another part; edited copies share their original's, the halves of live photos are " +
    "one row. `matched` says how, beginning with matched, ambiguous or orphan: a sidecar is never guessed. A picture in " +
    "its year and in albums is one asset with several memberships; `sharers` are those who said something in a shared album " +
    "or liked it, whom alone Google names. Where two sources of a fact disagree, `time` decides on " +
    "the time, and the place is Google's or yours before the camera's; 0,0 is no place. Pictures in the trash are left " +
    "out unless asked for.",
  entity: "media",
  columns: MEDIA_COLUMNS,
  time: "taken_at",
  config,
  recognises: /(^|\/)(Google[ _]?(Photos|Fotos|Foto)|Photos from \d{4}|Fotos (von|de|del) \d{4})[^/]*\//i,
  examples: [
    { title: "All parts of an export", yaml: "type: google-takeout.photos\npath: takeout-*.zip" },
    {
      title: "An unpacked export, by the camera's clock, with what is in the trash",
      yaml: "type: google-takeout.photos\npath: Downloads/Takeout\ntime: camera\ntrash: keep"
    }
  ],
  fingerprint: Effect.fnUntraced(function* (settings, opening) {
    const archives = yield* Archives
    return identityOf(yield* archives.open(settings.path), settings, opening)
  }),
  batches: (settings, opening) => Stream.unwrap(openPhotos(settings, opening))
})

export const googleTakeout: ConnectorSpec = connector({
  name: "google-takeout",
  summary: "Archives of a Google account, from takeout.google.com.",
  description: "Reads exports where they lie, without a network: nothing is unpacked, moved or changed.",
  streams: [photos, calendar]
})
