import { Duration, Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { ColumnName, DistanceText, DurationText, withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { sliced, spanOn } from "../src/component/slice.ts"
import { type Sql, empty, join, name, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { CLOCKS, CLOCK_REACH, cameraClocks, clocked, hasClocks } from "./camera-clock.ts"
import { requireColumns } from "./columns.ts"
import { EVENT_HELPERS, eventsPlaced, placedEvents } from "./event-place.ts"
import { pointsOf, visitsOf, whereabouts } from "./place-by-time.ts"

/** Says where something was by when it was. */
export const inferPlace = aidedTransform("one", {
  visits: "Stays at a place: relations with starts_at, ends_at, latitude and longitude.",
  points: "Positions at a time: relations with recorded_at, taken_at or starts_at, latitude and longitude.",
  events: "Events with a place: where someone was during one, if nothing else tells.",
  places: "Homes and places of work, as `resolve-places` finds them: no event is placed there."
})({
  type: "infer-place",
  summary: "Gives rows without coordinates a place by their time, from visits, points, other rows and events.",
  description: [
    "A row with a time, but without coordinates, gets those of the visit that covers its time (the shortest, if several do); else of the points before and after it, in proportion to time, or of the one that is no more than `within` away; other rows that know their place are points too. Else it gets those of the event during which it was taken.",
    "Its `location_status` is then `inferred`; `location_rule` says how (`infer-place/2:visit`, `:between`, `:point`, `:neighbour` for another row, or `:event`), and `location_evidence` how many seconds away each of these is, with its id and what it is (`of`), and by how many metres the place may be wrong, as far as can be told.",
    "All other rows stay as they are, and so do places that the provider withheld, unless asked for. What was inferred is no evidence. A camera's clock that is found to be wrong is corrected for this, as `link-events` does."
  ].join(" "),
  config: {
    within: DurationText.pipe(withDefault("30m")).annotate({
      description: "How far apart in time a row and a point may be."
    }),
    accuracy: Schema.optionalKey(DistanceText).annotate({
      description: "By how much a place between two points may be wrong (default: by any distance)."
    }),
    neighbours: Schema.Boolean.pipe(withDefault(true)).annotate({
      description: "Whether other rows that know their place are points."
    }),
    clock: Schema.Literals(["detect", "trust"])
      .pipe(withDefault<"detect" | "trust">("detect"))
      .annotate({ description: "`trust`: times of cameras are taken as they are." }),
    time: ColumnName.pipe(withDefault("taken_at")).annotate({ description: "The column with the time of a row." }),
    withheld: Schema.Boolean.pipe(withDefault(false)).annotate({
      description: "Whether rows whose place the provider withheld get one too."
    })
  },
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
          location_rule: "infer-place/2:visit"
        },
        {
          file_name: "b.jpg",
          latitude: 47.45,
          longitude: 8.6,
          location_status: "inferred",
          location_rule: "infer-place/2:between"
        },
        { file_name: "c.jpg", latitude: 46.2, longitude: 6.1, location_rule: null },
        { file_name: "d.jpg", latitude: null, longitude: null, location_rule: null }
      ]
    }
  ],
  build: Effect.fnUntraced(function* (
    { time, within, withheld, neighbours, accuracy, clock },
    { aside, from: [from] }
  ) {
    if (from === undefined) return yield* Effect.die(new Error("infer-place was built without its relation"))
    yield* requireColumns(from, [
      { column: time, path: ["time"] },
      ...REQUIRED.map((column) => ({ column, path: ["from"] }))
    ])
    const [visits, points, [events]] = [aside("visits"), aside("points"), aside("events")]
    const others = neighbours && time === "taken_at" ? [from] : []
    if (visits.length + points.length + others.length === 0 && events === undefined) {
      return yield* new ConfigProblem({
        code: "nothing-to-infer-from",
        path: [],
        message: "there is nothing to infer places from",
        hint: "Name relations under `visits`, `points` or `events`, or let `neighbours` be true."
      })
    }
    const byClock = clock === "detect" && time === "taken_at" && hasClocks(from)
    // Found by all that `link-events` would go by, it needn't find them again.
    const passedOn = events !== undefined && visits.length + points.length > 0
    const has = (column: string) => from.columns.has(column)
    const helped = [...(events === undefined ? [] : [events]), ...aside("places")]
    const placed = events === undefined ? [] : [eventsPlaced(events)]
    const { near, rows, slices } = sliced(from, {
      span: spanOn(from, time, null),
      near: [...visits, ...points, ...placed],
      helped,
      helpers: [...CLOCKS, ...EVENT_HELPERS],
      reach: Duration.toMillis(within) * 1000 + CLOCK_REACH
    })
    const table = byClock ? clocked(from, rows) : rows
    const moment = sql`epoch_us(t.${name(time)}::timestamptz) ${byClock ? sql`+ coalesce(t._clock, 0) * 1000000` : empty}`
    const sought = sql`case when (t.latitude is null or t.longitude is null)
      ${has("location_status") && !withheld ? sql`and t.location_status is distinct from 'withheld'` : empty} then ${moment} end`
    const helpers = [
      ...(byClock ? cameraClocks(from, { events: events ?? null, visits, points }) : []),
      ...(events === undefined ? [] : placedEvents({ events, visits: [], places: aside("places") }))
    ]
    const places = whereabouts({
      sought: sql`select distinct ${sought} as sought from ${table} t where ${sought} is not null`,
      visits: yield* visitsOf(visits.map(near)),
      points: yield* pointsOf([...points, ...others].map(near)),
      events: events === undefined ? null : attended(near(eventsPlaced(events))),
      withinMicros: Math.round(Duration.toMillis(within) * 1000),
      accuracy: accuracy ?? null
    })
    const replaced = Object.keys(INFERRED).filter((column) => REQUIRED.includes(column) || has(column))
    const added = Object.keys(INFERRED).filter((column) => !replaced.includes(column))
    const value = (column: string, otherwise: Sql): Sql => {
      const inferred = column === "location_evidence" && byClock ? TOLD_CLOCK : (INFERRED[column] ?? otherwise)
      return sql`case when f.sought is null then ${otherwise} else ${inferred} end as ${name(column)}`
    }
    return {
      helpers,
      ...(slices === undefined ? {} : { slices }),
      query: sql`with ${places}
        select t.* ${byClock && !passedOn ? sql`exclude (_clock, _clock_votes)` : empty}
            replace (${join(replaced.map((column) => value(column, sql`t.${name(column)}`)))})
          ${join(
            added.map((column) => sql`, ${value(column, sql`null`)}`),
            ""
          )}
        from ${table} t left join found f on f.sought = ${sought}`
    }
  })
})

const REQUIRED = ["latitude", "longitude"]

/** What a row gets whose place was found. */
const INFERRED: { readonly [column: string]: Sql } = {
  latitude: sql`f.latitude`,
  longitude: sql`f.longitude`,
  location_status: sql`'inferred'`,
  location_rule: sql`'infer-place/2:' || f.rule`,
  location_evidence: sql`f.evidence`
}

/** The seconds by which the camera's time was corrected are evidence too. */
const TOLD_CLOCK = sql`case when t._clock is null then f.evidence else f.evidence[:-2] || ',"clock":' || t._clock || '}' end`

/** As visits: what has times and a place, and lasts for no more than half a day. */
const attended = ({ columns, table }: Relation): Sql => sql`
  select epoch_us(starts_at) as starts, epoch_us(ends_at) as ends, _place_latitude as latitude, _place_longitude as longitude,
    ${columns.has("_id") ? sql`_id::uuid` : sql`null::uuid`} as id, 'events' as kind
  from ${table} where _place_latitude is not null and ends_at - starts_at between interval 1 second and interval 12 hours
    ${columns.has("all_day") ? sql`and all_day is not true` : empty}`
