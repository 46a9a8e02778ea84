/** Merging records into a staging table, by key and content hash. */
import { Effect, Schema } from "effect"
import type { EpochMillis } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { type Classifying, classify } from "./classify.ts"
import { isFrom } from "./files.ts"
import type { Ledger } from "./ledger.ts"
import { keepPast } from "./past.ts"
import { seenOf } from "./seen.ts"
import { type Staging, hashOf, recordsOf, rewriteRecords, storedColumns } from "./staging.ts"

/** The rows of a query with the columns that are stored. */
const storedRows = (staging: Staging, query: Sql, exports: ReadonlyMap<string, EpochMillis>): Sql => {
  const at = instant(staging.now)
  const [first, ...others] = [...exports]
  // Of one archive, nothing has to be joined.
  const dated =
    others.length === 0
      ? sql``
      : sql`left join (values ${join([...exports].map(([path, time]) => sql`(${literal(path)}, ${instant(time)})`))})
          as e(_path, _exported_at) on e._path = _archive`
  const exportedAt =
    first === undefined
      ? sql`null::timestamptz`
      : sql`case when _archive = ${literal(first[0])} then ${instant(first[1])} end`
  const own: { readonly [column: string]: Sql } = {
    _id: sql`_id::uuid`,
    _said: sql`null::uhugeint`,
    _as_of: others.length === 0 ? exportedAt : sql`e._exported_at`,
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
  deleted: Schema.Number,
  /** Staged from an archive that isn't read now. */
  beside: Schema.Number
})

const NOTHING: typeof Classes.Type = {
  added: 0,
  changed: 0,
  unchanged: 0,
  renewed: 0,
  filled: 0,
  moved: 0,
  deleted: 0,
  beside: 0
}

interface Merged extends Pick<Ledger, "read" | "new" | "changed" | "unchanged" | "duplicate" | "deleted"> {
  /** Rows that aren't as they were; of the duplicates, those from a newer export too. */
  readonly touched: number
  /** Keys that an archive which isn't read now has too. */
  readonly beside: number
}

export interface Merging {
  /** The rows: `_source_id`, `_archive`, `_member`, `_gone`, `_rank`, the stream's columns, `_id` where they bring their own. */
  readonly query: Sql
  /** Nothing of this source follows in this run: which keys were seen need not be noted. */
  readonly isAll: boolean
  /** How many copies the query leaves out, so that no key is in it twice. Null: it may have copies. */
  readonly left: number | null
  /** The rows count as they are, whatever is staged. */
  readonly weighed: boolean
  /** What a key is that comes again in this run: of archives a copy, of a provider what is newer. */
  readonly again: "copy" | "newer"
  /** The rows are in memory already: that they pass through as if they weren't saves nothing. */
  readonly held?: boolean
  /** The query has all rows of these archives, and what is staged of others is as if it was read with them; null: of all. */
  readonly only?: ReadonlySet<string> | null
}

/** Merges the rows of a query. Call it within the transaction that also writes checkpoint and ledger (I1). */
export const merge = (staging: Staging, merging: Merging): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const incoming = storedRows(staging, merging.query, yield* staging.exports)
    const isEmpty = (yield* count(sql`(select 1 from ${recordsOf(staging)} limit 1)`)) === 0
    const { database } = yield* Warehouse
    const { only = null } = merging
    const standing =
      only === null ? 0 : yield* count(sql`${recordsOf(staging)} where not ${isFrom(sql`_archive`, only)}`)
    const first = firstLoad(staging, incoming, merging)
    const merged = yield* isEmpty
      ? merging.held === true
        ? first
        : database.lean(first)
      : compare(staging, incoming, merging)
    const left = merging.left ?? 0
    return {
      ...merged,
      read: merged.read + left + standing,
      unchanged: merged.unchanged + standing - merged.beside,
      duplicate: merged.duplicate + left + merged.beside
    }
  })

const count = (from: Sql): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Count)
    return row?.n ?? 0
  })

const Loaded = Schema.Struct({ n: Schema.Number, gone: Schema.Number })

/** Into an empty table there is nothing to compare with: rows are written first, and looked through for duplicates after. */
const firstLoad = (
  staging: Staging,
  incoming: Sql,
  { isAll, left }: Merging
): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    const columns = names(storedColumns(staging))
    yield* database.execute(sql`insert into ${records} (${columns}) ${incoming}`)
    const [sums] = yield* database.rows(sql`select count(*) as n, count(_gone_at) as gone from ${records}`, Loaded)
    const { n, gone } = sums ?? { n: 0, gone: 0 }
    const copies = left === null ? yield* dropCopies(staging) : 0
    if (!isAll) yield* database.execute(sql`insert into ${seenOf(staging)} select _source_id from ${records}`)
    const kept = n - copies
    return { read: n, new: kept, changed: 0, unchanged: 0, duplicate: copies, deleted: gone, touched: kept, beside: 0 }
  })

/** Keeps one row of each key; gives how many others there were. */
const dropCopies = (staging: Staging): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    // Hashes of this process alone, of which some are equal by chance: they only say where to look.
    yield* database.execute(sql`
      create or replace temp table _suspects as
        select hash(_source_id) as suspect from ${records} group by suspect having count(*) > 1;`)
    if ((yield* count(sql`_suspects`)) === 0) return 0
    yield* database.execute(sql`
      create or replace temp table _copies as
        select unnest(list(row order by _rank desc, coalesce(_as_of, 'epoch') desc, _hash desc, _archive, _member, row)[2:]) as row
        from (
          select rowid as row, _source_id, _rank, _as_of, ${hashOf(staging)} as _hash, _archive, _member from ${records}
          where hash(_source_id) in (select suspect from _suspects)
        ) group by _source_id;
      drop table _suspects;`)
    const copies = yield* count(sql`_copies`)
    // Rows that are deleted where they were just written would cost all others their short way into the file.
    if (copies > 0) yield* rewriteRecords(staging, { where: sql`rowid not in (select row from _copies)` })
    yield* database.execute(sql`drop table _copies`)
    return copies
  })

/** Into a table that has records, by their keys. */
const compare = (
  staging: Staging,
  incoming: Sql,
  { again, isAll, only = null, weighed }: Merging
): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const isAgain = again === "newer" ? sql`false` : sql`_source_id in (select _source_id from ${seenOf(staging)})`
    // DuckDB writes the rows of a scan in any order: which of several is kept must not depend on it (I3).
    const order = isAll ? sql`${hashOf(staging)} desc, _archive, _member` : sql`_row`
    yield* database.execute(sql`
      create or replace temp table _rows as ${incoming};
      create or replace temp table _twice as select _source_id from _rows group by _source_id having count(*) > 1;
      create or replace temp table _batch as
        select *, ${isAgain} as _again from (
          select * from _rows where _source_id not in (from _twice)
          union all
          select * exclude (_row) from (select *, rowid as _row from _rows where _source_id in (from _twice))
          qualify row_number() over (partition by _source_id order by _rank desc, _as_of desc nulls last, ${order}) = 1
        );
      drop table _twice;
      insert into ${seenOf(staging)} select _source_id from _batch where not _again;
      create or replace temp table _known as
        select * from ${recordsOf(staging)} where _source_id in (select _source_id from _batch);`)
    const merged = yield* (yield* count(sql`_known`)) === 0 ? append(staging) : sortOut(staging, { weighed, only })
    yield* database.execute(sql`drop table _rows; drop table _batch; drop table _known`)
    return merged
  })

/** Nothing of the batch is known: it is neither hashed nor compared. */
const append = (staging: Staging): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const columns = names(storedColumns(staging))
    yield* database.execute(sql`insert into ${recordsOf(staging)} (${columns}) select ${columns} from _batch`)
    const read = yield* count(sql`_rows`)
    const [sums] = yield* database.rows(sql`select count(*) as n, count(_gone_at) as gone from _batch`, Loaded)
    const { n, gone } = sums ?? { n: 0, gone: 0 }
    return { read, new: n, changed: 0, unchanged: 0, duplicate: read - n, deleted: gone, touched: n, beside: 0 }
  })

/** Rows that are known in part: what is new, what changed, what an older or poorer export adds. */
const sortOut = (staging: Staging, classifying: Classifying): Effect.Effect<Merged, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    const columns = storedColumns(staging)
    const own = Object.keys(staging.columns)
    yield* classify(staging, classifying)
    const [classes] = yield* database.rows(
      sql`select count(*) filter (is_new) as added, count(*) filter (not is_new and (differs or gains) and not _again) as changed,
        count(*) filter (not is_new and not differs and not gains and not _again) as unchanged,
        count(*) filter (_again and (differs or gains)) as renewed, count(*) filter (gains) as filled, count(*) filter (moved and not is_new and not differs) as moved,
        (select count(*) from _batch b join _class c using (_source_id) where b._gone_at is not null and c.differs and not c._again) as deleted,
        count(*) filter (beside) as beside
        from _class`,
      Classes
    )
    const { added, beside: besides, changed, deleted, filled, moved, renewed, unchanged } = classes ?? NOTHING
    const read = yield* count(sql`_rows`)
    if (changed + renewed + moved > 0) {
      yield* keepPast(
        staging,
        sql`s._source_id in (select _source_id from _class where not is_new and (differs or gains or moved))`
      )
    }
    if (added + changed + renewed > 0) {
      const values = columns.map((column) =>
        column === "_first_seen_at" ? sql`coalesce(c.since, b._first_seen_at)` : sql`b.${name(column)}`
      )
      yield* database.execute(sql`
        delete from ${records} where _source_id in (select _source_id from _class where not is_new and differs);
        insert into ${records} (${names(columns)})
          select ${join(values)} from _batch b join _class c using (_source_id) where c.is_new or c.differs;`)
    }
    if (filled > 0) {
      const filling = own.map((column) => sql`${name(column)} = coalesce(s.${name(column)}, b.${name(column)})`)
      // What its own source said of it stays its hash: so that source, read again, changes nothing (I3).
      yield* database.execute(sql`
        update ${records} as s
        set ${join([...filling, sql`_said = c.said`, sql`_run = b._run`, sql`_last_seen_at = b._last_seen_at`])}
        from _batch b join _class c using (_source_id) where s._source_id = b._source_id and c.gains`)
    }
    if (moved > 0) {
      // The same record in a newer archive: it is now to be found there.
      yield* database.execute(sql`
        update ${records} as s set _archive = b._archive, _member = b._member, _as_of = b._as_of, _rank = b._rank, _run = b._run
        from _batch b join _class c using (_source_id)
        where s._source_id = b._source_id and c.moved and not c.is_new and not c.differs`)
    }
    yield* database.execute(sql`drop table _class`)
    const duplicate = read - added - changed - unchanged
    return {
      read,
      new: added,
      changed,
      unchanged,
      duplicate,
      deleted,
      touched: added + changed + renewed,
      beside: besides
    }
  })
