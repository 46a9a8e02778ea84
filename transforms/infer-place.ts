import { Duration, Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { ColumnName, DurationText, RelationName, RelationNames, withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, name, sql } from "../src/component/sql.ts"
import { type TransformSpec, type Wanted, subject } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { pointsOf, visitsOf, whereabouts } from "./place-by-time.ts"

const config = Schema.Struct({
  from: Schema.optionalKey(RelationName),
  visits: Schema.optionalKey(RelationNames).annotate({
    description: "Stays at a place: relations with starts_at, ends_at, latitude and longitude."
  }),
  points: Schema.optionalKey(RelationNames).annotate({
    description: "Positions at a time: relations with recorded_at, taken_at or starts_at, latitude and longitude."
  }),
  within: DurationText.pipe(withDefault("30m")).annotate({
    description: "How far apart in time a row and a point may be."
  }),
  time: ColumnName.pipe(withDefault("taken_at")).annotate({ description: "The column with the time of a row." }),
  withheld: Schema.Boolean.pipe(withDefault(false)).annotate({
    description: "Whether rows whose place the provider withheld get one too."
  })
})

const decode = Schema.decodeUnknownEffect(config, { errors: "all", onExcessProperty: "error" })

/** Says where something was by when it was. */
export const inferPlace: TransformSpec = {
  type: "infer-place",
  summary: "Gives rows without coordinates a place by their time, from visits and points.",
  description:
    "A row with a time, but without coordinates, gets those of the visit that covers its time (the shortest, if several do); else of the points before and after it, in proportion to time, or of the one that is no more than `within` away. Its `location_status` is then `inferred`; `location_rule` says how (`infer-place/1:visit`, `:between` or `:point`), and `location_evidence` how many seconds away each visit or point is, with its id. All other rows stay as they are, and so do places that the provider withheld, unless asked for. Points that were inferred themselves are no evidence.",
  inputs: "list",
  config,
  examples: [
    {
      title: "Photos of a camera without GPS, from a location history",
      yaml: "type: infer-place\nfrom: photos\nvisits: stays\npoints: path\nwithin: 30m",
      given: {
        photos: [
          { file_name: "a.jpg", taken_at: "2024-05-01T10:30:00Z", latitude: null, longitude: null },
          { file_name: "b.jpg", taken_at: "2024-05-01T12:15:00Z", latitude: null, longitude: null },
          { file_name: "c.jpg", taken_at: "2024-05-01T10:30:00Z", latitude: 46.2, longitude: 6.1 },
          { file_name: "d.jpg", taken_at: "2024-05-01T20:00:00Z", latitude: null, longitude: null }
        ],
        stays: [{ starts_at: "2024-05-01T10:00:00Z", ends_at: "2024-05-01T12:00:00Z", latitude: 47.4, longitude: 8.5 }],
        path: [
          { recorded_at: "2024-05-01T12:10:00Z", latitude: 47.4, longitude: 8.6 },
          { recorded_at: "2024-05-01T12:20:00Z", latitude: 47.5, longitude: 8.6 }
        ]
      },
      expect: [
        {
          file_name: "a.jpg",
          latitude: 47.4,
          longitude: 8.5,
          location_status: "inferred",
          location_rule: "infer-place/1:visit"
        },
        {
          file_name: "b.jpg",
          latitude: 47.45,
          longitude: 8.6,
          location_status: "inferred",
          location_rule: "infer-place/1:between"
        },
        { file_name: "c.jpg", latitude: 46.2, longitude: 6.1, location_rule: null },
        { file_name: "d.jpg", latitude: null, longitude: null, location_rule: null }
      ]
    }
  ],
  bind: (raw) =>
    Effect.map(decode(raw), (settings) => {
      const visits = settings.visits ?? []
      const points = settings.points ?? []
      const listed = (names: ReadonlyArray<string>, field: string) =>
        names.map((called, index): Wanted => ({
          name: called,
          path: names.length === 1 ? [field] : [field, index],
          aside: true
        }))
      return {
        wants: {
          kind: "relations",
          names: [subject(settings.from), ...listed(visits, "visits"), ...listed(points, "points")]
        },
        build: ([from, ...others]) =>
          from === undefined
            ? Effect.die(new Error("infer-place was built without its relations"))
            : build(settings, from, others.slice(0, visits.length), others.slice(visits.length))
      }
    })
}

const build = Effect.fnUntraced(function* (
  { time, within, withheld }: typeof config.Type,
  from: Relation,
  visits: ReadonlyArray<Relation>,
  points: ReadonlyArray<Relation>
) {
  if (visits.length + points.length === 0) {
    return yield* new ConfigProblem({
      code: "nothing-to-infer-from",
      path: [],
      message: "there is nothing to infer places from",
      hint: "Name relations under `visits`, `points`, or both."
    })
  }
  yield* requireColumns(from, [
    { column: time, path: ["time"] },
    ...REQUIRED.map((column) => ({ column, path: ["from"] }))
  ])
  const has = (column: string) => from.columns.has(column)
  const sought = sql`case when (t.latitude is null or t.longitude is null)
    ${has("location_status") && !withheld ? sql`and t.location_status is distinct from 'withheld'` : empty}
    then epoch_us(t.${name(time)}::timestamptz) end`
  const places = whereabouts({
    sought: sql`select distinct ${sought} as sought from ${from.table} t where ${sought} is not null`,
    visits: yield* visitsOf(visits),
    points: yield* pointsOf(points),
    withinMicros: Math.round(Duration.toMillis(within) * 1000)
  })
  const replaced = Object.keys(INFERRED).filter((column) => REQUIRED.includes(column) || has(column))
  const added = Object.keys(INFERRED).filter((column) => !replaced.includes(column))
  const value = (column: string, otherwise: Sql): Sql =>
    sql`case when f.sought is null then ${otherwise} else ${INFERRED[column] ?? otherwise} end as ${name(column)}`
  return {
    query: sql`with ${places}
      select t.* replace (${join(replaced.map((column) => value(column, sql`t.${name(column)}`)))})
        ${join(
          added.map((column) => sql`, ${value(column, sql`null`)}`),
          ""
        )}
      from ${from.table} t left join found f on f.sought = ${sought}`
  }
})

const REQUIRED = ["latitude", "longitude"]

/** What a row gets whose place was found. */
const INFERRED: { readonly [column: string]: Sql } = {
  latitude: sql`f.latitude`,
  longitude: sql`f.longitude`,
  location_status: sql`'inferred'`,
  location_rule: sql`'infer-place/1:' || f.rule`,
  location_evidence: sql`f.evidence`
}
