/** Where someone was at given times, as SQL: visits that cover a time, else points near it. Times are microseconds since 1970. */
import { Effect } from "effect"
import type { ConfigProblem } from "../src/component/error.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, literal, name, sql } from "../src/component/sql.ts"
import { requireColumns } from "./columns.ts"

/** What a relation says of whereabouts: columns of time that it must have, and how they are read. */
interface Evidence {
  /** The option that lists such relations. */
  readonly option: string
  readonly times: (relation: Relation) => ReadonlyArray<string>
  readonly select: (relation: Relation) => Sql
}

// Null for infinite times.
const micros = (column: string): Sql => sql`epoch_us(${name(column)}::timestamptz)`

/** A stay without an end is known at its start only. */
const VISITS: Evidence = {
  option: "visits",
  times: () => ["starts_at", "ends_at"],
  select: () =>
    sql`${micros("starts_at")} as starts, greatest(${micros("starts_at")} + 1, coalesce(${micros("ends_at")}, 0)) as ends`
}

const pointTime = ({ columns }: Relation): string =>
  ["recorded_at", "taken_at", "starts_at"].find((column) => columns.has(column)) ?? "recorded_at"

const POINTS: Evidence = {
  option: "points",
  times: (relation) => [pointTime(relation)],
  select: (relation) => sql`${micros(pointTime(relation))} as moment`
}

/** The rows that have a place, with their ids; null without relations. What was inferred itself is no evidence. */
const evidenceOf = ({ option, select, times }: Evidence, relations: ReadonlyArray<Relation>) =>
  Effect.gen(function* () {
    for (const [index, relation] of relations.entries()) {
      const path = relations.length === 1 ? [option] : [option, index]
      yield* requireColumns(
        relation,
        [...times(relation), "latitude", "longitude"].map((column) => ({ column, path }))
      )
    }
    const parts = relations.map((relation) => {
      const { columns, table } = relation
      return sql`select ${select(relation)}, latitude::double as latitude, longitude::double as longitude,
          ${columns.has("_id") ? sql`_id::uuid` : sql`null::uuid`} as id
        from ${table} where latitude is not null and longitude is not null
        ${columns.has("location_status") ? sql`and location_status is distinct from 'inferred'` : empty}`
    })
    return parts.length === 0 ? null : join(parts, " union all ")
  })

/** `starts`, `ends` (exclusive), `latitude`, `longitude`, `id`. */
export const visitsOf = (relations: ReadonlyArray<Relation>): Effect.Effect<Sql | null, ConfigProblem> =>
  evidenceOf(VISITS, relations)

/** `moment`, `latitude`, `longitude`, `id`. */
export const pointsOf = (relations: ReadonlyArray<Relation>): Effect.Effect<Sql | null, ConfigProblem> =>
  evidenceOf(POINTS, relations)

export interface Whereabouts {
  /** Selects the distinct times, as `sought`. */
  readonly sought: Sql
  readonly visits: Sql | null
  readonly points: Sql | null
  /** How far a point may be from a time. */
  readonly withinMicros: number
}

/**
 * CTEs, the last of them `found`: at most one row for each `sought`, with `latitude`, `longitude`, `rule` (visit, between,
 * point) and `evidence` (JSON: seconds away and id of each visit or point).
 */
export const whereabouts = ({ points, sought, visits, withinMicros }: Whereabouts): Sql => {
  const steps = [
    sql`sought as materialized (${sought})`,
    ...(visits === null ? [] : [covered(visits)]),
    ...(points === null ? [] : [placed(points, visits !== null, withinMicros)])
  ]
  const found = [...(visits === null ? [] : [sql`from covered`]), ...(points === null ? [] : [sql`from placed`])]
  return sql`${join(steps)}, found as (${join(found, " union all ")})`
}

const evidence = (seconds: Sql, ids: Sql): Sql => {
  const known = (values: Sql) => sql`list_filter([${values}], lambda value: value is not null)`
  return sql`json_object('seconds', ${known(seconds)}, 'ids', ${known(ids)})::varchar`
}

/** Visits and times meet in buckets about as long as a visit: an equality, so that it is a hash join. */
const covered = (visits: Sql): Sql => sql`stays as (${visits}),
  widths as materialized (select greatest(1000000, avg(ends - starts))::bigint as width from stays),
  covered as (
    select sought, 'visit' as rule, ${evidence(sql`0.0`, sql`id`)} as evidence, latitude, longitude
    from (select sought, sought // width as bucket from sought, widths)
      join (select *, unnest(range(starts // width, (ends - 1) // width + 1)) as bucket from stays, widths) using (bucket)
    where sought >= starts and sought < ends
    qualify row_number() over (partition by sought order by ends - starts, id, latitude, longitude) = 1
  )`

const placed = (points: Sql, areCovered: boolean, withinMicros: number): Sql => {
  const open = areCovered ? sql`(from sought where sought not in (select sought from covered))` : sql`sought`
  const near = (moment: Sql): Sql =>
    sql`case when abs(sought - ${moment}) <= ${literal(withinMicros)} then ${moment} end`
  // The shorter way around the earth.
  const eastward = sql`(a.longitude - b.longitude - 360 * round((a.longitude - b.longitude) / 360))`
  return sql`positions as not materialized (${points}), neighbours as (
    select sought, ${near(sql`b.moment`)} as before, nullif(${near(sql`a.moment`)}, b.moment) as after
    from ${open} s asof left join positions b on s.sought >= b.moment asof left join positions a on s.sought <= a.moment
  ),
  -- Of several points of one moment, always the same one.
  known as (
    from positions where moment in (select before from neighbours union all select after from neighbours)
    qualify row_number() over (partition by moment order by id, latitude, longitude) = 1
  ), placed as (
    select * exclude (eastern), eastern - case when abs(eastern) > 180 then 360 * sign(eastern) else 0 end as longitude
    from (
      select sought, case when share is null then 'point' else 'between' end as rule,
        ${evidence(sql`(sought - before) / 1e6, (after - sought) / 1e6`, sql`b.id, a.id`)} as evidence,
        round(coalesce(b.latitude + (a.latitude - b.latitude) * share, b.latitude, a.latitude), 7) as latitude,
        round(coalesce(b.longitude + ${eastward} * share, b.longitude, a.longitude), 7) as eastern
      from (select *, (sought - before) / (after - before) as share from neighbours)
        left join known b on b.moment = before left join known a on a.moment = after
      where before is not null or after is not null
    )
  )`
}
