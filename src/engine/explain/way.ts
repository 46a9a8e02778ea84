/** The way of records through their pipelines: which relations have them, and by what SQL. */
import { Effect, Schema } from "effect"
import { Catalogue } from "../../component/catalogue.ts"
import { Database } from "../../component/database.ts"
import { join, literal, name, sql } from "../../component/sql.ts"

export interface Station {
  readonly pipeline: string
  readonly relation: string
  readonly kind: "source" | "transform" | "sink"
  readonly type: string
  /** What its kind does, in a sentence; empty for sources. */
  readonly does: string
  readonly inputs: ReadonlyArray<string>
  /** How many of its rows are about what was asked; null where rows no longer say what they are. */
  readonly rows: number | null
  readonly query: string | null
}

const Source = Schema.Struct({
  pipeline: Schema.String,
  source: Schema.String,
  type: Schema.String,
  table: Schema.String
})
const Step = Schema.Struct({
  pipeline: Schema.String,
  kind: Schema.Literals(["transform", "sink"]),
  relation: Schema.String,
  type: Schema.String,
  inputs: Schema.Array(Schema.String),
  query: Schema.NullOr(Schema.String),
  columns: Schema.Array(Schema.String)
})
const Count = Schema.Struct({ n: Schema.Number })

export const sourcesRead = Effect.gen(function* () {
  const database = yield* Database
  return yield* database.rows(
    sql`select s.pipeline, s.source, connector || '.' || stream as type, s.pipeline || '__' || s.source as "table"
      from state.sources s join information_schema.tables t on t.table_schema = 'staging'
        and t.table_name = s.pipeline || '__' || s.source order by all`,
    Source
  )
})

/** Of a way, the stations that lead to what `maker` (`pipeline.relation`) makes, and the sinks that take it. */
export const leadingTo = (way: ReadonlyArray<Station>, maker: string): ReadonlyArray<Station> => {
  const named = new Map(way.map((station) => [`${station.pipeline}.${station.relation}`, station]))
  const leading = new Set<Station>()
  const visit = (from: string): void => {
    const station = named.get(from)
    if (station === undefined || leading.has(station)) return
    leading.add(station)
    station.inputs.forEach((input) => visit(`${station.pipeline}.${input}`))
  }
  visit(maker)
  const takes = ({ inputs, kind, pipeline }: Station) =>
    kind === "sink" && inputs.some((input) => `${pipeline}.${input}` === maker)
  return leading.size === 0 ? way : way.filter((station) => leading.has(station) || takes(station))
}

/** The stations that any of the entities passed, in their order. */
export const wayOf = (ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const catalogue = yield* Catalogue
    if (ids.length === 0) return []
    const list = sql`(${join(ids.map((id) => literal(id)))})`
    const count = (from: ReturnType<typeof name>, columns: ReadonlyArray<string>) =>
      Effect.map(
        database.rows(
          sql`select count(*) as n from ${from} where ${join(
            columns.map((column) => sql`${name(column)} in ${list}`),
            " or "
          )}`,
          Count
        ),
        ([row]) => row?.n ?? 0
      )
    const stations: Array<Station> = []
    for (const { pipeline, source, table, type } of yield* sourcesRead) {
      const rows = yield* count(name("staging", table), ["_id"])
      if (rows > 0)
        stations.push({ pipeline, relation: source, kind: "source", type, does: "", inputs: [], rows, query: null })
    }
    const steps = yield* database.rows(
      sql`select s.pipeline, split_part(step, ':', 1) as kind, split_part(step, ':', 2) as relation, type, inputs, query,
          coalesce((select list(column_name) from information_schema.columns where table_schema = 'build'
            and table_name = s.pipeline || '__' || split_part(step, ':', 2) and column_name in ('_id', 'right_id')), []) as columns
        from state.steps s where type is not null and step not like 'source:%' and step not like 'lookup:%'`,
      Step
    )
    const passed = new Set(stations.map(({ pipeline, relation }) => `${pipeline}.${relation}`))
    for (let waiting = [...steps]; waiting.length > 0;) {
      const ready = waiting.filter(({ inputs, pipeline }) =>
        inputs.every(
          (input) =>
            !waiting.some(
              (other) => other.pipeline === pipeline && other.kind === "transform" && other.relation === input
            )
        )
      )
      if (ready.length === 0) break
      for (const { columns, inputs, kind, pipeline, query, relation, type } of ready) {
        if (!inputs.some((input) => passed.has(`${pipeline}.${input}`))) continue
        const rows = columns.length === 0 ? null : yield* count(name("build", `${pipeline}__${relation}`), columns)
        const does = (kind === "sink" ? catalogue.sinks : catalogue.transforms).get(type)?.summary ?? ""
        stations.push({ pipeline, relation, kind, type, does, inputs, rows, query })
        if (kind === "transform" && rows !== 0) passed.add(`${pipeline}.${relation}`)
      }
      waiting = waiting.filter((step) => !ready.includes(step))
    }
    return stations
  })
