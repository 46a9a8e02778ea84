/** Lookups of transforms: what their caches lack is fetched and kept, what may be kept no longer is forgotten. */
import { Clock, Duration, Effect, Schema } from "effect"
import { CurrentAsker } from "../component/api.ts"
import type { Columns, Row } from "../component/column.ts"
import type { Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import type { Lookup } from "../component/transform.ts"
import { untilFailure } from "../component/until-failure.ts"
import { ANSWERED, cacheTable } from "../pipeline/check-transforms.ts"
import { fromInbox, inboxColumns } from "../warehouse/value.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { report } from "./progress.ts"
import { readStep } from "./step.ts"

type Looking<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | Services>

/** Keys are fetched, and their answers committed, in batches of this size; what is paid for is kept soon. */
const BATCH = 10_000
const ONLINE_BATCH = 32
/** So many keys of such a batch are asked for at once. */
const AT_ONCE = 8

export const cacheOf = (lookup: Lookup<Services>): Sql => name("cache", lookup.name)

/** Under which it is noted of what version the cache is. */
export const stepOf = (lookup: Pick<Lookup<Services>, "name">): string => `lookup:${lookup.name}`

/**
 * Brings the cache to hold an answer for every key that is needed; true: it now does. Offline, providers are left alone:
 * what they would be asked stays unknown.
 */
export const lookUp = (lookup: Lookup<Services>, offline: boolean): Looking<boolean> =>
  Effect.gen(function* () {
    yield* prepare(lookup)
    const { database } = yield* Warehouse
    const fresh = lookup.expires === undefined ? sql`true` : sql`c._answered_at is not null`
    yield* database.execute(sql`
      create or replace temp table _wanted as select row_number() over () as _row, * from (
        select k.* from (${lookup.keys}) k
        where not exists (select 1 from ${cacheOf(lookup)} c where ${fresh} and ${sameKey(lookup, "c", "k")}));`)
    const [count] = yield* database.rows(sql`select count(*) as n from _wanted`, Schema.Struct({ n: Schema.Number }))
    const total = count?.n ?? 0
    const size = lookup.online === true ? ONLINE_BATCH : BATCH
    if (offline && lookup.online === true && total > 0) {
      yield* database.execute(sql`drop table _wanted`)
      return false
    }
    for (let start = 0; start < total; start += size) {
      const wanted = yield* database.rows(
        sql`select * exclude (_row) from _wanted
          where _row > ${literal(start)} and _row <= ${literal(start + size)} order by _row`,
        keyRow(lookup.key)
      )
      yield* lookup.online === true
        ? keepEach(lookup, wanted)
        : Effect.flatMap(lookup.fetch(wanted), (answers) => keep(lookup, answers))
      yield* report({ kind: "advanced", step: lookup.name, done: start + wanted.length, total, unit: "records" })
    }
    yield* database.execute(sql`drop table _wanted`)
    if (lookup.attribution !== undefined && total > 0) yield* report({ kind: "note", text: lookup.attribution })
    return true
  })

/** When the oldest answer was given that may still be kept; null where answers don't expire, or there is none. */
export const ageOf = (lookup: Lookup<Services>): Effect.Effect<number | null, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (lookup.expires === undefined) return null
    yield* prepare(lookup)
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select epoch_ms(min(_answered_at)) as oldest from ${cacheOf(lookup)}`,
      Schema.Struct({ oldest: Schema.NullOr(Schema.Number) })
    )
    return row?.oldest ?? null
  })

export const sameKey = ({ key }: Lookup<Services>, left: string, right: string): Sql =>
  join(
    Object.keys(key).map((column) => sql`${name(left, column)} is not distinct from ${name(right, column)}`),
    " and "
  )

/** Keys that are asked for one by one: what is answered before one fails is kept, for it is paid for. */
const keepEach = (lookup: Lookup<Services>, keys: ReadonlyArray<Row<Columns>>): Looking<void> =>
  Effect.gen(function* () {
    // A key may take several requests: where each of them counts, no key is begun before the last one is answered.
    const { thrifty } = yield* CurrentAsker
    const { failure, results } = yield* untilFailure(keys, (key) => lookup.fetch([key]), {
      concurrency: thrifty ? 1 : AT_ONCE
    })
    yield* keep(
      lookup,
      results.flatMap((answers) => answers ?? [])
    )
    if (failure !== null) return yield* failure
  })

const keep = (lookup: Lookup<Services>, answers: ReadonlyArray<Row<Columns>>) =>
  Effect.gen(function* () {
    const { append, database } = yield* Warehouse
    const columns: Columns = { ...lookup.key, ...lookup.value, ...(lookup.expires === undefined ? {} : ANSWERED) }
    const now = yield* Clock.currentTimeMillis
    const rows = lookup.expires === undefined ? answers : answers.map((answer) => ({ ...answer, _answered_at: now }))
    yield* database.transaction(
      Effect.gen(function* () {
        yield* database.execute(sql`create or replace temp table _answers (${inboxColumns(columns)})`)
        yield* append("_answers", columns, rows)
        const values = Object.entries(columns).map(([column, { type }]) => fromInbox(column, type))
        if (lookup.expires !== undefined) {
          yield* database.execute(
            sql`delete from ${cacheOf(lookup)} c using _answers a where ${sameKey(lookup, "c", "a")}`
          )
        }
        yield* database.execute(
          sql`insert into ${cacheOf(lookup)} select ${join(values)} from _answers; drop table _answers`
        )
      })
    )
  })

/** The cache, without answers of an earlier version, and without what may be kept no longer. */
const prepare = (lookup: Lookup<Services>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const step = stepOf(lookup)
    const version = String(lookup.version)
    if ((yield* readStep("", step))?.fingerprint !== version) {
      yield* database.execute(sql`
        drop table if exists ${cacheOf(lookup)};
        delete from state.steps where pipeline = '' and step = ${literal(step)};
        insert into state.steps (pipeline, step, fingerprint, counts) values ('', ${literal(step)}, ${literal(version)}, '{}')`)
    }
    yield* database.execute(cacheTable(lookup))
    if (lookup.expires === undefined) return
    const { after, kept } = lookup.expires
    const oldest = (yield* Clock.currentTimeMillis) - Duration.toMillis(after)
    const forgotten = ["_answered_at", ...Object.keys(lookup.value).filter((column) => !kept.includes(column))]
    yield* database.execute(sql`
      update ${cacheOf(lookup)} set ${join(forgotten.map((column) => sql`${name(column)} = null`))}
      where _answered_at < make_timestamptz(${literal(oldest * 1000)}::bigint)`)
  })

/** Rows of key columns as the lookup wants them. */
const keyRow = (key: Columns): Schema.Decoder<Row<Columns>> =>
  Schema.Struct(
    Object.fromEntries(
      Object.entries(key).map(([column, { type }]) => [
        column,
        Schema.NullOr(type === "DOUBLE" || type === "INTEGER" || type === "BIGINT" ? Schema.Number : Schema.String)
      ])
    )
  )
