/** Merging records into a staging table, by key and content hash. */
import { Effect, Schema } from "effect"
import type { Columns, EpochMillis, SqlType, Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, authored, join, literal, name, names, sql } from "../component/sql.ts"
import type { EntityName } from "../life/entity.ts"
import { STAGED_COLUMNS } from "../pipeline/check-source.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Ledger } from "./ledger.ts"

/** A staging table as the merge needs it. */
export interface Staging {
  readonly table: Sql
  readonly columns: Columns
  readonly entity: EntityName | null
  readonly runId: Uuid
  readonly now: EpochMillis
  /** Of when the content of an archive is, by its path, as far as archives were opened and it is known. */
  readonly exports: Effect.Effect<ReadonlyMap<string, EpochMillis>>
}

/** Creates the table where it is missing, and adds columns that came since. Tells whether it was there. */
export const prepareStaging = (
  staging: Staging,
  schemaAndName: readonly [schema: string, table: string]
): Effect.Effect<{ readonly existed: boolean }, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const wanted: ReadonlyArray<readonly [string, string]> = [
      ...STAGED_COLUMNS,
      ...Object.entries(staging.columns).map(([column, { type }]) => [column, type] as const)
    ]
    const present = yield* database.rows(
      sql`select column_name as column, data_type as type from duckdb_columns()
        where schema_name = ${literal(schemaAndName[0])} and table_name = ${literal(schemaAndName[1])}`,
      Schema.Struct({ column: Schema.String, type: Schema.String })
    )
    const types = new Map(present.map(({ column, type }) => [column, type]))
    const sameType = (type: string, other: string) =>
      type === other || (type === "TIMESTAMPTZ" && other === "TIMESTAMP WITH TIME ZONE")
    const compatible = wanted.every(([column, type]) => sameType(type, types.get(column) ?? type))
    if (types.size > 0 && compatible) {
      for (const [column, type] of wanted) {
        if (!types.has(column)) {
          yield* database.execute(sql`alter table ${staging.table} add column ${name(column)} ${authored(type)}`)
        }
      }
      return { existed: true }
    }
    yield* database.execute(
      sql`create or replace table ${staging.table} (${join(wanted.map(([column, type]) => sql`${name(column)} ${authored(type)}`))})`
    )
    return { existed: false }
  })

/**
 * Hash of a record's content: MD5 over its columns as text, in the order of their names, instants as microseconds,
 * then whether it is gone, and its entity's id, which another `account` changes. U+0000 stands for NULL and U+001F between columns. The encoding is the same on every machine.
 */
const contentHash = (columns: Columns, gone: Sql): Sql => {
  const parts = Object.keys(columns)
    .toSorted()
    .map((column) => asText(name(column), columns[column]?.type))
  return sql`md5_number(concat(${join([...parts, asText(gone, "BOOLEAN"), sql`_id::varchar`], ", chr(31), ")}))`
}

const asText = (value: Sql, type: SqlType | undefined): Sql => {
  if (type === "BOOLEAN") return sql`case ${value} when true then '1' when false then '0' else chr(0) end`
  return sql`ifnull(${type === "TIMESTAMPTZ" ? sql`epoch_us(${value})` : value}::varchar, chr(0))`
}

const stagedNames = (columns: Columns): ReadonlyArray<string> => [
  ...STAGED_COLUMNS.map(([column]) => column),
  ...Object.keys(columns)
]

/**
 * The rows of `query` (`_source_id`, `_id`, `_archive`, `_member`, `_gone`, `_rank` and the stream's columns) as staged rows.
 */
const stagedRows = (staging: Staging, query: Sql, exports: ReadonlyMap<string, EpochMillis>): Sql => {
  const at = instant(staging.now)
  const times = [...exports].map(([path, time]) => sql`(${literal(path)}, ${instant(time)})`)
  const dated =
    times.length === 0 ? sql`` : sql`left join (values ${join(times)}) as e(_path, _exported_at) on e._path = _archive`
  return sql`
    select md5_number(_source_id) as _key, ${literal(staging.entity)}::varchar as _entity, _id::uuid as _id,
      ${contentHash(staging.columns, sql`_gone`)} as _hash, _source_id, _archive, _member,
      ${times.length === 0 ? sql`null::timestamptz` : sql`e._exported_at`} as _as_of, _rank, ${literal(staging.runId)}::uuid as _run, ${at} as _first_seen_at, ${at} as _last_seen_at,
      case when _gone then ${at} end as _gone_at, ${names(Object.keys(staging.columns))}
    from (${query}) ${dated}`
}

const instant = (time: EpochMillis): Sql => sql`make_timestamptz(${literal(time * 1000)})`

const Count = Schema.Struct({ n: Schema.Number })
const Classes = Schema.Struct({
  added: Schema.Number,
  changed: Schema.Number,
  unchanged: Schema.Number,
  /** Seen before in this run, in an older export. */
  renewed: Schema.Number,
  /** Of those that changed: unknown values that an older or poorer record knows. */
  filled: Schema.Number,
  moved: Schema.Number,
  deleted: Schema.Number
})

const NOTHING: typeof Classes.Type = { added: 0, changed: 0, unchanged: 0, renewed: 0, filled: 0, moved: 0, deleted: 0 }

interface Merged extends Pick<Ledger, "read" | "new" | "changed" | "unchanged" | "duplicate" | "deleted"> {
  /** Rows that aren't as they were; of the duplicates, those from a newer export too. */
  readonly touched: number
}

/** Forgets which keys this run has seen; a key seen twice in a run is a duplicate. */
export const beginMerge: Effect.Effect<void, DatabaseError, Warehouse> = Effect.gen(function* () {
  const { database } = yield* Warehouse
  yield* database.execute(sql`create or replace temp table _seen (_key uhugeint)`)
})

/** Merges the rows of a query. Call it within the transaction that also writes checkpoint and ledger (I1). */
export const merge = (staging: Staging, query: Sql): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const count = (from: Sql) =>
      Effect.map(database.rows(sql`select count(*) as n from ${from}`, Count), ([row]) => row?.n ?? 0)
    const columns = stagedNames(staging.columns)
    const incoming = stagedRows(staging, query, yield* staging.exports)
    if ((yield* count(sql`(select 1 from ${staging.table} limit 1)`)) === 0) {
      // Into an empty table there is nothing to compare with: write first, and look for duplicates after.
      yield* database.execute(sql`insert into ${staging.table} (${names(columns)}) ${incoming}`)
      const [sums] = yield* database.rows(
        sql`select count(*) as n, count(distinct _key) as kept, count(_gone_at) as gone from ${staging.table}`,
        Schema.Struct({ n: Schema.Number, kept: Schema.Number, gone: Schema.Number })
      )
      const { n, kept, gone } = sums ?? { n: 0, kept: 0, gone: 0 }
      if (kept < n) {
        yield* database.execute(sql`
          delete from ${staging.table} where rowid not in
            (select arg_max(rowid, (_rank, coalesce(_as_of, 'epoch'), _hash, -rowid)) from ${staging.table} group by _key)`)
      }
      yield* database.execute(sql`insert into _seen select _key from ${staging.table}`)
      return { read: n, new: kept, changed: 0, unchanged: 0, duplicate: n - kept, deleted: gone, touched: kept }
    }
    // Rank decides. Else a newer export counts before an older one, whatever order they come in; within a run, the first
    // of equals does.
    const counts = sql`case when b._rank <> coalesce(s._rank, 0) then b._rank > coalesce(s._rank, 0) when b._again then coalesce(b._as_of > s._as_of, false) else coalesce(b._as_of >= s._as_of, true) end`
    // I7: an archive never says that something is gone, so that an older or poorer one may still fill what is unknown.
    const fills = join(
      Object.keys(staging.columns).map((column) => sql`(s.${name(column)} is null and b.${name(column)} is not null)`),
      " or "
    )
    const lesser = sql`(b._rank < coalesce(s._rank, 0) or b._as_of < s._as_of)`
    yield* database.execute(sql`
      create or replace temp table _rows as ${incoming};
      create or replace temp table _batch as
        select *, _key in (select _key from _seen) as _again from _rows
        qualify row_number() over (partition by _key order by _rank desc, _as_of desc nulls last, rowid) = 1;
      insert into _seen select _key from _batch where not _again;
      create or replace temp table _class as
        select b._key, b._again, s._key is null as is_new, s._first_seen_at as since,
          s._hash is distinct from b._hash and ${counts} as differs,
          coalesce(s._hash <> b._hash and not ${counts} and ${lesser} and (${fills}), false) as gains,
          (s._archive is distinct from b._archive or s._member is distinct from b._member) and ${counts} as moved
        from _batch b left join ${staging.table} s on s._key = b._key;`)
    const [classes] = yield* database.rows(
      sql`select count(*) filter (is_new) as added, count(*) filter (not is_new and (differs or gains) and not _again) as changed,
        count(*) filter (not is_new and not differs and not gains and not _again) as unchanged,
        count(*) filter (_again and (differs or gains)) as renewed, count(*) filter (gains) as filled, count(*) filter (moved and not is_new and not differs) as moved,
        (select count(*) from _batch b join _class c using (_key) where b._gone_at is not null and c.differs and not c._again) as deleted
        from _class`,
      Classes
    )
    const { added, changed, deleted, filled, moved, renewed, unchanged } = classes ?? NOTHING
    const read = yield* count(sql`_rows`)
    if (added + changed + renewed > 0) {
      const values = columns.map((column) =>
        column === "_first_seen_at" ? sql`coalesce(c.since, b._first_seen_at)` : sql`b.${name(column)}`
      )
      yield* database.execute(sql`
        delete from ${staging.table} where _key in (select _key from _class where not is_new and differs);
        insert into ${staging.table} (${names(columns)})
          select ${join(values)} from _batch b join _class c on c._key = b._key where c.is_new or c.differs;`)
    }
    if (filled > 0) {
      const filling = Object.keys(staging.columns).map(
        (column) => sql`${name(column)} = coalesce(s.${name(column)}, b.${name(column)})`
      )
      yield* database.execute(sql`
        update ${staging.table} as s set ${join([...filling, sql`_run = b._run`, sql`_last_seen_at = b._last_seen_at`])}
        from _batch b join _class c on c._key = b._key where s._key = b._key and c.gains`)
    }
    if (moved > 0) {
      // The same record in a newer archive: it is now to be found there.
      yield* database.execute(sql`
        update ${staging.table} as s set _archive = b._archive, _member = b._member, _as_of = b._as_of, _rank = b._rank
        from _batch b join _class c on c._key = b._key
        where s._key = b._key and c.moved and not c.is_new and not c.differs`)
    }
    yield* database.execute(sql`drop table _rows; drop table _batch; drop table _class`)
    const duplicate = read - added - changed - unchanged
    return { read, new: added, changed, unchanged, duplicate, deleted, touched: added + changed + renewed }
  })
