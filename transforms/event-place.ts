/** Where events took place, as SQL: what they say, what others with the same words say, or where the person stayed then. */
import type { Relation } from "../src/component/relation.ts"
import { DAY_MICROS, type Slices, nearSlice, extentOf, inSlice, spanOn } from "../src/component/slice.ts"
import type { Helper } from "../src/component/transform.ts"
import { type Sql, empty, join, name, sql } from "../src/component/sql.ts"
import { columnOrNull } from "./columns.ts"
import { distanceMetres, distanceUpTo } from "./geo.ts"

export interface EventPlaces {
  readonly events: Relation
  /** Stays; none: the person's own whereabouts are not known. */
  readonly visits: ReadonlyArray<Relation>
  /** Made by `resolve-places`: homes and places of work. */
  readonly places: ReadonlyArray<Relation>
}

const has = (relation: Relation, ...columns: ReadonlyArray<string>): boolean =>
  columns.every((column) => relation.columns.has(column))

/** Where events took place that say so, by their words. */
const told = (events: Relation): Helper => {
  const words = sql`lower(trim(location_text))`
  return {
    name: "_told",
    reads: [events.name],
    times: [],
    query: sql`
      select ${words} as words, median(latitude) as latitude, median(longitude) as longitude from ${events.table}
      where latitude is not null and location_text is not null group by 1
      having max(latitude) - min(latitude) < 0.01 and max(longitude) - min(longitude) < 0.01`
  }
}

/** Where someone lives and works, to ten metres: it moves a little with each stay. */
const usual = (places: ReadonlyArray<Relation>): Helper => ({
  name: "_usual",
  reads: places.map((relation) => relation.name),
  times: [],
  query: join(
    places.map(
      ({ table }) => sql`select distinct round(latitude, 4) as latitude, round(longitude, 4) as longitude from ${table}
        where kind in ('home', 'work')`
    ),
    " union "
  )
})

/** Helpers that only `_events_placed` reads. */
export const EVENT_HELPERS: ReadonlyArray<readonly [string, null]> = [
  ["_told", null],
  ["_usual", null]
]

const hasText = ({ events }: EventPlaces): boolean => has(events, "location_text")

/** Where nobody lives or works, and stayed for about the event's time: `named` where the event's text has its name. */
const stayed = (given: EventPlaces): Sql => {
  const { places, visits } = given
  const near = distanceMetres(
    { latitude: sql`v.latitude`, longitude: sql`v.longitude` },
    { latitude: sql`u.latitude`, longitude: sql`u.longitude` }
  )
  const stays = visits.map(
    (relation) => sql`select epoch_us(starts_at) as starts, epoch_us(ends_at) as ends, latitude::double as latitude,
      longitude::double as longitude, lower(trim(${columnOrNull(relation, "name", "VARCHAR")})) as called
      from ${relation.table} t where latitude is not null and ends_at > starts_at`
  )
  if (stays.length === 0)
    return sql`stayed as (
      select null::bigint as _event, null::double as latitude, null::double as longitude, null::boolean as named where false)`
  const named = hasText(given) ? sql`coalesce(len(v.called) > 2 and contains(e.words, v.called), false)` : sql`false`
  return sql`stays as (
      select *, unnest([starts // 43200000000 - 1, starts // 43200000000, starts // 43200000000 + 1]) as bucket
      from (${join(stays, " union all ")}) v
      ${places.length === 0 ? empty : sql`where not exists (select 1 from _usual u where ${near} < ${AT_HOME})`}
    ), stayed as (
      select _event, v.latitude, v.longitude, ${named} as named
      from unplaced e join stays v on v.bucket = e.starts // 43200000000
      where least(v.ends, e.ends) - greatest(v.starts, e.starts) >= 0.6 * (e.ends - e.starts)
        and v.ends - v.starts <= 2 * (e.ends - e.starts) + 3600000000
      qualify row_number() over (partition by _event
        order by named desc, least(v.ends, e.ends) - greatest(v.starts, e.starts) desc, v.ends - v.starts, v.starts, v.latitude) = 1
    )`
}

// Metres. Meetings without a place happen to be attended at home and at work: that tells nothing of where they are.
const AT_HOME = sql`300`

/** Declined by whoever is invited to nearly all that a calendar has in a month: its owner. */
const declined = ({ events }: EventPlaces): Sql =>
  has(events, "attendees")
    ? sql`invited as (
        select _event, calendar, month, address, bool_or(response = 'declined') as declined from (
          select _event, calendar, month, lower(one->>'address') as address, one->>'response' as response
          from (
            select _event, ${has(events, "calendar") ? sql`coalesce(calendar, '')` : sql`''`} as calendar,
              date_trunc('month', starts_at) as month, unnest(from_json(attendees, '["json"]')) as one
            from listed where attendees is not null
          )
        ) where address is not null group by all
      ), busy as (
        select calendar, month, count(distinct _event) as events from invited group by all
      ), declined as (
        select distinct _event from invited join (
          select calendar, month, address from invited join busy using (calendar, month)
          group by all having count(*) >= 0.7 * any_value(events) and any_value(events) >= 3
        ) using (calendar, month, address) where declined
      )`
    : sql`declined as (select null::bigint as _event where false)`

/** Metres around the place of a journey's entry, and the least that such an entry lasts. */
const THERE = sql`25000`
const DAY = sql`86400000000`

/** Entries of several days at whose place the person was on these days. */
const visited = ({ visits }: EventPlaces): Sql => {
  const stays = visits.map(
    ({ table }) => sql`select epoch_us(starts_at) as starts, epoch_us(ends_at) as ends, latitude::double as latitude,
      longitude::double as longitude from ${table} where latitude is not null and ends_at > starts_at`
  )
  if (stays.length === 0) return sql`visited as (select null::bigint as _event where false)`
  const apart = distanceUpTo(
    25_000,
    { latitude: sql`e.latitude`, longitude: sql`e.longitude` },
    { latitude: sql`v.latitude`, longitude: sql`v.longitude` }
  )
  return sql`visited as (
      select distinct _event
      from (
        select *, unnest(range(epoch_us(starts_at) // ${DAY}, epoch_us(ends_at) // ${DAY} + 1)) as day from situated
        where all_day and latitude is not null and ends_at - starts_at between interval 36 hours and interval 90 days
      ) e join (select *, unnest(range(starts // ${DAY}, ends // ${DAY} + 1)) as day from (${join(stays, " union all ")})) v using (day)
      where ${apart} <= ${THERE}
    )`
}

/** No entry of a calendar that is looked at lasts longer, and a month has fewer days. */
const REACH = 92 * DAY_MICROS

/**
 * The last of these, `_events_placed`, has the events that may have pictures, with `_place_latitude` and `_place_longitude`
 * as far as known. `_guessed`: by a visit alone. `_visited`: all of a journey, wherever it went.
 */
export const placedEvents = (given: EventPlaces): ReadonlyArray<Helper> => {
  const { events, places, visits } = given
  const spans = new Map(
    [events, ...visits].flatMap((relation) => {
      const span = spanOn(relation, "starts_at", "ends_at")
      return span === null ? [] : [[relation.name, span] as const]
    })
  )
  const slices: Slices | null =
    spans.size === new Set([events, ...visits]).size ? { time: sql`starts_at`, inputs: spans, reach: REACH } : null
  const near = (relation: Relation): Relation => nearSlice(relation, slices?.inputs.get(relation.name), REACH)
  const byWords = has(events, "latitude", "longitude", "location_text")
  const helpers = [
    ...(byWords ? [told(events)] : []),
    ...(places.length > 0 && visits.length > 0 ? [usual(places)] : [])
  ]
  return [
    ...helpers,
    {
      name: EVENTS_PLACED,
      reads: [...helpers, events, ...visits].map((read) => read.name),
      times: extentOf(events),
      query: placed({ events: near(events), visits: visits.map(near), places }, byWords, slices !== null),
      ...(slices === null ? {} : { slices })
    }
  ]
}

const placed = (given: EventPlaces, byWords: boolean, inSlices: boolean): Sql => {
  const { events } = given
  const own = has(events, "latitude", "longitude")
  const text = has(events, "location_text")
  return sql`with listed as materialized (
      select *, row_number() over () as _event from ${events.table}
      where isfinite(starts_at) ${has(events, "status") ? sql`and status is distinct from 'cancelled'` : empty}
        ${text ? sql`and not coalesce(regexp_matches(location_text, '^\\s*https?://\\S+\\s*$'), false)` : empty}
    ), ${declined(given)}, situated as (
      select e._event, starts_at, ends_at, ${text ? sql`lower(e.location_text)` : sql`null::varchar`} as words,
        coalesce(${own ? sql`e.latitude` : sql`null`} ${byWords ? sql`, t.latitude` : empty})::double as latitude,
        coalesce(${own ? sql`e.longitude` : sql`null`} ${byWords ? sql`, t.longitude` : empty})::double as longitude,
        ${has(events, "all_day") ? sql`coalesce(all_day, false)` : sql`false`} as all_day
      from listed e ${byWords ? sql`left join _told t on t.words = lower(trim(e.location_text))` : empty}
    ), unplaced as (
      select _event, words, epoch_us(starts_at) as starts, epoch_us(ends_at) as ends from situated
      where latitude is null and not all_day and ends_at - starts_at between interval 10 minutes and interval 12 hours
    ), ${stayed(given)}, ${visited(given)}
      select e.* exclude (_event), coalesce(s.latitude, v.latitude) as _place_latitude, coalesce(s.longitude, v.longitude) as _place_longitude,
        s.latitude is null and v.named is false as _guessed, _event in (from visited where _event is not null) as _visited
      from listed e join situated s using (_event) left join stayed v using (_event)
      where _event not in (select _event from declined where _event is not null)
        ${inSlices ? sql`and ${inSlice(sql`e.starts_at`)}` : empty}`
}

const EVENTS_PLACED = "_events_placed"

/** The events as this helper has them. */
export const eventsPlaced = (events: Relation): Relation => ({
  ...events,
  name: EVENTS_PLACED,
  table: name(EVENTS_PLACED)
})
