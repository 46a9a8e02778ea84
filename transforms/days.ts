import { Effect } from "effect"
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { DAY_MICROS, type Slices, nearSlice, inSlice, spansOf } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, sql } from "../src/component/sql.ts"
import { listTransform } from "../src/component/transform.ts"
import { membersOf, requireMembers } from "./members.ts"

const ONE = "00000000-0000-4000-8000-000000000001"
const TWO = "00000000-0000-4000-8000-000000000002"

/** Makes one memory of each day. */
export const days = listTransform({
  type: "days",
  summary: "Makes one memory of each day: its pictures, events, visits and plays.",
  description:
    "The date is that of the place: `local_date` of pictures, all dates of an event (up to 31), else by the longitude, else in the pipeline's time zone. Cancelled events are left out. The day's place is where most of its pictures were taken, else where most of its other rows were. One row for each day and what it contains.",
  config: {},
  examples: [
    {
      title: "A day with a picture and a song",
      yaml: "type: days\nfrom: [photos, plays]",
      given: {
        photos: [
          {
            _id: ONE,
            taken_at: "2024-05-01T22:30:00Z",
            local_date: "2024-05-02",
            place_id: TWO,
            place_name: "Basel",
            latitude: 47.5,
            longitude: 7.5
          }
        ],
        plays: [
          { _id: TWO, started_at: "2024-05-02T09:00:00Z", ended_at: "2024-05-02T09:03:00Z" },
          { _id: ONE, started_at: "2024-05-03T09:00:00Z", ended_at: "2024-05-03T09:03:00Z" }
        ]
      },
      expect: [
        {
          kind: "day",
          local_date: "2024-05-02",
          starts_at: "2024-05-01T22:30:00Z",
          place_name: "Basel",
          link_relation: "contains",
          right_entity: "media",
          right_id: ONE,
          cover_media_id: ONE
        },
        {
          kind: "day",
          local_date: "2024-05-02",
          ends_at: "2024-05-02T09:03:00Z",
          place_name: "Basel",
          right_entity: "plays",
          right_id: TWO
        },
        { kind: "day", local_date: "2024-05-03", place_name: null, right_entity: "plays", cover_media_id: null }
      ]
    }
  ],
  build: Effect.fnUntraced(function* (_, { from }, { timeZone }) {
    yield* requireMembers(from)
    const dated = sql`coalesce(local_date, case when longitude is not null
      then make_timestamp(starts + round(longitude / 15)::bigint * 3600000000)::date
      else timezone(${literal(timeZone)}, make_timestamptz(starts))::date end)`
    const slices = slicesOf(from)
    const near = (relation: Relation): Relation => nearSlice(relation, slices?.inputs.get(relation.name), REACH)
    return {
      entity: "memory",
      ...(slices === null ? {} : { slices }),
      query: sql`with dated as (
          select * exclude (local_date, last_date), ${dated} as first, coalesce(last_date, ${dated}) as last
          from (${join(
            from.map((relation) => membersOf(near(relation))),
            " union all "
          )})
        ),
        members as (
          from (
            select *, first as day from dated where last <= first
            union all
            select *, unnest(range(first, least(last, first + 30) + interval 1 day, interval 1 day))::date from dated where last > first
          ) ${slices === null ? empty : sql`where ${inSlice(midnight(sql`day`))}`}
        ),
        placed as (
          select day, place_name, place_id, count(*) filter (entity = 'media') as pictures, count(*) as rows
          from members where place_name is not null group by all
        ),
        main as (
          select day, arg_max(place_name, {'pictures': pictures, 'rows': rows, 'name': place_name, 'id': place_id}) as place_name,
            arg_max(place_id, {'pictures': pictures, 'rows': rows, 'name': place_name, 'id': place_id}) as place_id
          from placed group by day
        ),
        memories as (
          select day, min(starts) as first_at, max(ends) as last_at,
            min({'starts': starts, 'id': id}) filter (entity = 'media') as cover,
            min({'starts': starts, 'id': id, 'latitude': latitude, 'longitude': longitude})
              filter (entity = 'media' and latitude is not null) as spot
          from members where entity <> 'events' or starts >= epoch_us(day) - 86400000000 group by day
        ),
        named as (select day, ${uuid5Sql(["day"], sql`day::varchar`)} as id from (select distinct day from members))
        select 'memory' as _entity, n.id as _id, 'day' as kind,
          strftime(m.day, '%Y-%m-%d') as title, make_timestamptz(d.first_at) as starts_at, make_timestamptz(d.last_at) as ends_at,
          m.day as local_date, d.spot.latitude as latitude, d.spot.longitude as longitude, p.place_id, p.place_name,
          d.cover.id as cover_media_id, 1.0::double as confidence, 'contains' as link_relation, m.entity as right_entity,
          m.id as right_id, 1.0::double as link_confidence, 'days/1' as link_rule, null::varchar as link_evidence
        from (select distinct day, entity, id from members) m join named n using (day) left join memories d using (day) left join main p using (day)`
    }
  })
})

const midnight = (day: Sql): Sql => sql`make_timestamptz(epoch_us(${day}))`

/** How far a local date may be from the time. */
const REACH = 2 * DAY_MICROS

const slicesOf = (relations: ReadonlyArray<Relation>): Slices | null => {
  const spans = spansOf(relations)
  return spans === null ? null : { time: midnight(sql`local_date`), inputs: new Map(spans), reach: REACH }
}
