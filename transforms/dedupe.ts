import { Duration, Effect, Schema } from "effect"
import { ColumnName, DistanceText, DurationText, oneOrMore } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { inSlice, microsOf, sliced } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../src/component/sql.ts"
import { type Built, transform } from "../src/component/transform.ts"
import { type NamedColumn, namedColumns, requireColumns, tieBreakers } from "./columns.ts"
import { distanceMetres } from "./geo.ts"

const Preference = Schema.String.check(
  Schema.isPattern(/^\S+( (asc|desc))?$/, { message: "expected a column, or a column and asc or desc" })
)

/** Keeps one row of each group of equal rows. */
export const dedupe = transform({
  type: "dedupe",
  summary: "Keeps one row of each group of equal rows.",
  description:
    "Rows are equal when all columns in `by` are; rows in which all of these are null are kept. Of equals, the first in the order of `prefer` stays, the others are counted as dropped. With `tolerance`, times and places need not be equal: rows in a chain of neighbours, each within the tolerance of the next, are one group; a row whose time or place is unknown has no neighbours.",
  config: {
    by: oneOrMore(ColumnName).annotate({ description: "Columns that are equal in equal rows." }),
    prefer: Schema.optionalKey(oneOrMore(Preference)).annotate({
      description:
        "Which row stays: columns, each with `asc` (the default) or `desc`; nulls last, true before false. `has_location` stands for known coordinates, `pixels` for width × height, the most first."
    }),
    tolerance: Schema.optionalKey(
      Schema.Struct({
        time: Schema.optionalKey(DurationText),
        place: Schema.optionalKey(DistanceText)
      })
    ).annotate({
      description:
        "How far apart neighbours may be: `time` (of the time in `by`, else taken_at, starts_at or started_at) and `place` (latitude and longitude)."
    })
  },
  examples: [
    {
      title: "The best copy of each photo",
      yaml: "type: dedupe\nfrom: photos\nby: content_hash\nprefer: [has_location, pixels]",
      given: {
        photos: [
          { file_name: "a.jpg", content_hash: "c1", latitude: null, longitude: null, width: 4000, height: 3000 },
          { file_name: "a(1).jpg", content_hash: "c1", latitude: 47.4, longitude: 8.5, width: 4000, height: 3000 },
          { file_name: "b.jpg", content_hash: "c2", latitude: null, longitude: null, width: 4000, height: 3000 },
          { file_name: "x.jpg", content_hash: null, latitude: null, longitude: null, width: 1, height: 1 },
          { file_name: "y.jpg", content_hash: null, latitude: null, longitude: null, width: 1, height: 1 }
        ]
      },
      expect: [{ file_name: "a(1).jpg" }, { file_name: "b.jpg" }, { file_name: "x.jpg" }, { file_name: "y.jpg" }]
    },
    {
      title: "Points of two histories, a few centimetres apart",
      yaml: "type: dedupe\nfrom: points\nby: [starts_at, latitude, longitude]\ntolerance: { time: 1s, place: 5m }",
      given: {
        points: [
          { starts_at: "2024-05-01T10:00:00Z", latitude: 47.4, longitude: 8.5 },
          { starts_at: "2024-05-01T10:00:01Z", latitude: 47.40001, longitude: 8.5 },
          { starts_at: "2024-05-01T10:00:01Z", latitude: 47.5, longitude: 8.5 }
        ]
      },
      expect: [
        { starts_at: "2024-05-01T10:00:00Z", latitude: 47.4 },
        { starts_at: "2024-05-01T10:00:01Z", latitude: 47.5 }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ by, prefer, tolerance }, { from }) {
    yield* requireColumns(from, namedColumns(by, ["by"]))
    const wishes = (prefer ?? []).map((text, index) => preference(from, text, ["prefer", index]))
    yield* requireColumns(
      from,
      wishes.flatMap(({ needs }) => needs)
    )
    const order = join([
      ...wishes.map(({ order: wish }) => wish),
      ...tieBreakers(from, ["_key"]).map((column) => sql`${name(column)} nulls last`)
    ])
    const known = join(
      by.map((column) => sql`${name(column)} is not null`),
      " or "
    )
    const near = tolerance === undefined ? null : neighbourhood(from, by, tolerance)
    if (near === null) return exact(from, by, known, order)
    yield* requireColumns(from, near.needs)
    return { query: chained(from, near, known, order) }
  })
})

/** Narrow groups first: only rows that have an equal are put in order, with all their columns. */
const exact = (from: Relation, by: ReadonlyArray<string>, known: Sql, order: Sql): Built<never> => {
  const equal = (left: string, right: string): Sql =>
    join(
      by.map((column) => sql`${name(left, column)} is not distinct from ${name(right, column)}`),
      " and "
    )
  const { rows, slices } = sliced(from)
  const time = slices?.time ?? sql`null`
  const table = from.table
  const kept = (rows: Sql, near: Sql, chosen: Sql): Sql => sql`
    with repeated as materialized (
      select ${names(by)} from ${table} t where ${known} ${near} group by ${names(by)} having count(*) > 1
    )
    select t.* from ${rows} t where not exists (select 1 from repeated g where ${equal("t", "g")})
    union all
    select * from (
      select * from (select t.* from ${table} t where exists (select 1 from repeated g where ${equal("t", "g")}))
      qualify row_number() over (partition by ${names(by)} order by ${order}) = 1
    ) ${chosen}`
  return {
    query: kept(table, empty, empty),
    ...(slices === undefined
      ? {}
      : {
          slices: {
            ...slices,
            query: kept(
              rows,
              sql`and exists (select 1 from ${rows} r where ${equal("r", "t")})`,
              sql`where ${inSlice(time)}`
            ),
            // An equal row may be anywhere, and may be the one that stays now.
            spread: (isChanged, own) => {
              const changed = (of: Sql): Sql => sql`select ${names(by)} from ${of} where ${isChanged(time)}`
              return sql`
                select ${microsOf(time)} as moment, null::bigint as until from ${table} t where exists (
                  select 1 from (${changed(table)} union all ${changed(own)}) c where ${equal("t", "c")})`
            }
          }
        })
  }
}

interface Neighbourhood {
  readonly needs: ReadonlyArray<NamedColumn>
  /** What must be equal. */
  readonly group: ReadonlyArray<Sql>
  /** The order in which neighbours stand side by side. */
  readonly along: Sql
  /** Holds for a row that is near the one before it in the window `side`. */
  readonly near: Sql
}

const TIMES = ["taken_at", "starts_at", "started_at"]
const PLACE = ["latitude", "longitude"]

const neighbourhood = (
  from: Relation,
  by: ReadonlyArray<string>,
  tolerance: { readonly time?: Duration.Duration; readonly place?: number }
): Neighbourhood | null => {
  const byTime = by.find((column) => from.columns.get(column)?.startsWith("TIMESTAMP"))
  const time = byTime ?? TIMES.find((column) => from.columns.has(column)) ?? "taken_at"
  const loose = [...(tolerance.time === undefined ? [] : [time]), ...(tolerance.place === undefined ? [] : PLACE)]
  if (loose.length === 0) return null
  const point = { latitude: name("latitude"), longitude: name("longitude") }
  const before = { latitude: sql`lag(latitude) over side`, longitude: sql`lag(longitude) over side` }
  return {
    needs: loose.map((column) => ({ column, path: ["tolerance", column === time ? "time" : "place"] })),
    group: [
      ...by.filter((column) => !loose.includes(column)).map((column) => name(column)),
      ...loose.map((column) => sql`${name(column)} is null`)
    ],
    along: names([...loose, ...(loose.includes(time) || !from.columns.has(time) ? [] : [time])]),
    near: join(
      [
        ...(tolerance.time === undefined
          ? []
          : [
              sql`epoch_us(${name(time)}) - lag(epoch_us(${name(time)})) over side <= ${literal(Math.round(Duration.toMillis(tolerance.time) * 1000))}`
            ]),
        ...(tolerance.place === undefined ? [] : [sql`${distanceMetres(before, point)} <= ${literal(tolerance.place)}`])
      ],
      " and "
    )
  }
}

const chained = (from: Relation, { group, along, near }: Neighbourhood, known: Sql, order: Sql): Sql => {
  const equal = join(group)
  const ties = names(tieBreakers(from, ["_key"]))
  return sql`with marked as (
      select *, not coalesce(${near}, false) as _apart from ${from.table} where ${known}
      window side as (partition by ${equal} order by ${along}, ${ties})
    ), chained as (
      select *, sum(coalesce(_apart, false)::integer) over (partition by ${equal} order by ${along}, ${ties}
        rows between unbounded preceding and current row) as _chain
      from marked
    )
    select * exclude (_apart, _chain) from chained
    qualify row_number() over (partition by ${equal}, _chain order by ${order}) = 1
    union all
    select * from ${from.table} where not coalesce(${known}, false)`
}

interface Wish {
  readonly needs: ReadonlyArray<NamedColumn>
  readonly order: Sql
}

const preference = (from: Relation, text: string, path: NamedColumn["path"]): Wish => {
  const [column = text, direction] = text.split(" ")
  const ordered = (value: Sql, descending: boolean) =>
    sql`${value} ${(direction === undefined ? descending : direction === "desc") ? sql`desc` : sql`asc`} nulls last`
  const needs = (...columns: ReadonlyArray<string>) => columns.map((needed) => ({ column: needed, path }))
  if (!from.columns.has(column)) {
    if (column === "has_location")
      return {
        needs: needs(...PLACE),
        order: ordered(sql`(latitude is not null and longitude is not null)`, true)
      }
    if (column === "pixels")
      return { needs: needs("width", "height"), order: ordered(sql`(width::double * height)`, true) }
  }
  return { needs: needs(column), order: ordered(name(column), from.columns.get(column) === "BOOLEAN") }
}
