import { Duration, Effect, Schema } from "effect"
import { ColumnName, DistanceText, DurationText, oneOrMore, withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { pairTransform } from "../src/component/transform.ts"
import { type NamedColumn, namedColumns, requireColumns, requireDistinct } from "./columns.ts"
import { type PlaceSide, type TimeSide, rightColumns } from "./time-place-candidates.ts"
import { LINK_COLUMNS, type Match, matchQuery } from "./time-place-match.ts"

const TimeColumns = oneOrMore(ColumnName).check(Schema.isMaxLength(2))
const PlaceColumns = Schema.Tuple([ColumnName, ColumnName])

/** Joins what happened at the same time, and near the same place. */
export const joinTimePlace = pairTransform({
  type: "join-time-place",
  summary: "Joins what happened at the same time, and near the same place.",
  description:
    "A left row matches a right row when their times overlap or are no more than `time.within` apart. With `place.within` they must also be no farther apart than that; where either side has no coordinates, time decides. All-day events match by the local date. The best match is one that contains the left row's time, before one near it, before an all-day event; then a known near place before an unknown one; then the nearest in time and place, the shorter event, and the smaller id. The right side's columns are named `right_…`; `link_confidence`, `link_rule`, `link_evidence`, `link_seconds` and `link_metres` say how the match was made.",
  config: {
    match: Schema.Literals(["best", "all"])
      .pipe(withDefault<"best" | "all">("best"))
      .annotate({ description: "`best`: at most one match for each left row. `all`: a row for each match." }),
    keep: Schema.Literals(["left", "matched"])
      .pipe(withDefault<"left" | "matched">("left"))
      .annotate({ description: "`left`: left rows without a match stay, with nulls. `matched`: they are dropped." }),
    time: Schema.optionalKey(
      Schema.Struct({
        within: Schema.optionalKey(DurationText),
        left: Schema.optionalKey(TimeColumns),
        right: Schema.optionalKey(TimeColumns)
      })
    ).annotate({
      description:
        "`within`: how far apart times may be (default 0s). `left`, `right`: a column, or [start, end] (default: taken_at if there, else [starts_at, ends_at])."
    }),
    place: Schema.optionalKey(
      Schema.Struct({
        within: Schema.optionalKey(DistanceText),
        left: Schema.optionalKey(PlaceColumns),
        right: Schema.optionalKey(PlaceColumns)
      })
    ).annotate({
      description:
        "`within`: how far apart places may be; without it only time counts. `left`, `right`: [latitude, longitude] columns (default: these names)."
    })
  },
  examples: [
    {
      title: "Photos and the events they were taken during",
      yaml: "type: join-time-place\nleft: photos\nright: events\ntime: { within: 2h }\nplace: { within: 500m }",
      given: {
        photos: [
          { file_name: "a.jpg", taken_at: "2024-05-01T10:30:00Z", latitude: 47.4, longitude: 8.5 },
          { file_name: "b.jpg", taken_at: "2024-05-01T12:00:00Z", latitude: 47.4, longitude: 8.5 },
          { file_name: "c.jpg", taken_at: "2024-05-01T10:30:00Z", latitude: 46.2, longitude: 6.1 },
          { file_name: "d.jpg", taken_at: null, latitude: 47.4, longitude: 8.5 }
        ],
        events: [
          {
            title: "Brunch",
            starts_at: "2024-05-01T10:00:00Z",
            ends_at: "2024-05-01T11:00:00Z",
            latitude: 47.4,
            longitude: 8.5
          }
        ]
      },
      expect: [
        { file_name: "a.jpg", right_title: "Brunch", link_seconds: 0, link_metres: 0, link_confidence: 1 },
        { file_name: "b.jpg", right_title: "Brunch", link_seconds: 3600, link_rule: "join-time-place/1" },
        { file_name: "c.jpg", right_title: null, link_confidence: null },
        { file_name: "d.jpg", right_title: null, link_confidence: null }
      ]
    },
    {
      title: "All-day events go by the local date",
      yaml: "type: join-time-place\nleft: photos\nright: events\nkeep: matched",
      given: {
        photos: [
          { file_name: "a.jpg", taken_at: "2024-05-01T23:30:00Z", local_date: "2024-05-02" },
          { file_name: "b.jpg", taken_at: "2024-05-04T10:00:00Z", local_date: "2024-05-04" }
        ],
        events: [
          {
            title: "Holiday",
            all_day: true,
            starts_at: "2024-05-01T22:00:00Z",
            ends_at: "2024-05-03T22:00:00Z",
            local_start_date: "2024-05-02",
            local_end_date: "2024-05-03"
          }
        ]
      },
      expect: [{ file_name: "a.jpg", right_title: "Holiday", link_evidence: '{"seconds":0.0,"metres":null}' }]
    }
  ],
  build: Effect.fnUntraced(function* ({ match, keep, time, place }, { left, right }) {
    yield* requireDistinct([...left.columns.keys(), ...rightColumns(right).values(), ...LINK_COLUMNS], [])
    const chosen: Match = {
      match,
      keep,
      withinMicros: Math.round(Duration.toMillis(time?.within ?? Duration.zero) * 1000),
      withinMetres: place?.within ?? null,
      left: {
        relation: left,
        time: yield* timeSide(left, time?.left, ["time", "left"], left.columns.has("taken_at")),
        place: yield* placeSide(left, place?.left, ["place", "left"])
      },
      right: {
        relation: right,
        time: yield* timeSide(
          right,
          time?.right,
          ["time", "right"],
          right.columns.has("taken_at") && !right.columns.has("starts_at")
        ),
        place: yield* placeSide(right, place?.right, ["place", "right"])
      },
      byDate:
        left.columns.has("local_date") &&
        ["all_day", "local_start_date", "local_end_date"].every((column) => right.columns.has(column))
    }
    return { query: matchQuery(chosen) }
  })
})

const timeSide = Effect.fnUntraced(function* (
  relation: Relation,
  given: ReadonlyArray<string> | undefined,
  path: NamedColumn["path"],
  isPoint: boolean
) {
  const columns = given ?? (isPoint ? ["taken_at"] : ["starts_at", "ends_at"])
  yield* requireColumns(
    relation,
    given === undefined ? columns.map((column) => ({ column, path: [] })) : namedColumns(columns, path)
  )
  const [start = "taken_at", end = null] = columns
  const side: TimeSide = { start, end }
  return side
})

/** Null where the relation has no coordinates, and none were asked for: time decides then. */
const placeSide = Effect.fnUntraced(function* (
  relation: Relation,
  given: readonly [string, string] | undefined,
  path: NamedColumn["path"]
) {
  const [latitude, longitude] = given ?? ["latitude", "longitude"]
  if (given !== undefined) yield* requireColumns(relation, namedColumns([latitude, longitude], path))
  const side: PlaceSide = { latitude, longitude }
  return relation.columns.has(latitude) && relation.columns.has(longitude) ? side : null
})
