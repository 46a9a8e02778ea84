/** Location histories as tests write them, and what a stream makes of them. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Schema } from "effect"
import { googleTimeline } from "../../../connectors/google-timeline/index.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import type { Opening } from "../../../src/component/connector.ts"
import { Database } from "../../../src/component/database.ts"
import { uuid5Sql } from "../../../src/component/id.ts"
import { type Sql, sql } from "../../../src/component/sql.ts"
import { temporaryDirectory } from "../../support/engine.ts"
import { noItems } from "../../support/items.ts"
import { nothingStaged } from "../../support/opening.ts"

export type Files = Readonly<Record<string, unknown>>

/** Text and bytes as they are, all else as JSON. */
const contentOf = (content: unknown): string | Uint8Array =>
  typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content, null, 2)

/** Writes files below a folder of their own. */
export const written = (files: Files) =>
  Effect.map(temporaryDirectory, (folder) => {
    writeInto(folder, files)
    return folder
  })

export const writeInto = (folder: string, files: Files): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), contentOf(content))
  }
}

const opening: Opening = {
  checkpoint: null,
  account: "ana",
  connection: null,
  items: noItems,
  timeZone: "UTC",
  now: EpochMillis(0),
  staged: nothingStaged
}

const Row = Schema.Record(Schema.String, Schema.Unknown)
const Reject = Schema.Struct({
  code: Schema.String,
  reason: Schema.String,
  archive: Schema.String,
  member: Schema.NullOr(Schema.String),
  position: Schema.NullOr(Schema.Number),
  raw: Schema.NullOr(Schema.String)
})
const Skip = Schema.Struct({ reason: Schema.String, count: Schema.Number, example: Schema.String })

const [points, visits] = googleTimeline.streams
const STREAMS = { points, visits }
export type StreamName = keyof typeof STREAMS

/** All that a scan gives for a path: rows as they would be staged, how many copies it left out, rejects, and skips as reason and count. */
export const scanned = (stream: StreamName, path: string | ReadonlyArray<string>) =>
  scannedAs(stream, path, (rows) => rows, Row)

/** The same, with something else that is told of the rows. */
const scannedAs = Effect.fnUntraced(function* <A>(
  stream: StreamName,
  path: string | ReadonlyArray<string>,
  tell: (rows: Sql) => Sql,
  schema: Schema.Decoder<A>
) {
  const spec = STREAMS[stream]
  if (spec === undefined) return yield* Effect.die("no such stream")
  const { ids, reading } = yield* spec.bind({ path })
  if (reading.kind !== "scan") return yield* Effect.die("not a scan")
  const before = yield* reading.fingerprint(opening)
  const scan = yield* reading.scan(opening, () => Effect.void, null)
  const database = yield* Database
  const id = uuid5Sql(ids(opening.account) ?? [], sql`_source_id`)
  const rows = yield* database.rows(tell(sql`select *, ${id} as _id from (${scan.query})`), schema)
  const rejects = yield* database.rows(
    sql`select * replace (decode(raw, 'replace') as raw) from (${scan.rejects ?? sql`select null where false`})`,
    Reject
  )
  const skips = yield* database.rows(scan.skips ?? sql`select null where false`, Skip)
  const left = new Map([...scan.skipped, ...skips].map(({ count, reason }) => [reason, count]))
  return { rows, copies: scan.copies, rejects, skips: Object.fromEntries(left), fingerprint: scan.fingerprint, before }
}, Effect.scoped)

/** The same, of files. */
export const read = Effect.fnUntraced(function* (stream: StreamName, files: Files) {
  return yield* scanned(stream, yield* written(files))
}, Effect.scoped)

const Tally = Schema.Struct({ rows: Schema.Number, unnamed: Schema.Number })

/** How many rows there are, and how many have no id; with rejects and skips. Of many rows, this is much quicker. */
export const tallied = Effect.fnUntraced(function* (stream: StreamName, files: Files) {
  const { rejects, rows, skips } = yield* scannedAs(
    stream,
    yield* written(files),
    (rows) =>
      sql`select count(*) as rows, count(*) filter (_id is null or _source_id is null) as unnamed from (${rows})`,
    Tally
  )
  return { rejects, skips, ...(rows[0] ?? { rows: 0, unnamed: 0 }) }
}, Effect.scoped)

/** The rows without copies, in the order of their ids. */
export const distinct = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  [...new Map(rows.map((row) => [String(row["_source_id"]), row])).values()].toSorted((a, b) =>
    String(a["_source_id"]).localeCompare(String(b["_source_id"]))
  )

export const HOME = { latitude: 47.3769, longitude: 8.5417 }
export const AT = "2019-05-01T10:00:00.123Z"

/** A record of Records.json. */
export const record = (change: Readonly<Record<string, unknown>> = {}) => ({
  latitudeE7: 473_769_000,
  longitudeE7: 85_417_000,
  accuracy: 20,
  source: "WIFI",
  deviceTag: -1_184_025_991,
  timestamp: AT,
  ...change
})
export const records = (...locations: ReadonlyArray<unknown>) => ({ locations })

/** An element of the semantic history. */
export const placeVisit = (change: Readonly<Record<string, unknown>> = {}) => ({
  placeVisit: {
    location: {
      latitudeE7: 473_769_000,
      longitudeE7: 85_417_000,
      placeId: "ChIJhome",
      address: "Bahnhofstrasse 1\nZürich",
      name: "Home",
      semanticType: "TYPE_HOME"
    },
    duration: { startTimestamp: "2019-05-01T10:00:00Z", endTimestamp: "2019-05-01T12:00:00.500Z" },
    visitConfidence: 90,
    ...change
  }
})
export const semantic = (...timelineObjects: ReadonlyArray<unknown>) => ({ timelineObjects })

/** Segments of an Android phone. */
export const androidVisit = (
  candidate: Readonly<Record<string, unknown>> = {},
  change: Readonly<Record<string, unknown>> = {}
) => ({
  startTime: "2019-05-01T12:00:00.000+02:00",
  endTime: "2019-05-01T14:00:00.500+02:00",
  visit: {
    hierarchyLevel: 0,
    probability: 0.92,
    topCandidate: {
      placeId: "ChIJhome",
      semanticType: "HOME",
      probability: 0.8,
      placeLocation: { latLng: "47.3769000°, 8.5417000°" },
      ...candidate
    }
  },
  ...change
})
export const androidPath = (...timelinePath: ReadonlyArray<unknown>) => ({
  startTime: "2019-05-01T12:00:00.000+02:00",
  endTime: "2019-05-01T14:00:00.000+02:00",
  timelinePath
})
export const signal = (change: Readonly<Record<string, unknown>> = {}) => ({
  position: {
    LatLng: "47.3769000°, 8.5417000°",
    accuracyMeters: 13,
    altitudeMeters: 408.5,
    source: "GPS",
    timestamp: "2019-05-01T12:00:00.123+02:00",
    speedMetersPerSecond: 1.4,
    ...change
  }
})
export const android = (semanticSegments: ReadonlyArray<unknown>, rawSignals: ReadonlyArray<unknown> = []) => ({
  semanticSegments,
  rawSignals,
  userLocationProfile: { frequentPlaces: [{ placeId: "ChIJhome", placeLocation: "47.3769°, 8.5417°", label: "HOME" }] }
})

/** Segments of an iPhone: an array, its numbers as text. */
export const phoneVisit = (candidate: Readonly<Record<string, unknown>> = {}) => ({
  endTime: "2019-05-01T14:00:00.500+02:00",
  startTime: "2019-05-01T12:00:00.000+02:00",
  visit: {
    hierarchyLevel: "0",
    topCandidate: {
      probability: "0.853219",
      semanticType: "Home",
      placeID: "ChIJhome",
      placeLocation: "geo:47.376900,8.541700",
      ...candidate
    },
    probability: "0.921000"
  }
})
export const phonePath = (...timelinePath: ReadonlyArray<unknown>) => ({
  endTime: "2019-05-01T14:00:00.000+02:00",
  startTime: "2019-05-01T12:00:00.000+02:00",
  timelinePath
})
