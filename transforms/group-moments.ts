import { Duration, Effect } from "effect"
import { uuid5Sql } from "../src/component/id.ts"
import { ColumnName, DistanceText, DurationText, withDefault } from "../src/component/fields.ts"
import { spanOn, withinSlice } from "../src/component/slice.ts"
import { join, literal, name, names, sql } from "../src/component/sql.ts"
import { transform } from "../src/component/transform.ts"
import { requireColumns, requireDistinct, tieBreakers } from "./columns.ts"
import { distanceMetres } from "./geo.ts"

const ADDED = ["moment_id", "moment_starts_at", "moment_ends_at", "moment_size"]

/** Groups what happened in one go: a new moment begins after a gap in time or a leap in place. */
export const groupMoments = transform({
  type: "group-moments",
  summary: "Groups what happened in one go into moments.",
  description:
    "In the order of time, a row begins a new moment when it is more than `gap` after the one before it, or more than `distance` away from it (where both have coordinates). Rows without a time, and rows that a join already linked (`right_id`), belong to none.",
  config: {
    time: ColumnName.pipe(withDefault("taken_at")).annotate({ description: "The column with the time." }),
    gap: DurationText.pipe(withDefault("2h")).annotate({ description: "The longest pause within a moment." }),
    distance: DistanceText.pipe(withDefault("2km")).annotate({ description: "The longest leap within a moment." })
  },
  examples: [
    {
      title: "A morning and an evening",
      yaml: "type: group-moments\nfrom: photos\ngap: 2h",
      given: {
        photos: [
          { file_name: "a.jpg", taken_at: "2024-05-01T08:00:00Z" },
          { file_name: "b.jpg", taken_at: "2024-05-01T09:30:00Z" },
          { file_name: "c.jpg", taken_at: "2024-05-01T19:00:00Z" },
          { file_name: "d.jpg", taken_at: null }
        ]
      },
      expect: [
        { file_name: "a.jpg", moment_starts_at: "2024-05-01T08:00:00Z", moment_size: 2 },
        { file_name: "b.jpg", moment_ends_at: "2024-05-01T09:30:00Z", moment_size: 2 },
        { file_name: "c.jpg", moment_starts_at: "2024-05-01T19:00:00Z", moment_size: 1 },
        { file_name: "d.jpg", moment_id: null, moment_size: null }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ time, gap, distance }, { from }) {
    yield* requireColumns(from, [{ column: time, path: ["time"] }])
    yield* requireDistinct([...from.columns.keys(), ...ADDED], [])
    const has = (column: string) => from.columns.has(column)
    const at = name(time)
    const ties = tieBreakers(from, ["_id", "_key"])
    const place = has("latitude") && has("longitude") ? ["latitude", "longitude"] : []
    const own = ties.filter((column) => column !== time)
    const order = names([time, ...own])
    const pause = Math.round(Duration.toMillis(gap) * 1000)
    const late = sql`epoch_us(${at}) - epoch_us(lag(${at}) over line) > ${literal(pause)}`
    const before = { latitude: sql`lag(latitude) over line`, longitude: sql`lag(longitude) over line` }
    const here = { latitude: name("latitude"), longitude: name("longitude") }
    const away =
      place.length > 0 ? sql`coalesce(${distanceMetres(before, here)} > ${literal(distance)}, false)` : sql`false`
    const part = has("right_id") ? sql`(n.${at} is not null and n.right_id is null)` : sql`(n.${at} is not null)`
    // Without ids, a moment is known by its start.
    const seed = has("_id") ? sql`_id::varchar` : sql`epoch_us(${at})::varchar`
    const span = spanOn(from, time, null)
    const rows = span === null ? from.table : withinSlice(from, span)
    const narrow = [...new Set([time, ...own, ...place])]
    const same = join(
      [
        sql`(case when ${part} then n.${at} end) = p.${at}`,
        ...own.map((column) => sql`n.${name(column)} is not distinct from p.${name(column)}`)
      ],
      " and "
    )
    // In the order of time with as few columns as possible: wide rows are joined at the end.
    const made = sql`with marked as (
          select ${names(narrow)}, coalesce(${late}, true) or ${away} as _apart from ${rows} n where ${part} window line as (order by ${order})
        ), numbered as materialized (
          select ${names([time, ...own])}, _apart, sum(_apart::integer) over (order by ${order}
            rows between unbounded preceding and current row) as _moment
          from marked
        ), moments as (
          select _moment, ${uuid5Sql(["moment"], sql`min(${seed}) filter (_apart)`)} as moment_id,
            min(${at}) as moment_starts_at, max(${at}) as moment_ends_at, count(*) as moment_size
          from numbered group by _moment
        ), parts as (
          select ${names([time, ...own])}, min(_moment) as _moment from numbered group by all
        )
        select n.*, ${names(ADDED)} from ${rows} n left join (from parts join moments using (_moment)) p on ${same}`
    return {
      query: made,
      ...(span === null
        ? {}
        : {
            slices: {
              time: at,
              inputs: new Map([[from.name, span]]),
              reach: pause,
              spread: (isChanged, own) => sql`
                select epoch_us(moment_starts_at) as moment, epoch_us(moment_ends_at) as until from ${own}
                where moment_starts_at is not null and ${isChanged(sql`moment_starts_at`, sql`moment_ends_at`)}`,
              chained: true,
              query: made
            }
          })
    }
  })
})
