/** Merging records into a staging table, by key and content hash. */
import { Effect, Schema } from "effect"
import type { EpochMillis } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Ledger } from "./ledger.ts"
import { type Staging, keyAndHash, recordsOf, rewriteRecords, storedColumns } from "./staging.ts"

/**
 * The rows of `query` (`_source_id`, `_archive`, `_member`, `_gone`, `_rank` and the stream's columns; `_id` where records
 * bring their own) with the columns that are stored.
 */
const storedRows = (staging: Staging, query: Sql, exports: ReadonlyMap<string, EpochMillis>): Sql => {
  const at = instant(staging.now)
  const times = [...exports].map(([path, time]) => sql`(${literal(path)}, ${instant(time)})`)
  const dated =
    times.length === 0 ? sql`` : sql`left join (values ${join(times)}) as e(_path, _exported_at) on e._path = _archive`
  const own: { readonly [column: string]: Sql } = {
    _id: sql`_id::uuid`,
    _said: sql`null::uhugeint`,
    _as_of: times.length === 0 ? sql`null::timestamptz` : sql`e._exported_at`,
    _run: sql`${literal(staging.runId)}::uuid`,
    _first_seen_at: at,
    _last_seen_at: at,
    _gone_at: sql`case when _gone then ${at} end`
  }
  const values = storedColumns(staging).map((column) => sql`${own[column] ?? name(column)} as ${name(column)}`)
  return sql`select ${join(values)} from (${query}) ${dated}`
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
    const incoming = storedRows(staging, query, yield* staging.exports)
    const isEmpty = (yield* count(sql`(select 1 from ${recordsOf(staging)} limit 1)`)) === 0
    return yield* isEmpty ? firstLoad(staging, incoming) : compare(staging, incoming)
  })

const count = (from: Sql): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Count)
    return row?.n ?? 0
  })

const Loaded = Schema.Struct({ n: Schema.Number, kept: Schema.Number, gone: Schema.Number })

/** Into an empty table there is nothing to compare with: rows are written first, and looked through for duplicates after. */
const firstLoad = (staging: Staging, incoming: Sql): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    const columns = names(storedColumns(staging))
    yield* database.execute(sql`insert into ${records} (${columns}) ${incoming}`)
    const [sums] = yield* database.rows(
      sql`select count(*) as n, count(distinct md5_number(_source_id)) as kept, count(_gone_at) as gone from ${records}`,
      Loaded
    )
    const { n, kept, gone } = sums ?? { n: 0, kept: 0, gone: 0 }
    if (kept < n) {
      // Rows that are deleted where they were just written would cost all others their short way into the file.
      yield* rewriteRecords(staging, {
        where: sql`rowid not in (
          select unnest(list(row order by _rank desc, coalesce(_as_of, 'epoch') desc, _hash desc, row)[2:]) from (
            select rowid as row, _rank, _as_of, ${keyAndHash(staging)} from ${records} where md5_number(_source_id) in
              (select md5_number(_source_id) from ${records} group by all having count(*) > 1)
          ) group by _key)`
      })
    }
    yield* database.execute(sql`insert into _seen select md5_number(_source_id) from ${records}`)
    return { read: n, new: kept, changed: 0, unchanged: 0, duplicate: n - kept, deleted: gone, touched: kept }
  })

const compare = (staging: Staging, incoming: Sql): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    const columns = storedColumns(staging)
    const own = Object.keys(staging.columns)
    // Rank decides. Else a newer export counts before an older one, whatever order they come in; within a run, the first
    // of equals does.
    const counts = sql`case when b._rank <> coalesce(s._rank, 0) then b._rank > coalesce(s._rank, 0) when b._again then coalesce(b._as_of > s._as_of, false) else coalesce(b._as_of >= s._as_of, true) end`
    // I7: an archive never says that something is gone, so that an older or poorer one may still fill what is unknown.
    const fills = join(
      own.map((column) => sql`(s.${name(column)} is null and b.${name(column)} is not null)`),
      " or "
    )
    const lesser = sql`(b._rank < coalesce(s._rank, 0) or b._as_of < s._as_of)`
    yield* database.execute(sql`
      create or replace temp table _rows as select *, ${keyAndHash(staging)} from (${incoming});
      create or replace temp table _batch as
        select *, _key in (select _key from _seen) as _again from _rows
        qualify row_number() over (partition by _key order by _rank desc, _as_of desc nulls last, rowid) = 1;
      insert into _seen select _key from _batch where not _again;
      create or replace temp table _class as
        select b._key, b._again, s._key is null as is_new, s._first_seen_at as since, s._hash as said,
          s._hash is distinct from b._hash and ${counts} as differs,
          coalesce(s._hash <> b._hash and not ${counts} and ${lesser} and (${fills}), false) as gains,
          (s._archive is distinct from b._archive or s._member is distinct from b._member) and ${counts} as moved
        from _batch b left join (select *, ${keyAndHash(staging)} from ${records}) s on s._key = b._key;`)
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
        delete from ${records} where md5_number(_source_id) in (select _key from _class where not is_new and differs);
        insert into ${records} (${names(columns)})
          select ${join(values)} from _batch b join _class c on c._key = b._key where c.is_new or c.differs;`)
    }
    if (filled > 0) {
      const filling = own.map((column) => sql`${name(column)} = coalesce(s.${name(column)}, b.${name(column)})`)
      // What its own source said of it stays its hash: so that source, read again, changes nothing (I3).
      yield* database.execute(sql`
        update ${records} as s
        set ${join([...filling, sql`_said = c.said`, sql`_run = b._run`, sql`_last_seen_at = b._last_seen_at`])}
        from _batch b join _class c on c._key = b._key where md5_number(s._source_id) = b._key and c.gains`)
    }
    if (moved > 0) {
      // The same record in a newer archive: it is now to be found there.
      yield* database.execute(sql`
        update ${records} as s set _archive = b._archive, _member = b._member, _as_of = b._as_of, _rank = b._rank
        from _batch b join _class c on c._key = b._key
        where md5_number(s._source_id) = b._key and c.moved and not c.is_new and not c.differs`)
    }
    yield* database.execute(sql`drop table _rows; drop table _batch; drop table _class`)
    const duplicate = read - added - changed - unchanged
    return { read, new: added, changed, unchanged, duplicate, deleted, touched: added + changed + renewed }
  })
