import { Duration, Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { DistanceText, DurationText, withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { sliced, spanOn } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../src/component/sql.ts"
import type { Helper } from "../src/component/transform.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { CLOCKS, CLOCK_REACH, cameraClocks, clocked, hasClocks, isClocked } from "./camera-clock.ts"
import { requireColumns, requireDistinct } from "./columns.ts"
import { type EventMatch, HOME_METRES, SCORE_COLUMNS, USUAL_METRES, eventQuery } from "./event-match.ts"
import { EVENT_HELPERS, eventsPlaced, placedEvents } from "./event-place.ts"
import { distanceMetres } from "./geo.ts"
import { namesOf } from "./people-names.ts"
import { type Side, rightColumns } from "./time-place-candidates.ts"
import { LINK_COLUMNS } from "./time-place-match.ts"

/** Links pictures, or whatever has a time, to the events during which they happened. */
export const linkEvents = aidedTransform("one", {
  events: "Events: starts_at, ends_at, and what else is known of them.",
  visits: "Stays of the person: they tell where an event without a place was, and whether a clock is right.",
  points: "Positions of the person: they tell whether a clock is right.",
  places: "Homes and places of work, as `resolve-places` finds them."
})({
  type: "link-events",
  summary: "Links pictures to the events during which they were taken.",
  description: [
    "Each row gets the event with the best score: 0.5 × time + 0.35 × place + 0.15 × people.",
    "Time: 1 during the event; before and after it less, down to 0.5 at `time.within`, or at `time.at_place` for rows that are known to be at its place; 0.5 on the local date of an all-day event.",
    "Place: 1 at the spot, down to 0.5 at the distance in `place`, beyond which there is no link; 0.5 where either place is unknown. Of an all-day event of several days whose place was visited then, all is part that is away from home, however far.",
    "People: 1 where someone on the picture is invited, 0 where only others are, 0.5 where that is unknown. Equal scores go to the shorter event.",
    "An event without coordinates has those of others with the same location text, else those of the visit of about its time, unless that is a home or a place of work; this is half as good, unless its text has the visit's name.",
    "No link leads to events that were cancelled, declined by the calendar's owner, held online (a URL as location), or to all-day events of a single day without a place, which are reminders.",
    "With `places`, a row at home or at work is at no event without a place, and a row near home at no all-day event elsewhere.",
    "A camera whose pictures fit other cameras, calendar or location history better by a difference (a time zone, or up to two hours) is matched by the corrected time: `clock_seconds` and the evidence say so, its `taken_at` stays as it is.",
    "The event's columns are named `right_…`; `link_confidence` is the score."
  ].join(" "),
  config: {
    match: Schema.Literals(["best", "all"])
      .pipe(withDefault<"best" | "all">("best"))
      .annotate({ description: "`all`: the evidence also lists the other events within reach, with their scores." }),
    keep: Schema.Literals(["left", "matched"])
      .pipe(withDefault<"left" | "matched">("left"))
      .annotate({ description: "`left`: rows without an event stay, with nulls. `matched`: they are dropped." }),
    clock: Schema.Literals(["detect", "trust"])
      .pipe(withDefault<"detect" | "trust">("detect"))
      .annotate({ description: "`trust`: times of cameras are taken as they are." }),
    time: Schema.Struct({
      within: DurationText.pipe(withDefault("30m")),
      at_place: DurationText.pipe(withDefault("2h"))
    })
      .pipe(withDefault({}))
      .annotate({
        description:
          "How long before or after an event: `within` (default 30m), and `at_place` for rows known to be at its place (default 2h)."
      }),
    place: Schema.Struct({
      within: DistanceText.pipe(withDefault("750m")),
      all_day: DistanceText.pipe(withDefault("250km"))
    })
      .pipe(withDefault({}))
      .annotate({
        description:
          "How far from an event's place: `within` (default 750m), and `all_day` for all-day events (default 250km)."
      })
  },
  examples: [
    {
      title: "Of two events at once, the one at the picture's place",
      yaml: "type: link-events\nfrom: photos\nevents: events\nmatch: all",
      given: {
        photos: [
          { file_name: "a.jpg", taken_at: "2024-05-01T18:30:00Z", latitude: 47.5596, longitude: 7.5886 },
          { file_name: "b.jpg", taken_at: "2024-05-01T18:30:00Z", latitude: null, longitude: null },
          { file_name: "c.jpg", taken_at: "2024-05-03T18:30:00Z", latitude: 47.5596, longitude: 7.5886 }
        ],
        events: [
          {
            _id: "00000000-0000-4000-8000-000000000001",
            title: "Dinner",
            starts_at: "2024-05-01T18:00:00Z",
            ends_at: "2024-05-01T21:00:00Z",
            latitude: 47.5596,
            longitude: 7.5886
          },
          {
            _id: "00000000-0000-4000-8000-000000000002",
            title: "Call",
            starts_at: "2024-05-01T18:15:00Z",
            ends_at: "2024-05-01T18:45:00Z",
            latitude: null,
            longitude: null
          }
        ]
      },
      expect: [
        {
          file_name: "a.jpg",
          right_title: "Dinner",
          link_confidence: 0.925,
          link_rule: "link-events/1",
          link_evidence:
            '{"seconds":0.0,"metres":0.0,"scores":{"time":1.0,"place":1.0,"people":0.5},"others":[{"id":"00000000-0000-4000-8000-000000000002","score":0.75}]}'
        },
        { file_name: "b.jpg", right_title: "Call", link_confidence: 0.75, link_time_score: 1, link_place_score: 0.5 },
        { file_name: "c.jpg", right_title: null, link_confidence: null, link_evidence: null }
      ]
    },
    {
      title: "People decide where time and place don't",
      yaml: "type: link-events\nfrom: photos\nevents: events",
      given: {
        photos: [{ file_name: "a.jpg", taken_at: "2024-05-01T18:30:00Z", people: [{ name: "Ana Lindner" }] }],
        events: [
          {
            title: "Chess",
            starts_at: "2024-05-01T18:00:00Z",
            ends_at: "2024-05-01T19:00:00Z",
            attendees: [{ name: "Leo Steiner" }]
          },
          {
            title: "Dinner",
            starts_at: "2024-05-01T18:00:00Z",
            ends_at: "2024-05-01T21:00:00Z",
            attendees: [{ name: "ana lindner", address: "ana@example.com" }]
          }
        ]
      },
      expect: [{ file_name: "a.jpg", right_title: "Dinner", link_people_score: 1 }]
    }
  ],
  build: Effect.fnUntraced(function* ({ match, keep, clock, time, place: radius }, { aside, from: [left] }) {
    const [right] = aside("events")
    if (left === undefined || right === undefined) {
      return yield* new ConfigProblem({
        code: "missing-key",
        path: [],
        message: "there are no events to link to",
        hint: "Name the relation that has them: `events: events`."
      })
    }
    yield* requireDistinct(
      [...left.columns.keys(), ...rightColumns(right).values(), ...LINK_COLUMNS, ...SCORE_COLUMNS],
      []
    )
    const starts = left.columns.has("taken_at") ? "taken_at" : "starts_at"
    yield* requireColumns(left, [{ column: starts, path: ["from"] }])
    yield* requireColumns(
      right,
      ["starts_at", "ends_at"].map((column) => ({ column, path: ["events"] }))
    )
    const [visits, points, places] = [aside("visits"), aside("points"), aside("places")]
    const traits = {
      byClock: clock === "detect" && (isClocked(left) || hasClocks(left)),
      byPeople: left.columns.has("people") && right.columns.has("attendees"),
      byDate:
        left.columns.has("local_date") &&
        ["all_day", "local_start_date", "local_end_date"].every((column) => right.columns.has(column)),
      byHome: places.length > 0 && placeOf(left) !== null
    }
    const [near, atPlace] = [micros(time.within), micros(time.at_place)]
    const placed = eventsPlaced(right)
    const {
      rows,
      near: nearby,
      slices
    } = sliced(left, {
      span: spanOn(left, starts, starts === "starts_at" ? "ends_at" : null),
      near: [placed],
      helped: [right, ...visits, ...points, ...places],
      helpers: [...CLOCKS, ...EVENT_HELPERS],
      reach: Math.max(near, atPlace) + CLOCK_REACH
    })
    const helpers = [
      ...(traits.byClock && !isClocked(left) ? cameraClocks(left, { events: right, visits, points }) : []),
      ...(traits.byHome ? [homes(places)] : []),
      ...placedEvents({ events: right, visits, places })
    ]
    const table = leftTable(left, rows, starts, traits)
    const alsoBy = [...(traits.byPeople ? ["_names"] : []), ...(traits.byHome ? ["_at_home", "_at_usual"] : [])]
    const ended = starts === "starts_at" && left.columns.has("ends_at")
    const place = placeOf(left)
    const values = [
      "_at",
      "_date",
      ...(ended ? ["ends_at"] : []),
      ...(place === null ? [] : Object.values(place)),
      ...alsoBy
    ]
    const chosen: EventMatch = {
      ...traits,
      match,
      keep,
      withinMicros: Math.max(near, atPlace),
      nearMicros: near,
      atPlaceMicros: atPlace,
      withinMetres: Math.max(radius.within, radius.all_day),
      spotMetres: radius.within,
      allDayMetres: radius.all_day,
      left: {
        relation: { ...left, table: sql`left_rows` },
        time: { start: "_at", end: ended ? "ends_at" : null },
        place
      },
      right: {
        relation: { ...right, table: rightTable(nearby(placed), traits.byPeople) },
        time: { start: "starts_at", end: "ends_at" },
        place: { latitude: "_place_latitude", longitude: "_place_longitude" }
      },
      dateColumn: "_date",
      alsoBy,
      probed: sql`lefts`,
      before: sql`left_rows as materialized (from ${table}), lefts as materialized (select distinct ${names(values)} from left_rows),`
    }
    return { query: eventQuery(chosen), helpers, ...(slices === undefined ? {} : { slices }) }
  })
})

const micros = (duration: Duration.Duration): number => Math.round(Duration.toMillis(duration) * 1000)

const placeOf = ({ columns }: Relation): Side["place"] =>
  columns.has("latitude") && columns.has("longitude") ? { latitude: "latitude", longitude: "longitude" } : null

type Traits = Pick<EventMatch, "byClock" | "byDate" | "byHome" | "byPeople">

/** One row: all homes, and all places where nothing that happens elsewhere is attended from: homes and places of work. */
const homes = (places: ReadonlyArray<Relation>): Helper => {
  const listed = places.map(
    // To ten metres: they move a little with each stay, which is no reason to look at all pictures again.
    ({
      table
    }) => sql`select distinct kind, round(latitude, 4) as latitude, round(longitude, 4) as longitude from ${table}
      where kind in ('home', 'second-home', 'work') and latitude is not null`
  )
  const spots = sql`list({'latitude': latitude, 'longitude': longitude})`
  const query = sql`
    select coalesce(list_sort(${spots} filter (kind = 'home')), []) as homes, coalesce(list_sort(${spots}), []) as usual
    from (${join(listed, " union all ")})`
  return { name: "_homes", reads: places.map((relation) => relation.name), query, times: [] }
}

/** The left rows with the time and date by which they are matched, the names of people, and whether they are near home. */
const leftTable = (left: Relation, rows: Sql, starts: string, { byClock, byDate, byHome, byPeople }: Traits): Sql => {
  const at = byClock ? sql`${name(starts)} + to_seconds(coalesce(_clock, 0))` : name(starts)
  const date =
    byClock && byDate && left.columns.has("time_zone")
      ? sql`case when _clock is null then local_date
          else coalesce(timezone(time_zone, ${name(starts)} + to_seconds(_clock))::date, local_date) end`
      : byDate
        ? sql`local_date`
        : sql`null::date`
  const within = (places: Sql, metres: number): Sql => {
    const apart = distanceMetres(
      { latitude: sql`latitude`, longitude: sql`longitude` },
      { latitude: sql`place.latitude`, longitude: sql`place.longitude` }
    )
    return sql`list_bool_or(list_transform(${places}, lambda place: ${apart} <= ${literal(metres)}))`
  }
  const near = sql`exclude (homes, usual), ${within(sql`homes`, HOME_METRES)} as _at_home, ${within(sql`usual`, USUAL_METRES)} as _at_usual`
  return sql`(select l.* ${byHome ? near : empty},
      ${at} as _at, ${date} as _date ${byPeople ? sql`, ${namesOf(sql`people`)} as _names` : empty}
    from (select * from ${byClock && !isClocked(left) ? clocked(left, rows) : rows} ${byHome ? sql`, _homes` : empty}) l)`
}

const rightTable = ({ table }: Relation, byPeople: boolean): Sql => sql`
  (select * ${byPeople ? sql`, ${namesOf(sql`attendees`)} as _names` : empty} from ${table} t)`
