/** Staging tables: what a source's records look like at rest, and how a table follows when that changes. */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import type { Columns, EpochMillis, SqlType, Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Name, uuid5Sql } from "../component/id.ts"
import { type Sql, authored, join, literal, name, names, sql } from "../component/sql.ts"
import type { EntityName } from "../life/entity.ts"
import { STAGED_COLUMNS } from "../pipeline/check-source.ts"
import { type PlannedSource, stagingName } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

/**
 * What a source has staged: its records in a table of the schema `records`, and over it a view in `staging` with what
 * follows from them. A key or an id takes as long to compute as to write: it is computed for those who ask for it.
 */
export interface Staging {
  /** Of the table, and of the view. */
  readonly name: string
  readonly columns: Columns
  readonly entity: EntityName | null
  /** What stands before `_source_id` in the name of every id; null where records bring their own. */
  readonly ids: Name | null
  readonly runId: Uuid
  readonly now: EpochMillis
  /** Of when the content of an archive is, by its path, as far as archives were opened and it is known. */
  readonly exports: Effect.Effect<ReadonlyMap<string, EpochMillis>>
}

/** Of a source whose columns are known. */
export const stagingOf = (
  pipeline: string,
  { account, bound, columns, name: source }: PlannedSource & { readonly columns: Columns },
  { now, runId }: { readonly runId: Uuid; readonly now: EpochMillis }
): Staging => ({
  name: stagingName(pipeline, source),
  columns,
  entity: bound.entity,
  ids: bound.ids(account),
  runId,
  now,
  exports: Effect.succeed(new Map())
})

/** What follows from a record beside its content. */
type Derived = Pick<Staging, "entity" | "ids">

/** The table of records. */
export const recordsOf = ({ name: table }: Pick<Staging, "name">): Sql => name("records", table)

const derived = ({ entity, ids }: Derived): { readonly [column: string]: Sql } => ({
  _key: sql`md5_number(_source_id)`,
  _entity: sql`${literal(entity)}::varchar`,
  ...(ids === null ? {} : { _id: uuid5Sql(ids, sql`_source_id`) })
})

/** The columns that records are stored with, and their types. */
export const storedTypes = (staging: Staging): ReadonlyMap<string, string> => {
  const left = derived(staging)
  return new Map([
    ...STAGED_COLUMNS.filter(([column]) => !Object.hasOwn(left, column)),
    ["_said", "UHUGEINT"],
    ...Object.entries(staging.columns).map(([column, { type }]) => [column, type] as const)
  ])
}

export const storedColumns = (staging: Staging): ReadonlyArray<string> => [...storedTypes(staging).keys()]

/** The hash of a record's content, or of what its source said where the record isn't that any more (`_said`). */
export const hashOf = ({ columns, ids }: Staging, of?: string): Sql => {
  const column = (own: string): Sql => (of === undefined ? name(own) : name(of, own))
  return sql`coalesce(${column("_said")}, ${contentHash(columns, column, ids === null)})`
}

/**
 * Hash of a record's content: MD5 over its columns as text, in the order of their names, instants as microseconds,
 * then whether it is gone, and its entity's id where it brings one. U+0000 stands for NULL and U+001F between columns.
 * The encoding is the same on every machine.
 */
const contentHash = (columns: Columns, of: (column: string) => Sql, withId: boolean): Sql => {
  const parts = Object.keys(columns)
    .toSorted()
    .map((column) => asText(of(column), columns[column]?.type))
  const all = [
    ...parts,
    asText(sql`${of("_gone_at")} is not null`, "BOOLEAN"),
    ...(withId ? [sql`${of("_id")}::varchar`] : [])
  ]
  return sql`md5_number(concat(${join(all, ", chr(31), ")}))`
}

const asText = (value: Sql, type: SqlType | undefined): Sql => {
  if (type === "BOOLEAN") return sql`case ${value} when true then '1' when false then '0' else chr(0) end`
  return sql`ifnull(${type === "TIMESTAMPTZ" ? sql`epoch_us(${value})` : value}::varchar, chr(0))`
}

/** What became of a table: `made` empty, as it `kept`, or `changed`: the same records, stored or named otherwise. */
export type Prepared = "made" | "kept" | "changed"

/** Brings table and view to the shape that the source has now. Records stay as long as their columns keep their types. */
export const prepareStaging = (staging: Staging): Effect.Effect<Prepared, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const present = yield* database.rows(
      sql`select column_name as column, data_type as type, t.comment from duckdb_columns()
          join (select table_oid, comment from duckdb_tables()) t using (table_oid)
        where schema_name = 'records' and table_name = ${literal(staging.name)}`,
      Schema.Struct({ column: Schema.String, type: Schema.String, comment: Schema.NullOr(Schema.String) })
    )
    if (present[0]?.comment === stampOf(staging)) return "kept"
    const types = new Map(present.map(({ column, type }) => [column, type]))
    const keeps = types.size > 0 && storesTheSame(staging, types)
    yield* database.transaction(
      Effect.gen(function* () {
        yield* keeps
          ? rewriteRecords(staging, { columns: storedColumns(staging).filter((column) => types.has(column)) })
          : makeRecords(staging, staging.name)
        yield* database.execute(sql`create or replace view ${name("staging", staging.name)} as ${viewOf(staging)}`)
      })
    )
    return keeps ? "changed" : "made"
  })

interface Rewriting {
  /** Those that are copied; default: all that are stored. */
  readonly columns?: ReadonlyArray<string>
  /** Which records stay; default: all. */
  readonly where?: Sql
}

/** Writes the table anew, in the shape that the source has now. Call it within a transaction. */
export const rewriteRecords = (
  staging: Staging,
  { columns = storedColumns(staging), where = sql`true` }: Rewriting
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    // No source has a name with a hyphen.
    const fresh = `${staging.name}-fresh`
    yield* makeRecords(staging, fresh)
    yield* database.execute(sql`
      insert into ${name("records", fresh)} (${names(columns)})
        select ${names(columns)} from ${recordsOf(staging)} where ${where};
      drop table ${recordsOf(staging)};
      alter table ${name("records", fresh)} rename to ${name(staging.name)};`)
  })

const makeRecords = (staging: Staging, target: string): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.flatMap(Warehouse, ({ database }) =>
    database.execute(sql`
      create or replace table ${name("records", target)} (${definitionOf(staging)});
      comment on table ${name("records", target)} is ${literal(stampOf(staging))}`)
  )

const definitionOf = (staging: Staging): Sql =>
  join([...storedTypes(staging)].map(([column, type]) => sql`${name(column)} ${authored(type)}`))

/** The columns of every staged relation, then the stream's own, then the content's hash, which no relation has. */
const viewOf = (staging: Staging): Sql => {
  const columns = selected(staging, Object.keys(staging.columns))
  return sql`select ${columns}, ${hashOf(staging)} as _hash from ${recordsOf(staging)}`
}

const selected = (of: Derived, own: ReadonlyArray<string>): Sql => {
  const made = derived(of)
  const staged = STAGED_COLUMNS.map(([column]) => sql`${made[column] ?? name(column)} as ${name(column)}`)
  return join([...staged, ...own.map((column) => name(column))])
}

/** A relation's rows for which a condition holds over what is stored: what follows from others is not computed. */
export const stagedWhere = (
  pipeline: string,
  { account, bound, name: source, relation }: PlannedSource,
  condition: Sql
): Sql => {
  const own = [...relation.columns.keys()].filter((column) => !STAGED_COLUMNS.some(([staged]) => staged === column))
  const columns = selected({ entity: bound.entity, ids: bound.ids(account) }, own)
  return sql`(select ${columns} from ${name("records", stagingName(pipeline, source))} where ${condition})`
}

/** Tells whether table and view have the shape that a source has now. */
const stampOf = (staging: Staging): string =>
  `keepsake:${createHash("sha256").update(definitionOf(staging)).update(viewOf(staging)).digest("hex")}`

const storesTheSame = (staging: Staging, types: ReadonlyMap<string, string>): boolean =>
  [...storedTypes(staging)].every(([column, type]) => {
    const other = types.get(column) ?? type
    return other === type || (type === "TIMESTAMPTZ" && other === "TIMESTAMP WITH TIME ZONE")
  })
