/** Google Fit, as Google Takeout exports it. */
import { Effect, Schema } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, type Opening, connector, scanStream } from "../../src/component/connector.ts"
import { PathGlob, withDefault } from "../../src/component/fields.ts"
import { UTC, ianaZones } from "../calendar/zone.ts"
import { RECOGNISES } from "./files.ts"
import { scanFit } from "./scan.ts"
import { SAMPLE_COLUMNS } from "./tables.ts"

const config = {
  path: PathGlob,
  repeats: Schema.Literals(["fallback", "keep", "skip"])
    .annotate({
      description:
        "What to do with files that repeat the data points in other words, the trackpoints of Activities (TCX) and the sums " +
        "of Daily activity metrics (CSV): `fallback` (the default) reads them only where the archives hold no data points, " +
        "`keep` always, `skip` never."
    })
    .pipe(withDefault("fallback"))
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same archives would give other rows.
const VERSION = 2

const fingerprintOf = ({ fingerprint }: ArchiveSet, { repeats }: Config, { timeZone }: Opening): string =>
  JSON.stringify([VERSION, fingerprint, repeats, timeZone])

const samples = scanStream({
  type: "google-fit.samples",
  summary: "Measurements and activities of Google Fit, from a Takeout.",
  description:
    "Reads the Fit folder of all parts of an export, in any language, straight from the zips or unpacked; files are known " +
    "by their content. Google keeps the same steps several times, as measured (`raw:…`) and as merged or estimated " +
    "(`derived:…`): every data point is a sample with its data source in `source_name`, so that a query chooses one and " +
    "nothing is summed here. The type is Google's (`com.google.step_count.delta`). A single number is the value, in Google's " +
    "unit for the type; sleep stages and activities are words in `value_text`; points of several values (food, blood " +
    "pressure, places) keep them in `metadata`. A session of All Sessions has type `com.google.activity.session`, the " +
    "activity in `value_text`, its seconds as value and all else in `metadata`; its track in Activities is the same activity " +
    "and isn't stored again. A sample is identified by type, data source, start and end: overlapping exports merge, a " +
    "changed value is a change, and what an export lacks stays; sums and tracks give way when an export brings what they repeat.",
  entity: "samples",
  ids: (_, account) => ["google-fit", account],
  columns: SAMPLE_COLUMNS,
  time: "starts_at",
  config,
  recognises: RECOGNISES,
  examples: [
    { title: "All parts of an export", yaml: "type: google-fit.samples\npath: takeout-*.zip" },
    {
      title: "An unpacked export, without tracks and daily sums",
      yaml: "type: google-fit.samples\npath: Downloads/Takeout/Fit\nrepeats: skip"
    }
  ],
  fingerprint: Effect.fnUntraced(function* (settings, opening) {
    const archives = yield* Archives
    return fingerprintOf(yield* archives.open(settings.path), settings, opening)
  }),
  scan: Effect.fnUntraced(function* (settings, opening, progress) {
    const archives = yield* Archives
    const set = yield* archives.open(settings.path)
    const options = {
      fingerprint: fingerprintOf(set, settings, opening),
      timeZone: opening.timeZone,
      zone: ianaZones()(opening.timeZone) ?? UTC,
      repeats: settings.repeats,
      staged: opening.staged
    }
    return yield* scanFit(set, options, progress)
  })
})

export const googleFit: ConnectorSpec = connector({
  name: "google-fit",
  summary: "Google Fit's archive in a Google Takeout.",
  description: "Reads exports where they lie, without a network: nothing is unpacked for good, moved or changed.",
  streams: [samples]
})
