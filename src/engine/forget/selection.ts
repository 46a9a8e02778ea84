/** What is to be forgotten: staged records, and the entities that they, or `life` itself, tell of. */
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import { type DatabaseError, sourceError } from "../../component/error.ts"
import { nearest } from "../../component/nearest.ts"
import { type Sql, empty, join, literal, name, sql } from "../../component/sql.ts"
import { entities } from "../../life/entity.ts"
import { find } from "../../life/find.ts"
import { tableOf, tablesByType } from "../../life/table.ts"
import { stagingName } from "../../pipeline/plan.ts"

/** Dates count whole days, the last included. */
export type Selector =
  | { readonly kind: "source"; readonly pipeline: string; readonly source: string }
  | { readonly kind: "account"; readonly account: string }
  | { readonly kind: "connection"; readonly connection: string }
  | { readonly kind: "place"; readonly id: string }
  | { readonly kind: "person"; readonly id: string; readonly words: ReadonlyArray<string> }
  | { readonly kind: "between"; readonly from: string; readonly until: string }

export interface Affected {
  readonly pipeline: string
  readonly source: string
  readonly account: string
  readonly records: number
  /** All of it goes, its table too. */
  readonly whole: boolean
}

const Known = Schema.Struct({
  pipeline: Schema.String,
  source: Schema.String,
  account: Schema.String,
  connection: Schema.NullOr(Schema.String),
  time: Schema.NullOr(Schema.String),
  entity: Schema.NullOr(Schema.String),
  columns: Schema.Array(Schema.String)
})
type Known = typeof Known.Type
const Count = Schema.Struct({ n: Schema.Number })
const Named = Schema.Struct({ name: Schema.String })

const unknown = (what: string, wanted: string, known: ReadonlyArray<string>) => {
  const near = nearest(wanted, known)
  const hint =
    near === null
      ? known.length === 0
        ? ""
        : `There are: ${known.slice(0, 12).join(", ")}.`
      : `Did you mean "${near}"?`
  return sourceError(`unknown-${what}`, `There is no ${what} "${wanted}".`, hint, { fault: "pipeline" })
}

const knownSources = Effect.flatMap(Database, (database) =>
  database.rows(
    sql`select s.pipeline, s.source, account, connection, time_column as time, entity,
        (select list(column_name) from duckdb_columns() c
          where c.schema_name = 'staging' and c.table_name = s.pipeline || '__' || s.source) as columns
      from state.sources s join duckdb_tables() t on t.schema_name = 'records'
        and t.table_name = s.pipeline || '__' || s.source order by all`,
    Known
  )
)

/** The words of the command line as a selector; what isn't known is refused, with the nearest that is. */
export const selectorOf = (kind: Selector["kind"], words: string, until: string | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const sources = yield* knownSources
    const among = (values: ReadonlyArray<string | null>, of: string) => {
      const known = [...new Set(values.flatMap((value) => value ?? []))]
      return known.includes(words) ? Effect.void : Effect.fail(unknown(of, words, known))
    }
    switch (kind) {
      case "source": {
        yield* among(
          sources.map(({ pipeline, source }) => `${pipeline}.${source}`),
          "source"
        )
        const dot = words.indexOf(".")
        return { kind, pipeline: words.slice(0, dot), source: words.slice(dot + 1) } satisfies Selector
      }
      case "account": {
        const kept = yield* database.rows(sql`select distinct account as name from life.provenance`, Named)
        yield* among([...sources.map(({ account }) => account), ...kept.map((row) => row.name)], "account")
        return { kind, account: words } satisfies Selector
      }
      case "connection":
        yield* among(
          sources.map(({ connection }) => connection),
          "connection"
        )
        return { kind, connection: words } satisfies Selector
      case "place":
        return {
          kind,
          id: yield* idOf("places", words, sql`name = ${literal(words)} or name ilike ${literal(words)}`)
        } satisfies Selector
      case "person": {
        const id = yield* idOf(
          "people",
          words,
          sql`name ilike ${literal(words)} or list_contains(from_json(addresses, '["VARCHAR"]'), lower(${literal(words)}))`
        )
        const said = yield* database.rows(
          sql`select unnest(list_concat([name], coalesce(from_json(addresses, '["VARCHAR"]'), []))) as name
            from life.people where person_id = ${literal(id)}`,
          Schema.Struct({ name: Schema.NullOr(Schema.String) })
        )
        return { kind, id, words: said.flatMap((row) => row.name ?? []) } satisfies Selector
      }
      case "between": {
        const bounds = [words, until ?? ""].map((bound) => sql`try_cast(${literal(bound)} as timestamptz) is not null`)
        const [valid] = yield* database.rows(
          sql`select (${join(bounds, " and ")} and ${literal(words)} <= ${literal(until)})::integer as n`,
          Count
        )
        if (valid?.n !== 1) {
          return yield* sourceError(
            "wrong-span",
            `From ${words} to ${until} is no span of time.`,
            "Write two dates, the earlier first: --between 2024-05-01 2024-05-31",
            { fault: "pipeline" }
          )
        }
        return { kind, from: words, until: until ?? words } satisfies Selector
      }
    }
  })

/** By id, or by what people call it; several of one name are told apart by their ids. */
const idOf = (type: "places" | "people", words: string, called: Sql) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { id } = entities[type]
    const rows = yield* database.rows(
      sql`select ${name(id)}::varchar as name from life.${name(type)} where ${called} limit 5`,
      Named
    )
    const what = type === "places" ? "place" : "person"
    const [first] = rows
    if (rows.length > 1) {
      return yield* sourceError(
        "ambiguous",
        `Several are called "${words}": ${rows.map((row) => row.name).join(", ")}.`,
        "Give the id of one.",
        { fault: "pipeline" }
      )
    }
    if (first !== undefined) return first.name
    return yield* find(`${type}:${words}`).pipe(
      Effect.map((found) => found.id as string),
      Effect.catchIf(
        (error) => error._tag === "SourceError",
        () =>
          Effect.flatMap(
            database.rows(sql`select distinct name from life.${name(type)} where name is not null limit 5000`, Named),
            (all) =>
              Effect.fail(
                unknown(
                  what,
                  words,
                  all.map((row) => row.name)
                )
              )
          )
      )
    )
  })

/** As near to a place with coordinates as counts as being there, in metres. */
const AT_PLACE_METRES = 250

/**
 * Fills `_records` (`source`, `source_id`) and `_gone` (`type`, `id`). Of a person, records tell of others too: they are
 * named, and changed instead of deleted.
 */
export const select = (selector: Selector): Effect.Effect<ReadonlyArray<Affected>, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const sources = yield* knownSources
    yield* database.execute(sql`
      create or replace temp table _gone as ${lifeOf(selector)};
      create or replace temp table _records (source varchar, source_id varchar, type varchar, id uuid);`)
    const affected: Array<Affected> = []
    for (const known of sources) {
      const which = recordsOf(selector, known)
      if (which === null) continue
      const table = stagingName(known.pipeline, known.source)
      yield* database.execute(sql`
        insert into _records select ${literal(table)}, _source_id, _entity, _id from ${name("staging", table)} t where ${which}`)
      const [count] = yield* database.rows(
        sql`select count(*) as n from _records where source = ${literal(table)}`,
        Count
      )
      const whole = ["source", "account", "connection"].includes(selector.kind)
      if ((count?.n ?? 0) === 0 && !whole) continue
      const { account, pipeline, source } = known
      affected.push({ pipeline, source, account, records: count?.n ?? 0, whole })
    }
    yield* database.execute(sql`
      insert into _gone select distinct type, id from _records where type is not null and id is not null
        and (type, id) not in (from _gone)`)
    return affected
  })

const recordsOf = (
  selector: Selector,
  { account, columns, connection, entity, pipeline, source, time }: Known
): Sql | null => {
  switch (selector.kind) {
    case "source":
      return pipeline === selector.pipeline && source === selector.source ? sql`true` : null
    case "account":
      return account === selector.account ? sql`true` : null
    case "connection":
      return connection === selector.connection ? sql`true` : null
    case "between": {
      const date = ["local_date", "local_start_date"].find((column) => columns.includes(column))
      const at = time ?? TIMES[entity ?? ""]?.[0]
      return at === undefined || !columns.includes(at)
        ? null
        : between(selector, name(at), date === undefined ? null : name(date))
    }
    case "place": {
      const known = sql`(t._entity, t._id) in (from _gone)`
      const named = columns.includes("place_id") ? sql`or t.place_id = ${literal(selector.id)}` : empty
      const near =
        columns.includes("latitude") && columns.includes("longitude")
          ? sql`or exists (select 1 from life.places p where p.place_id = ${literal(selector.id)} and p.kind <> 'city'
              and ${metres(sql`p`, sql`t`)} <= ${literal(AT_PLACE_METRES)})`
          : empty
      return sql`${known} ${named} ${near}`
    }
    case "person": {
      const lists = (entity === "events" ? ["attendees"] : ["people", "sharers"]).filter((column) =>
        columns.includes(column)
      )
      return lists.length === 0
        ? null
        : sql`(${join(
            lists.map((column) => mentions(selector.words, name(column))),
            " or "
          )})`
    }
  }
}

/** Great-circle distance; NULL where either has no coordinates. */
const metres = (a: Sql, b: Sql): Sql => sql`
  12742000 * asin(least(1, sqrt(pow(sin(radians(${b}.latitude - ${a}.latitude) / 2), 2)
    + cos(radians(${a}.latitude)) * cos(radians(${b}.latitude)) * pow(sin(radians(${b}.longitude - ${a}.longitude) / 2), 2))))`

const DATE = /^\d{4}-\d\d-\d\d$/

const between = ({ from, until }: Extract<Selector, { kind: "between" }>, time: Sql, date: Sql | null): Sql =>
  DATE.test(from) && DATE.test(until)
    ? sql`coalesce(${date ?? sql`null`}, ${time}::date) between ${literal(from)}::date and ${literal(until)}::date`
    : sql`${time} between ${literal(from)}::timestamptz and ${literal(until)}::timestamptz`

/** Does a list of people name the person? An address tells people apart; where there is none, the name does. */
export const isPerson = (words: ReadonlyArray<string>, person: Sql): Sql => {
  const list = sql`(${join(words.map((word) => literal(word.toLowerCase())))})`
  return sql`(lower(${person}->>'address') in ${list} or ((${person}->>'address') is null and lower(${person}->>'name') in ${list}))`
}

const mentions = (words: ReadonlyArray<string>, people: Sql): Sql =>
  sql`coalesce(len(list_filter(from_json(${people}, '["JSON"]'), lambda p: ${isPerson(words, sql`p`)})) > 0, false)`

/** Times by which rows of `life` are found where nothing is staged any more. */
const TIMES: { readonly [type: string]: readonly [time: string, date: string | null] } = {
  media: ["taken_at", "local_date"],
  events: ["starts_at", "local_start_date"],
  plays: ["started_at", null],
  samples: ["starts_at", "local_date"],
  visits: ["starts_at", null],
  memory: ["starts_at", "local_date"]
}

/** Entities that `life` knows by itself. */
const lifeOf = (selector: Selector): Sql => {
  switch (selector.kind) {
    case "source":
    case "connection":
      return sql`select null::varchar as type, null::uuid as id limit 0`
    case "account":
      return sql`select distinct entity_type as type, entity_id as id from life.provenance where account = ${literal(selector.account)}`
    case "person":
      return sql`select 'people' as type, ${literal(selector.id)}::uuid as id`
    case "place": {
      const place = literal(selector.id)
      return sql`
        select 'places' as type, ${place}::uuid as id
        union select from_type, from_id from life.links where to_type = 'places' and to_id = ${place}
          and from_type <> 'memory' and relation = 'taken_at'
        union select 'visits', visit_id from life.visits where place_id = ${place}`
    }
    case "between":
      return sql`${join(
        Object.entries(TIMES).map(([type, [time, date]]) => {
          const table = tablesByType.get(type)
          const at = between(selector, name(time), date === null ? null : name(date))
          return table === undefined
            ? empty
            : sql`select ${literal(type)} as type, ${name(table.key[0] ?? "")} as id from ${tableOf(table)} where ${at}`
        }),
        " union all "
      )}`
  }
}
