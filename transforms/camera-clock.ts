/**
 * How far off a camera's clock is, as SQL. People take pictures with camera and phone at the same occasions, so that over a
 * few days one difference fits most of them; and where the camera knows its place, the location history tells when that was.
 */
import type { Relation } from "../src/component/relation.ts"
import {
  DAY_MICROS,
  type Span,
  aroundSlice,
  inSlice,
  nearSlice,
  spanOf,
  spanOn,
  withinSlice
} from "../src/component/slice.ts"
import type { Helper } from "../src/component/transform.ts"
import { type Sql, empty, join, literal, sql } from "../src/component/sql.ts"
import { distanceUpTo } from "./geo.ts"
import { trackSlots } from "./tracks.ts"

/** Times are counted in slots of ten minutes, as microseconds. */
export const SLOT = sql`600000000`
const SLOTS_A_DAY = sql`144`
/** How far a clock may be off if no other time zone explains it. */
const DRIFT = 12
/** An occasion is longer than a slot: what is so near a difference speaks for it too. */
const NEAR = 3

/** The differences that can be found, with those near them: each is looked up, which is cheaper than all pairs of a day. */
const DIFFERENCES = sql`case when coalesce(zone, 0) = 0 then ${slots(sql`0`, DRIFT + NEAR)}
  else list_distinct(${slots(sql`0`, DRIFT + NEAR)} || ${slots(sql`zone`, 2 * NEAR)} || ${slots(sql`-zone`, 2 * NEAR)}) end`

function slots(middle: Sql, reach: number): Sql {
  return sql`range(${middle} - ${literal(reach)}, ${middle} + ${literal(reach + 1)})`
}

/** Days before and after that count as one with a day. */
const AROUND = 2
/** Days before and after that tell what is usual. */
const SEASON = 90
/** What is farther away says nothing about a clock: a day more than both. */
const REACH = (SEASON + AROUND + 1) * DAY_MICROS
const SAME_PLACE_METRES = 500

/** What clocks are judged by, beside the pictures themselves. */
export interface Witnesses {
  readonly events: Relation | null
  readonly visits: ReadonlyArray<Relation>
  readonly points: ReadonlyArray<Relation>
}

/** Which columns a relation of pictures must have for it. */
export const hasClocks = ({ columns }: Relation): boolean =>
  ["camera", "taken_at", "latitude", "longitude"].every((column) => columns.has(column))

/** Whether the camera itself knows its place. */
const knows = ({ columns }: Relation): Sql =>
  columns.has("location_status")
    ? sql`(latitude is not null and location_status is distinct from 'inferred')`
    : sql`(latitude is not null)`

/** What happened to be on the calendar, in slots; not what lasts for most of a day. */
const occasions = (events: Relation): Sql => {
  const { columns } = events
  return sql`
    union all
    select unnest(range(epoch_us(starts_at) // ${SLOT}, epoch_us(ends_at) // ${SLOT} + 1)), 0.25 from ${near(events).table}
    where isfinite(starts_at) and ends_at - starts_at between interval 0 seconds and interval 6 hours
      ${columns.has("all_day") ? sql`and all_day is not true` : empty}
      ${columns.has("status") ? sql`and status is distinct from 'cancelled'` : empty}`
}

/** Slots ahead of what is usual within half a year, by day: it changes with the season, and where someone moves. */
const zones = (pictures: Relation): Sql =>
  pictures.columns.has("time_zone")
    ? sql`abroad as materialized (
        select day, ahead - mode(ahead) over (order by day range between ${literal(SEASON)} preceding and ${literal(SEASON)} following) as zone
        from (
          select slot // ${SLOTS_A_DAY} as day,
            mode(epoch_us(timezone(time_zone, make_timestamptz(slot * ${SLOT}))) // ${SLOT} - slot) as ahead
          from (select distinct slot, time_zone from shots_near where located and time_zone is not null) group by day
        )
      )`
    : sql`abroad as (select 0::bigint as day, 0::bigint as zone where false)`

const around = sql`range(-${literal(AROUND)}, ${literal(AROUND + 1)}) r(shift)`

/** Where the location history was, at the time as it is and in the other zone. */
const tracked = ({ points, visits }: Witnesses): Sql => {
  const there = distanceUpTo(
    SAME_PLACE_METRES,
    { latitude: sql`s.latitude`, longitude: sql`s.longitude` },
    { latitude: sql`t.latitude`, longitude: sql`t.longitude` }
  )
  return sql`tracked as materialized (${join(trackSlots(visits.map(near), points.map(near), SLOT), " union all ")}),
  hits as (
    select camera, s.day + shift as day, apart, count(distinct s.slot) as hits
    from (
      select *, unnest([0, zone, -zone]) as apart from shots_near join abroad on day = slot // ${SLOTS_A_DAY}
      where zone <> 0 and located
    ) s join tracked t on t.slot = s.slot + s.apart and ${there} <= ${literal(SAME_PLACE_METRES)}, ${around}
    group by all
  ),
  by_track as (
    select camera, true as located, day, apart * 600 as seconds, hits as votes
    from (select *, coalesce(sum(hits) filter (apart = 0) over (partition by camera, day), 0) as as_it_is from hits)
    where apart <> 0 and hits >= 3 and hits >= 2 * as_it_is
    qualify row_number() over (partition by camera, day order by hits desc, apart) = 1
  ),`
}

/** How far a corrected time may be from the camera's: as far as time zones are apart. */
export const CLOCK_REACH = 27 * 3_600_000_000

/** What of a relation is about the slice. */
const near = (relation: Relation): Relation => nearSlice(relation, spanOf(relation), REACH)

const AT: Span = { start: "moment", end: null }

/** Those of the helpers that `clocked` reads, with when their rows are, and those that it doesn't. */
export const CLOCKS: ReadonlyArray<readonly [string, Span | null]> = [
  ["_shots", null],
  ["_trusted", null],
  ["_clocks", AT]
]

/**
 * The last of these, `_clocks`, has by `camera`, whether it knew its place (`located`) and `day` (since 1970, UTC), the
 * `seconds` to be added to its times, and how many `votes` of pictures speak for it. Days on which a clock is right, or not
 * known to be wrong, are not in it.
 */
export const cameraClocks = (pictures: Relation, witnesses: Witnesses): ReadonlyArray<Helper> => {
  const span = spanOn(pictures, "taken_at", null)
  const { events, points, visits } = witnesses
  const others = [...(events === null ? [] : [events]), ...visits, ...points]
  const spans = others.flatMap((relation) => {
    const its = spanOf(relation)
    return its === null ? [] : [[relation.name, its] as const]
  })
  const sliced = span !== null && spans.length === others.length
  return [
    {
      name: "_shots",
      reads: [pictures.name],
      times: [AT.start],
      query: sql`
        select camera, ${knows(pictures)} as located, epoch_us(taken_at) // ${SLOT} as slot, make_timestamptz(slot * ${SLOT}) as moment,
          min(latitude) as latitude, min(longitude) as longitude ${pictures.columns.has("time_zone") ? sql`, min(time_zone) as time_zone` : empty}
        from ${span === null ? pictures.table : withinSlice(pictures, span)}
        where camera is not null and isfinite(taken_at) group by all`,
      ...(span === null ? {} : { slices: { time: sql`moment`, inputs: new Map([[pictures.name, span]]), reach: 0 } })
    },
    {
      // Phones, whose clocks the network sets, know where they are.
      name: "_trusted",
      reads: ["_shots"],
      times: [],
      query: sql`select camera from _shots group by camera having avg(located::integer) >= 0.5`
    },
    {
      name: "_clocks",
      reads: ["_shots", "_trusted", ...others.map((relation) => relation.name)],
      times: [AT.start],
      query: clocks(pictures, witnesses),
      ...(sliced
        ? {
            slices: {
              time: sql`moment`,
              inputs: new Map([...spans, ["_shots", AT]]),
              reach: REACH
            }
          }
        : {})
    }
  ]
}

const clocks = (pictures: Relation, witnesses: Witnesses): Sql => {
  const hasTracks = witnesses.visits.length + witnesses.points.length > 0
  const shown = [sql`from by_votes`, ...(hasTracks ? [sql`from by_track`] : [])]
  return sql`with
  shots_near as materialized (from ${aroundSlice({ table: sql`_shots` }, AT, REACH)}),
  ${zones(pictures)},
  ${hasTracks ? tracked(witnesses) : empty}
  marks as (
    select slot, max(weight) as weight from (
      select slot, 1.0 as weight from shots_near semi join _trusted using (camera)
      ${witnesses.events === null ? empty : occasions(witnesses.events)}
    ) group by slot
  ),
  votes as (
    select camera, s.day, apart, sum(weight) as votes
    from (
      select camera, slot, s.day, unnest(${DIFFERENCES}) as apart
      from (select camera, slot, slot // ${SLOTS_A_DAY} as day from shots_near anti join _trusted using (camera) where not located) s
        left join abroad a on a.day = s.day
    ) s join marks m on m.slot = s.slot + s.apart group by all
  ),
  gathered as (
    select camera, day + shift as day, apart, sum(votes) as votes, count(*) as days from votes, ${around} group by all
  ),
  smooth as (
    select camera, day, apart, sum(votes) over near as votes, max(days) over near as days,
      sum(votes * apart) over near / sum(votes) over near as middle
    from gathered
    window near as (partition by camera, day order by apart range between ${literal(NEAR)} preceding and ${literal(NEAR)} following)
  ),
  judged as (
    select camera, s.day, apart, votes, days, middle, zone,
      coalesce(sum(votes) filter (apart = 0) over (partition by camera, s.day), 0) as as_it_is,
      zone <> 0 and abs(abs(apart) - abs(zone)) <= ${literal(NEAR)} as by_zone
    from smooth s left join abroad a on a.day = s.day
  ),
  by_votes as (
    select camera, false as located, day,
      case when by_zone then abs(zone) * sign(apart) * 600 else round(middle * 10) * 60 end::bigint as seconds,
      votes::integer as votes
    from judged
    where votes >= 3 and votes >= 2 * as_it_is and abs(apart) >= 2
      and (by_zone and days >= 2 or abs(apart) <= ${literal(DRIFT)} and days >= 3)
    qualify row_number() over (partition by camera, day order by votes desc, abs(apart), apart) = 1
  )
  select * from (select *, make_timestamptz(day * 86400000000) as moment from (${join(shown, " union all ")})) where ${inSlice(sql`moment`)}`
}

/** Whether what a picture's camera was off by stands beside it already. */
export const isClocked = ({ columns }: Relation): boolean => columns.has("_clock")

/** The rows of pictures with `_clock`: the seconds to be added to their times, and `_clock_votes`; both null mostly. */
export const clocked = (pictures: Relation, rows: Sql): Sql => sql`
  (select l.*, c.seconds as _clock, c.votes as _clock_votes from ${rows} l
    left join _clocks c on c.camera = l.camera and c.day = epoch_us(l.taken_at) // 86400000000
      and c.located = ${knows(pictures)})`
