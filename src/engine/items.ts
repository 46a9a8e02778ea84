/** What a provider has sent, as it came, next to the staging table of the records that were made of it. */
import { Effect, Schema } from "effect"
import type { Batch, Item, KeptItems } from "../component/batch.ts"
import { type Columns, type Uuid, flag, json, text } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import { stagingName } from "../pipeline/plan.ts"
import { fromInbox, inboxColumns } from "../warehouse/value.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { hasTable } from "./table.ts"
import type { Account } from "./ledger.ts"

const COLUMNS: Columns = {
  scope: text("What is listed together."),
  item_group: text("Which belong together."),
  id: text("The provider's own."),
  raw: json("As it came."),
  listed: flag("The provider still has it, as far as a listing is done.")
}

/** `staging."holiday__events-items"`: no source has a name with a hyphen. */
const itemsName = (pipeline: string, source: string): string => `${stagingName(pipeline, source)}-items`

/** Items as they were before a run came upon them, and `_undo_run`; without `raw`, they weren't there (I7). */
const pastTable = (pipeline: string, source: string): Sql => name("undo", `items.${stagingName(pipeline, source)}`)

const itemsTable = (pipeline: string, source: string): Sql => name("staging", itemsName(pipeline, source))

/** Makes the table, and that of its past; anew where the staging that it belongs to was (I10). */
export const prepareItems = (
  pipeline: string,
  source: string,
  anew: boolean
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.flatMap(Warehouse, ({ database }) => {
    const columns = join(Object.entries(COLUMNS).map(([column, { type }]) => sql`${name(column)} ${name(type)}`))
    const create = anew ? sql`create or replace table` : sql`create table if not exists`
    return database.execute(sql`
      ${create} ${itemsTable(pipeline, source)} (${columns});
      ${makePast(pipeline, source)}`)
  })

const Row = Schema.Struct({
  scope: Schema.String,
  group: Schema.String,
  id: Schema.String,
  raw: Schema.fromJsonString(Schema.Json),
  listed: Schema.Boolean
})

export const keptItems = (pipeline: string, source: string): Effect.Effect<KeptItems, never, Warehouse> =>
  Effect.map(Warehouse, ({ database }) => {
    const table = itemsTable(pipeline, source)
    const columns = sql`select scope, item_group as group, id, raw::varchar as raw, listed from ${table}`
    const select = (where: Sql) => database.rows(sql`${columns} where ${where} order by item_group, id`, Row)
    return {
      of: (scope, groups) =>
        groups.length === 0
          ? Effect.succeed([])
          : select(sql`scope = ${literal(scope)} and item_group in (${join(groups.map(literal))})`),
      withIds: (scope, ids) =>
        ids.length === 0
          ? Effect.succeed([])
          : select(sql`scope = ${literal(scope)} and id in (${join(ids.map(literal))})`),
      unlisted: (scope, id, most) =>
        database.rows(
          sql`${columns} where not listed and scope = ${literal(scope)} and id > ${literal(id)} order by id limit ${literal(most)}`,
          Row
        ),
      after: (scope, group, most) => {
        const following = sql`listed and scope = ${literal(scope)} and item_group > ${literal(group)}`
        return select(sql`${following} and item_group <= (select max(item_group) from
          (select item_group from ${table} where ${following} order by item_group limit ${literal(most)}))`)
      }
    }
  })

/** A new listing of a scope begins: what it has is listed again as it comes. */
export const unlistItems = (account: Account, scope: string): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const table = itemsTable(account.pipeline, account.source)
    const listed = sql`scope = ${literal(scope)} and listed`
    yield* database.execute(sql`
      ${keepPast(account, sql`from ${table} where ${listed}`)}
      update ${table} set listed = false where ${listed}`)
  })

/** Keeps a batch's items in place of former ones, within the batch's transaction (I1). */
export const keepItems = (
  account: Account,
  { items = [] }: Batch<Columns>
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (items.length === 0) return
    const { pipeline, source } = account
    const { append, database } = yield* Warehouse
    const table = itemsTable(pipeline, source)
    yield* database.execute(sql`create or replace temp table _items (${inboxColumns(COLUMNS)})`)
    const latest = new Map(items.map((item) => [JSON.stringify([item.scope, item.id]), item]))
    yield* append("_items", COLUMNS, [...latest.values()].map(rowOf))
    const values = Object.entries(COLUMNS).map(([column, { type }]) => fromInbox(column, type))
    const before = sql`select i.scope, t.item_group, i.id, t.raw, t.listed
      from (select ${join(values)} from _items) i left join ${table} t on t.scope = i.scope and t.id = i.id`
    yield* database.execute(sql`
      ${keepPast(account, before)}
      delete from ${table} where (scope, id) in (select (scope, id) from _items);
      insert into ${table} select ${join(values)} from _items;
      drop table _items`)
  })

const makePast = (pipeline: string, source: string): Sql => sql`
  create table if not exists ${pastTable(pipeline, source)} as
    select *, null::uuid as _undo_run from ${itemsTable(pipeline, source)} limit 0;`

/** Of each item, only what was there before the run counts. */
const keepPast = ({ pipeline, runId, source }: Account, before: Sql): Sql => {
  const past = pastTable(pipeline, source)
  const run = sql`${literal(runId)}::uuid`
  return sql`
    insert into ${past} select *, ${run} from (${before}) b
      where not exists (select 1 from ${past} p where p._undo_run = ${run} and p.scope = b.scope and p.id = b.id);`
}

/** Items are what they were before a run, unless a later one has come upon them: then that is its before-image. */
export const takeBackItems = (
  pipeline: string,
  source: string,
  run: Uuid,
  laterRuns: Sql
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (!(yield* hasTable("staging", itemsName(pipeline, source)))) return
    const { database } = yield* Warehouse
    const [items, past] = [itemsTable(pipeline, source), pastTable(pipeline, source)]
    const own = sql`_undo_run = ${literal(run)}::uuid`
    yield* database.execute(sql`
      ${makePast(pipeline, source)}
      create or replace temp table _next_items as
        select p.scope, p.id, arg_min(p._undo_run, l.ord) as next from ${past} p join (${laterRuns}) l on l.run_id = p._undo_run
        group by p.scope, p.id;
      create or replace temp table _past_items as select b.*, n.next from ${past} b
        left join _next_items n on n.scope = b.scope and n.id = b.id where b.${own};
      delete from ${past} where ${own};
      delete from ${past} p where exists
        (select 1 from _past_items b where b.next = p._undo_run and b.scope = p.scope and b.id = p.id);
      insert into ${past} select * exclude (_undo_run, next), next from _past_items where next is not null;
      delete from ${items} where (scope, id) in (select (scope, id) from _past_items where next is null);
      insert into ${items} select * exclude (_undo_run, next) from _past_items where next is null and raw is not null;
      drop table _past_items; drop table _next_items;`)
  })

const rowOf = ({ group, id, raw, scope }: Item) => ({ scope, item_group: group, id, raw, listed: true })
