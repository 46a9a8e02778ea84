import { Effect, Schema } from "effect"
import { withDefault } from "../src/component/fields.ts"
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, join, literal, name, names, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { columnOrNull, requireColumns } from "./columns.ts"
import { countryNames } from "./country-names.ts"
import { isTold, pointTime } from "./tracks.ts"
import { usualPlaces } from "./usual-places.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** Finds the places of a life: homes, places of work, named places, and the cities, regions and countries around them. */
export const resolvePlaces = aidedTransform("many", {
  also: "Relations with columns of `reverse-geocode`, such as pictures: their cities, regions and countries are places too."
})({
  type: "resolve-places",
  summary: "Finds homes, places of work and named places, and where they lie.",
  description: [
    "Reads stays (starts_at, ends_at, latitude, longitude; a name and place_id where known) and points (recorded_at).",
    "A home is where at least `nights` nights were spent, over more than twice as many days, and at least 8 % of the nights while it was in use; with less than 35 % it is a `second-home`. A place of work is where at least `days` working days were spent, and no home. There may be several, one after the other or side by side: `from_date`, `to_date`, `times` and `share` say when and how often.",
    "Stays with a name are at places of kind `venue`. With columns of `reverse-geocode` each place is `within` its city, that in its region, and that in its country.",
    "One row for each place and link: `within` another place, `hosts` a visit."
  ].join(" "),
  config: {
    nights: Count.pipe(withDefault(20)).annotate({ description: "How many nights make a home." }),
    days: Count.pipe(withDefault(20)).annotate({ description: "How many working days make a place of work." }),
    home: Schema.optionalKey(Schema.NonEmptyString).annotate({
      description: "What to call homes, such as Home (default: as the stays are named)."
    }),
    work: Schema.optionalKey(Schema.NonEmptyString).annotate({ description: "What to call places of work." })
  },
  examples: [
    {
      title: "A home, from where the nights were spent",
      yaml: "type: resolve-places\nfrom: visits\nnights: 2\nhome: Home",
      given: {
        visits: [
          {
            starts_at: "2024-05-01T18:00:00Z",
            ends_at: "2024-05-02T07:00:00Z",
            latitude: 47.4,
            longitude: 8.5,
            name: "Bahnhofstrasse 1"
          },
          {
            starts_at: "2024-05-02T12:00:00Z",
            ends_at: "2024-05-02T13:00:00Z",
            latitude: 47.41,
            longitude: 8.5,
            name: "Café Odeon"
          },
          {
            starts_at: "2024-05-07T18:00:00Z",
            ends_at: "2024-05-08T07:00:00Z",
            latitude: 47.4,
            longitude: 8.5,
            name: "Bahnhofstrasse 1"
          }
        ]
      },
      expect: [
        {
          kind: "home",
          name: "Home",
          latitude: 47.4,
          longitude: 8.5,
          from_date: "2024-05-02",
          to_date: "2024-05-08",
          times: 2,
          share: 1
        },
        { kind: "venue", name: "Café Odeon", latitude: 47.41, times: 1 }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ nights, days, home, work }, { aside, from }, { locale }) {
    for (const [index, relation] of from.entries()) {
      const path = from.length === 1 ? ["from"] : ["from", index]
      const times = isStays(relation) ? ["starts_at", "ends_at"] : [pointTime(relation)]
      yield* requireColumns(
        relation,
        [...times, "latitude", "longitude"].map((column) => ({ column, path }))
      )
    }
    const stays = from.map((relation) => (isStays(relation) ? staysOf(relation) : pointsOf(relation)))
    const geocoded = aside("also").filter(isGeocoded)
    return {
      entity: "places",
      query: sql`with stays as materialized (
          select *, row_number() over (order by starts, ends, latitude, longitude, id) as _stay
          from (${join(stays, " union all ")}) where latitude is not null and longitude is not null and ends > starts and ends - starts <= ${LONGEST}
        ), ${usualPlaces({ nights, days })}, ${spots(home, work)}, ${around(geocoded, locale)}, ${ROWS}`
    }
  })
})

const isStays = ({ columns }: Relation): boolean => columns.has("ends_at")
const isGeocoded = ({ columns }: Relation): boolean =>
  columns.has("place_locality") && columns.has("place_country_code")

/** Fourteen days: longer stays are errors. */
const LONGEST = sql`1209600000000`

const CITY = ["place_city_id", "place_locality", "place_region", "place_country_code"] as const

const cityOf = (relation: Relation): Sql => sql`${columnOrNull(relation, "place_latitude", "DOUBLE")} as town_latitude,
  ${columnOrNull(relation, "place_longitude", "DOUBLE")} as town_longitude, ${join(
    CITY.map(
      (column) =>
        sql`${columnOrNull(relation, column, column === "place_city_id" ? "UUID" : "VARCHAR")} as ${name(column)}`
    )
  )}`

const staysOf = (relation: Relation): Sql => sql`
  select ${columnOrNull(relation, "_id", "UUID")} as id, epoch_us(starts_at) as starts, epoch_us(ends_at) as ends,
    latitude::double as latitude, longitude::double as longitude,
    nullif(trim(${columnOrNull(relation, "name", "VARCHAR")}), '') as name,
    nullif(${columnOrNull(relation, "place_id", "UUID")}, ${columnOrNull(relation, "place_city_id", "UUID")}) as place_id, ${cityOf(relation)}
  from ${relation.table} t where isfinite(starts_at) and isfinite(ends_at)`

/** A point stands for the time up to the next one, but for no more than half an hour. */
const pointsOf = (relation: Relation): Sql => sql`
  select null::uuid as id, moment as starts, least(moment + 1800000000, lead(moment) over (order by moment)) as ends,
    latitude, longitude, null::varchar as name, null::uuid as place_id, null::double as town_latitude,
    null::double as town_longitude, ${join(CITY.map((column) => sql`null as ${name(column)}`))}
  from (select epoch_us(${name(pointTime(relation))}) as moment, latitude::double as latitude, longitude::double as longitude
    from ${relation.table} where isfinite(${name(pointTime(relation))}) and latitude is not null ${isTold(relation)})`

/** Each stay with its place: a home or place of work, else the one that the source names. */
const spots = (home: string | undefined, work: string | undefined): Sql => {
  const called = (kinds: Sql, given: string | undefined, otherwise: string): Sql =>
    sql`when kind in (${kinds}) then coalesce(${literal(given ?? null)}, w.name, ${literal(otherwise)})`
  const source = sql`coalesce(s.place_id, ${uuid5Sql(["place", "spot"], sql`s.name || round(s.latitude, 3) || ' ' || round(s.longitude, 3)`)})`
  return sql`told as (
    select s.*, p._place, u.kind, case when u._place is null and s.name is not null then ${source} end as source
    from stays s left join placed p using (_stay) left join usual u on u._place = p._place
  ),
  -- What most of the time spent there was called.
  words as (
    select _place, arg_max(name, {'spent': spent, 'name': name}) as name, arg_max(place_id, {'spent': spent, 'name': name}) as place_id
    from (
      select _place, name, min(place_id) as place_id, sum(ends - starts) as spent from told
      where kind is not null and name is not null group by all
    ) group by _place
  ),
  inner_places as materialized (
    select u._place, coalesce(w.place_id, ${uuid5Sql(["place", "usual"], sql`round(latitude, 3) || ' ' || round(longitude, 3)`)}) as place,
      case ${called(sql`'home', 'second-home'`, home, "Home")} ${called(sql`'work'`, work, "Work")} end as name,
      kind, latitude, longitude, from_date, to_date, times, share
    from usual u left join words w using (_place)
  ),
  seated as materialized (
    select t.*, coalesce(i.place, t.source) as place from told t left join inner_places i on i._place = t._place
    where i.place is not null or t.source is not null
  ),
  spots_found as materialized (
    select place, name, kind, latitude, longitude, from_date, to_date, times, share from inner_places
    union all
    select place, min(name), 'venue', round(avg(latitude), 6), round(avg(longitude), 6), (make_timestamp(min(starts)))::date,
      (make_timestamp(max(ends)))::date, count(*), null
    from seated where kind is null and place not in (select place from inner_places) group by place
  )`
}

/** The levels around places, and in which each place lies. */
const around = (also: ReadonlyArray<Relation>, locale: string): Sql => {
  const towns = [
    sql`select ${names(CITY)}, town_latitude as latitude, town_longitude as longitude from stays where place_country_code is not null`,
    ...also.map(
      (relation) => sql`select ${names(CITY)}, town_latitude, town_longitude
        from (select ${cityOf(relation)} from ${relation.table} t where t.place_country_code is not null)`
    )
  ]
  const region = uuid5Sql(["place", "region"], sql`place_country_code || '/' || place_region`)
  const country = uuid5Sql(["place", "country"], sql`place_country_code`)
  const city = sql`coalesce(place_city_id, ${uuid5Sql(["place", "city"], sql`place_country_code || '/' || coalesce(place_region, '') || '/' || place_locality`)})`
  return sql`towns as materialized (
    select ${names(CITY)}, max(latitude) as latitude, max(longitude) as longitude,
      case when place_locality is not null then ${city} end as city,
      case when place_region is not null then ${region} end as region, ${country} as country
    from (${join(towns, " union all ")}) where place_country_code is not null group by ${names(CITY)}
  ),
  countries as (select * from (values ${join(countryNames(locale).map(([code, called]) => sql`(${literal(code)}, ${literal(called)})`))}) c(code, called)),
  levels as (
    select city as place, any_value(place_locality) as name, 'city' as kind, max(latitude) as latitude, max(longitude) as longitude,
      any_value(place_locality) as locality, any_value(place_region) as region, any_value(place_country_code) as country_code,
      coalesce(any_value(region), any_value(country)) as parent
    from towns where city is not null group by city
    union all
    select region, any_value(place_region), 'region', null, null, null, any_value(place_region), any_value(place_country_code), any_value(country)
    from towns where region is not null group by region
    union all
    select country, coalesce(any_value(called), any_value(place_country_code)), 'country', null, null, null, null, any_value(place_country_code), null
    from towns left join countries on code = place_country_code group by country
  ),
  parents as (
    select place, mode(coalesce(w.city, w.region, w.country)) as parent, mode(s.place_locality) as locality, mode(s.place_region) as region,
      mode(s.place_country_code) as country_code
    from seated s left join towns w on w.place_country_code = s.place_country_code
      and w.place_region is not distinct from s.place_region and w.place_locality is not distinct from s.place_locality
    group by place
  )`
}

const ROWS = sql`found as (
    select f.* exclude (place), f.place, p.locality, p.region, p.country_code, p.parent from spots_found f left join parents p using (place)
    union all by name
    select * from levels
  ),
  hosted as (select place, id from seated where id is not null)
  select 'places' as _entity, place as _id, name, kind, latitude, longitude, locality, region, country_code, from_date, to_date, times, share,
    case when parent is not null then 'within' end as link_relation, case when parent is not null then 'places' end as right_entity,
    parent as right_id, 1.0::double as link_confidence,
    case when parent is not null then 'resolve-places/1' end as link_rule,
    case when kind in ('home', 'second-home', 'work') then to_json({'times': times, 'share': share, 'from': from_date, 'to': to_date}) end::varchar as link_evidence
  from found
  union all
  select 'places', f.place, f.name, kind, latitude, longitude, locality, region, country_code, from_date, to_date, times, share,
    'hosts', 'visits', h.id, 1.0, 'resolve-places/1', null
  from found f join hosted h using (place)`
