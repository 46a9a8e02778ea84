/**
 * Tables whose rows keep their earlier versions, and how one run's versions are taken out of them (I7). Before a run
 * changes or deletes a row, the row goes to the table of images, under that run.
 */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../component/sql.ts"

export interface Versioned {
  readonly rows: Sql
  /** The same columns, and `_undo_run`. */
  readonly images: Sql
  readonly key: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  /** The column with the run that wrote a version. */
  readonly writer: string
  /** The column with the run that brought the row, where rows may go and come again. */
  readonly creator: string | null
  /** Columns with the time of the run that brought the row, and of the one that wrote the version. */
  readonly times: { readonly born: string; readonly written: string } | null
  /** Columns that a run has something to say about. */
  readonly values: ReadonlyArray<string>
}

export interface TakeBack {
  readonly run: Uuid
  /**
   * Selects the key, `_undo_run` (null for the row itself) and `heir` of versions that a later run brought as well: they
   * stay, as that run's.
   */
  readonly heirs?: Sql
  /** Selects the runs that change rows without bringing them: what nobody else brought doesn't stay for their sake. */
  readonly amending?: Sql
  /** Values that later versions have from the run go as well, where nobody changed them since. */
  readonly unravel: boolean
}

/**
 * Takes back what a run wrote and deleted. Later runs keep what they wrote. Call it within a transaction. Gives the number
 * of versions that found an heir.
 */
export const takeBack = (
  table: Versioned,
  { amending, heirs, run, unravel }: TakeBack
): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const { columns, creator, images, key, rows, times, values } = table
    const id = sql`${literal(run)}::uuid`
    const keys = names(key)
    const all = names(columns)
    const same = (a: string, b: string): Sql =>
      join(
        key.map((column) => sql`${name(a, column)} = ${name(b, column)}`),
        " and "
      )
    const of = (alias: string) => join(columns.map((column) => name(alias, column)))
    const writer = name(table.writer)
    const inherit = sql`set ${writer} = v.heir ${times === null ? empty : sql`, ${name(times.written)} = v.since`}`
    const born = join(
      [
        ...(creator === null ? [] : [sql`${name(creator)} = f.next`]),
        ...(times === null ? [] : [sql`${name(times.born)} = f.since`])
      ],
      ", "
    )
    yield* database.execute(sql`
      create or replace temp table _before as
        select ${all} from ${images} where _undo_run = ${id} and ${writer} is distinct from ${id};
      delete from ${images} where _undo_run = ${id};
      create or replace temp table _heirs as
        ${heirs ?? sql`select ${keys}, _undo_run, _undo_run as heir from ${images} limit 0`};
      -- The run's versions: rows, and images under the run that came next.
      create or replace temp table _versions as
        select v.*, h.heir, s.started_at as since from (
          select ${all}, null::uuid as _undo_run from ${rows} where ${writer} = ${id}
          union all by name
          select ${all}, _undo_run from ${images} where ${writer} = ${id}
        ) v left join _heirs h on ${same("h", "v")} and h._undo_run is not distinct from v._undo_run
          left join state.runs s on s.run_id = h.heir;
      -- Of which run each earlier version is now the before-image; of none: it is the row again.
      create or replace temp table _next as
        with passed as (
          select ${keys}, arg_min(coalesce(heir, _undo_run), _undo_run is null) as next from _versions group by ${keys}
        )
        select ${join(key.map((column) => name("b", column)))},
          coalesce(p.next, ${creator === null ? literal(null) : name("r", creator)}) as next
        from _before b left join passed p on ${same("p", "b")}
          left join ${rows} r on ${same("r", "b")} and r.${writer} <> ${id};
      create or replace temp table _first as
        select f.*, s.started_at as since from (
          select ${keys}, arg_min(coalesce(heir, _undo_run), _undo_run is null) as next from _versions v
          where not exists (select 1 from _before b where ${same("b", "v")}) group by ${keys}
        ) f left join state.runs s on s.run_id = f.next where f.next is not null;
      delete from ${rows} r where exists
        (select 1 from _versions v where v._undo_run is null and v.heir is null and ${same("v", "r")});
      delete from ${images} r where exists
        (select 1 from _versions v where v._undo_run = r._undo_run and v.heir is null and ${same("v", "r")});
      update ${rows} as r ${inherit} from _versions v
        where v._undo_run is null and v.heir is not null and ${same("v", "r")};
      update ${images} as r ${inherit} from _versions v
        where v._undo_run = r._undo_run and v.heir is not null and ${same("v", "r")};
      ${amending === undefined ? empty : unborn(table, amending, same)}
      ${
        born === ""
          ? empty
          : sql`
        update ${rows} as r set ${born} from _first f where ${same("f", "r")};
        update ${images} as r set ${born} from _first f where ${same("f", "r")};`
      }
      ${unravel ? unravelled(rows, values, same) : empty}
      insert into ${images} (${all}, _undo_run)
        select ${of("b")}, n.next from _before b join _next n on ${same("n", "b")} where n.next is not null;
      insert into ${rows} (${all})
        select ${of("b")} from _before b join _next n on ${same("n", "b")} where n.next is null;`)
    const [inherited] = yield* database.rows(
      sql`select count(heir) as n from _versions`,
      Schema.Struct({ n: Schema.Number })
    )
    yield* database.execute(
      sql`drop table _before; drop table _heirs; drop table _versions; drop table _next; drop table _first`
    )
    return inherited?.n ?? 0
  })

/** Rows that the run brought, and that runs have changed since that bring none. */
const unborn = ({ images, key, rows, writer }: Versioned, amending: Sql, same: (a: string, b: string) => Sql): Sql => {
  const keys = join(key.map((column) => name("x", column)))
  const changed = (from: Sql) =>
    sql`select ${keys}, x.${name(writer)} as writer from ${from} x join _first f on ${same("f", "x")}`
  const gone = sql`exists (select 1 from _first f where f.next is null and ${same("f", "r")})`
  return sql`
    create or replace temp table _others as
      select x.*, s.started_at as since from (
        select ${keys}, any_value(writer) as next from (${changed(rows)} union all ${changed(images)}) x
        where writer not in (${amending}) group by ${keys}
      ) x left join state.runs s on s.run_id = x.next;
    create or replace temp table _first as
      select f.* replace (x.next as next, x.since as since) from _first f left join _others x on ${same("x", "f")}
      where f.next in (${amending})
      union all by name
      from _first f where f.next not in (${amending});
    delete from ${rows} r where ${gone};
    delete from ${images} r where ${gone};
    delete from _first where next is null;
    drop table _others;`
}

/** Three versions, column by column: before the run, after it, and now. */
const unravelled = (rows: Sql, values: ReadonlyArray<string>, same: (a: string, b: string) => Sql): Sql => {
  const set = values.map((column) => {
    const [was, then, now] = [name("v", `_was_${column}`), name("v", column), name("r", column)]
    return sql`${name(column)} = case when ${then} is distinct from ${was} and ${now} is not distinct from ${then}
      then ${was} else ${now} end`
  })
  return values.length === 0
    ? empty
    : sql`
    update ${rows} as r set ${join(set)}
    from (
      select v.*, ${join(values.map((column) => sql`b.${name(column)} as ${name(`_was_${column}`)}`))}
      from _versions v left join _before b on ${same("b", "v")} where v._undo_run is not null and v.heir is null
    ) v where ${same("v", "r")};`
}
