/** Health data that an iPhone exports: samples, workouts and their routes. */
import { Effect } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import {
  type ConnectorSpec,
  type Opening,
  type Scan,
  type ScanProgress,
  connector,
  scanStream
} from "../../src/component/connector.ts"
import { PathGlob } from "../../src/component/fields.ts"
import type { Sql } from "../../src/component/sql.ts"
import { POINT_COLUMNS } from "../location/point.ts"
import type { What } from "./load.ts"
import { SAMPLE_COLUMNS, idsOf, routesQuery, samplesQuery } from "./query.ts"
import { REJECTS } from "./tables.ts"

const config = { path: PathGlob }

// Raise when the same files would give other rows.
const VERSION = 1

// The XML parser is large: only who has an export waits for it.
const loader = Effect.promise(async () => (await import("./load.ts")).loadHealth)

interface Config {
  readonly path: ReadonlyArray<string>
}

const identityOf = ({ fingerprint }: ArchiveSet): string => `${VERSION} ${fingerprint}`

/** Files that are as they were are not read again. */
const fingerprint = Effect.fnUntraced(function* ({ path }: Config) {
  const archives = yield* Archives
  return identityOf(yield* archives.open(path))
})

const read = (what: What, query: (account: string) => Sql) =>
  Effect.fnUntraced(function* ({ path }: Config, { account }: Opening, progress: ScanProgress) {
    const archives = yield* Archives
    const set = yield* archives.open(path)
    const load = yield* loader
    const skipped = yield* load(set, what, progress)
    const scan: Scan = { fingerprint: identityOf(set), query: query(account), rejects: REJECTS, skipped }
    return scan
  })

/** In its folder under any name; elsewhere under those that phones are known to give. */
const EXPORT =
  /(^|\/)apple_health_export\/(?!export_cda)[^/]+\.xml$|(^|\/)(export|exportar|eksport|esporta\w*|exporter\w*|vienti|导出|匯出)\.xml$/i

const FILES =
  "`path` is the export.zip of the Health app, its folder, or the XML in it, whatever its name: Apple translates it."
const IDENTITY =
  "Apple gives no ids: a record is the same in another export if its type, source, device, unit, start, end and value are, " +
  "so exports may overlap."

const samples = scanStream({
  type: "apple-health.samples",
  summary: "Samples of an Apple Health export: steps, heart rates, sleep and all else that is measured.",
  description: [
    FILES,
    "Quantities are in `value`, categories such as stages of sleep in `value_text`; sleep is intervals, as it was recorded.",
    "What a Correlation holds is counted once; what else a record says is in `metadata`. The device's address in memory is left out.",
    "`offset_minutes` is that of the zone that the record names, else the one that the phone wrote when it exported.",
    IDENTITY
  ].join(" "),
  config,
  entity: "samples",
  ids: (_, account) => idsOf("samples", account),
  columns: SAMPLE_COLUMNS,
  time: "starts_at",
  recognises: EXPORT,
  examples: [
    { title: "An export", yaml: "type: apple-health.samples\npath: export.zip" },
    { title: "Several exports, which may overlap", yaml: "type: apple-health.samples\npath: health/export-*.zip" }
  ],
  fingerprint,
  scan: read({ wanted: "samples", routes: false }, () => samplesQuery)
})

const workouts = scanStream({
  type: "apple-health.workouts",
  summary: "Workouts of an Apple Health export, each a sample.",
  description: [
    FILES,
    "`type` is the activity, `value` the duration in `unit`, without pauses. Totals, statistics, events and routes are in",
    "`metadata` by Apple's names: `metadata->'WorkoutStatistics'`, `metadata->>'totalDistance'`.",
    IDENTITY
  ].join(" "),
  config,
  entity: "samples",
  ids: (_, account) => idsOf("workouts", account),
  columns: SAMPLE_COLUMNS,
  time: "starts_at",
  recognises: EXPORT,
  examples: [{ title: "Workouts", yaml: "type: apple-health.workouts\npath: export.zip" }],
  fingerprint,
  scan: read({ wanted: "workouts", routes: false }, () => samplesQuery)
})

const routes = scanStream({
  type: "apple-health.routes",
  summary: "Routes of workouts in an Apple Health export, point by point.",
  description: [
    FILES,
    "Points come from the GPX files, and from workouts that hold their route themselves, as iOS 10 wrote them.",
    "`track` is the workout's id (`_id` of apple-health.workouts in the same account), else the route's file."
  ].join(" "),
  config,
  entity: null,
  ids: (_, account) => idsOf("points", account),
  columns: POINT_COLUMNS,
  time: "recorded_at",
  recognises: /(^|\/)workout-routes\/[^/]+\.gpx$/i,
  examples: [{ title: "Where workouts led", yaml: "type: apple-health.routes\npath: export.zip" }],
  fingerprint,
  scan: read({ wanted: "workouts", routes: true }, routesQuery)
})

/** Apple Health, from the export of the Health app. */
export const appleHealth: ConnectorSpec = connector({
  name: "apple-health",
  summary: "Exports of the Health app of an iPhone.",
  description: "Reads what “Export All Health Data” gives, where it lies: nothing leaves this computer.",
  streams: [samples, workouts, routes]
})
