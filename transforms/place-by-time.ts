/**
 * Where someone was at given times, as SQL: visits that cover a time, else points near it, else events during it. Times are
 * microseconds since 1970.
 */
import { Effect } from "effect"
import type { ConfigProblem } from "../src/component/error.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, literal, name, sql } from "../src/component/sql.ts"
import { requireColumns } from "./columns.ts"
import { covering } from "./covering.ts"
import { distanceMetres } from "./geo.ts"
import { isTold, pointTime } from "./tracks.ts"

/** What a relation says of whereabouts: columns of time that it must have, and how they are read. */
interface Evidence {
  /** The option that lists such relations, and what their rows are called in evidence. */
  readonly option: string
  readonly kind: string
  readonly times: (relation: Relation) => ReadonlyArray<string>
  readonly select: (relation: Relation) => Sql
}

// Null for infinite times.
const micros = (column: string): Sql => sql`epoch_us(${name(column)}::timestamptz)`

/** A stay without an end is known at its start only. */
const VISITS: Evidence = {
  option: "visits",
  kind: "visits",
  times: () => ["starts_at", "ends_at"],
  select: () =>
    sql`${micros("starts_at")} as starts, greatest(${micros("starts_at")} + 1, coalesce(${micros("ends_at")}, 0)) as ends`
}

const POINTS: Evidence = {
  option: "points",
  kind: "points",
  times: (relation) => [pointTime(relation)],
  select: (relation) => sql`${micros(pointTime(relation))} as moment`
}

/** The rows that have a place, with their ids; null without relations. What was inferred itself is no evidence. */
const evidenceOf = ({ kind, option, select, times }: Evidence, relations: ReadonlyArray<Relation>) =>
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
          ${columns.has("_id") ? sql`_id::uuid` : sql`null::uuid`} as id,
          ${literal(columns.has("taken_at") ? "media" : kind)} as kind
        from ${table} where latitude is not null and longitude is not null ${isTold(relation)}`
    })
    return parts.length === 0 ? null : join(parts, " union all ")
  })

/** `starts`, `ends` (exclusive), `latitude`, `longitude`, `id`, `kind`. */
export const visitsOf = (relations: ReadonlyArray<Relation>): Effect.Effect<Sql | null, ConfigProblem> =>
  evidenceOf(VISITS, relations)

/** `moment`, `latitude`, `longitude`, `id`, `kind`: a picture that knows its place is a point too. */
export const pointsOf = (relations: ReadonlyArray<Relation>): Effect.Effect<Sql | null, ConfigProblem> =>
  evidenceOf(POINTS, relations)

export interface Whereabouts {
  /** Selects the distinct times, as `sought`. */
  readonly sought: Sql
  readonly visits: Sql | null
  readonly points: Sql | null
  /** As `visits`: what was on the calendar. */
  readonly events: Sql | null
  /** How far a point may be from a time. */
  readonly withinMicros: number
  /** How many metres a place may be wrong by, as far as can be told; null: by any. */
  readonly accuracy: number | null
}

/**
 * CTEs, the last of them `found`: at most one row for each `sought`, with `latitude`, `longitude`, `rule` (visit, between,
 * point, neighbour, event) and `evidence` (JSON: seconds away and id of each visit, point, picture or event, and `metres`: how
 * far off the place may be).
 */
export const whereabouts = ({ accuracy, events, points, sought, visits, withinMicros }: Whereabouts): Sql => {
  const known: Array<Sql> = []
  const open = (): Sql =>
    known.length === 0
      ? sql`sought`
      : sql`(from sought where sought not in (${join(
          known.map((step) => sql`select sought from ${step}`),
          " union all "
        )}))`
  const steps = [sql`sought as materialized (${sought})`]
  const add = (step: Sql, made: Sql) => {
    steps.push(made)
    known.push(step)
  }
  if (visits !== null) add(sql`by_visits`, covered("by_visits", "visit", visits, open(), 0))
  if (points !== null) add(sql`by_points`, placed(points, open(), withinMicros, accuracy))
  if (events !== null) add(sql`by_events`, covered("by_events", "event", events, open(), EVENT_METRES))
  return sql`${join(steps)}, found as (${join(
    known.map((step) => sql`from ${step}`),
    " union all "
  )})`
}

/** People move about at events. */
const EVENT_METRES = 100

const evidence = (seconds: Sql, metres: Sql, ids: Sql, kinds: Sql): Sql => {
  const listed = (values: Sql) => sql`list_filter([${values}], lambda value: value is not null)`
  return sql`json_object('seconds', ${listed(seconds)}, 'metres', ${metres}, 'ids', ${listed(ids)}, 'of', ${listed(kinds)})::varchar`
}

const covered = (called: string, rule: string, spans: Sql, moments: Sql, metres: number): Sql =>
  covering({
    called,
    moments,
    spans,
    ties: sql`id, latitude, longitude`,
    values: sql`${literal(rule)} as rule, ${evidence(sql`0.0`, literal(metres), sql`id`, sql`kind`)} as evidence, latitude, longitude`
  })

const placed = (points: Sql, open: Sql, withinMicros: number, accuracy: number | null): Sql => {
  const near = (moment: Sql): Sql =>
    sql`case when abs(sought - ${moment}) <= ${literal(withinMicros)} then ${moment} end`
  // The shorter way around the earth.
  const eastward = sql`(a.longitude - b.longitude - 360 * round((a.longitude - b.longitude) / 360))`
  const apart = distanceMetres(
    { latitude: sql`a.latitude`, longitude: sql`a.longitude` },
    { latitude: sql`b.latitude`, longitude: sql`b.longitude` }
  )
  return sql`positions as not materialized (${points}), neighbours as (
    select sought, ${near(sql`b.moment`)} as before, nullif(${near(sql`a.moment`)}, b.moment) as after
    from ${open} s asof left join positions b on s.sought >= b.moment asof left join positions a on s.sought <= a.moment
  ),
  -- Of several points of one moment, always the same one.
  known as (
    from positions where moment in (select before from neighbours union all select after from neighbours)
    qualify row_number() over (partition by moment order by id, latitude, longitude) = 1
  ), by_points as materialized (
    select sought, rule, ${evidence(sql`(sought - before) / 1e6, (after - sought) / 1e6`, sql`metres`, sql`before_id, after_id`, sql`before_kind, after_kind`)} as evidence,
      latitude, eastern - case when abs(eastern) > 180 then 360 * sign(eastern) else 0 end as longitude
    from (
      select n.*, b.id as before_id, a.id as after_id, b.kind as before_kind, a.kind as after_kind,
        case when share is not null then 'between' when coalesce(b.kind, a.kind) = 'media' then 'neighbour' else 'point' end as rule,
        -- Someone may have left late, or come early.
        round(case when share is not null then least(share, 1 - share) * ${apart} end) as metres,
        round(coalesce(b.latitude + (a.latitude - b.latitude) * share, b.latitude, a.latitude), 7) as latitude,
        round(coalesce(b.longitude + ${eastward} * share, b.longitude, a.longitude), 7) as eastern
      from (select *, (sought - before) / (after - before) as share from neighbours) n
        left join known b on b.moment = before left join known a on a.moment = after
      where before is not null or after is not null
    ) ${accuracy === null ? empty : sql`where coalesce(metres, 0) <= ${literal(accuracy)}`}
  )`
}
