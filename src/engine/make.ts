/** Makes the table of a query: in one piece, slice by slice, or again where its inputs changed. */
import { Context, Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import {
  ALL,
  type Changes,
  DAY_MICROS,
  type Slice,
  type Slices,
  type Span,
  inSlice,
  inSlices,
  setSlice
} from "../component/slice.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../component/sql.ts"
import type { Helper } from "../component/transform.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { EVERYWHERE, NOWHERE, changesWith, differences, hashOf, union, widen } from "./changes.ts"
import { hasTable } from "./table.ts"

/** Rows of the subject from which a slice is made, at most about so many: their joins find room (I9). */
export const SliceRows = Context.Reference<number>("keepsake/engine/SliceRows", { defaultValue: () => 250_000 })

export interface Making {
  /** Its name in the schema `build`. */
  readonly table: string
  readonly query: Sql
  readonly slices: Slices | null
  /** The columns that tell when rows of the result are. */
  readonly times: ReadonlyArray<string>
  /** From which its rows are made, one of each: what decides how many slices there are. */
  readonly subject: { readonly table: Sql; readonly span: Span } | null
  /** Its SQL is another, or it is not known what it was made of. */
  readonly anew: boolean
  /** Where its inputs changed, by their names. */
  readonly changes: ReadonlyMap<string, Changes>
}

/** Where the result is to be made again. Nowhere else are its rows others than before. */
export const affected = (making: Making): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { anew, changes, slices } = making
    if (anew || !(yield* isMade(making))) return EVERYWHERE
    if ([...changes.values()].every((each) => each?.length === 0)) return NOWHERE
    if (slices === null) return EVERYWHERE
    const near = widen(
      union(
        [...changes].map(([input, each]) => {
          const span = slices.inputs.get(input)
          return span === null ? NOWHERE : span === undefined && each?.length !== 0 ? EVERYWHERE : each
        })
      ),
      slices.reach
    )
    if (near === null || near.length === 0) return near
    return yield* ifLittle(making, slices.spread === undefined ? near : yield* spread(making, near, slices))
  })

/** How often what changes is looked for, until nothing more is found. */
const ROUNDS = 8

const spread = (
  making: Making,
  from: ReadonlyArray<Slice>,
  { chained = false, spread: select = () => empty }: Slices
): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    let changes = from
    for (let round = 0; round < ROUNDS; round++) {
      const known = changes
      const isChanged = (start: Sql, end?: Sql) => inSlices(known, start, end)
      const further = union([known, yield* changesWith(select(isChanged, tableOf(making)))])
      if (further === null || !chained || JSON.stringify(further) === JSON.stringify(changes)) return further
      changes = further
    }
    return EVERYWHERE
  })

/** Most of it is made more quickly as a whole. */
const ifLittle = (making: Making, changes: Changes): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { slices } = making
    if (changes === null || changes.length === 0 || slices === null) return changes
    const { database } = yield* Warehouse
    const table = tableOf(making)
    const [row] = yield* database.rows(
      sql`select (select count(*) from ${table}) as n,
        (select count(*) from ${table} where ${inSlices(changes, slices.time)}) as inside`,
      Schema.Struct({ n: Schema.Number, inside: Schema.Number })
    )
    return row !== undefined && row.inside * 2 > row.n ? EVERYWHERE : changes
  })

/** Gives where the result differs from what it was. Call it within a transaction. */
export const make = (making: Making, changes: Changes): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (changes?.length === 0) return NOWHERE
    return yield* changes === null ? makeAll(making) : makeAgain(making, changes)
  })

/** Each slice in turn is the one that is being made. */
export const within = <A, E, R>(slices: ReadonlyArray<Slice>, made: (index: number) => Effect.Effect<A, E, R>) =>
  Effect.forEach(slices, (slice, index) => Effect.andThen(use(slice), made(index)), { discard: true }).pipe(
    Effect.ensuring(Effect.orDie(use(ALL)))
  )

const use = (slice: Slice) => Effect.flatMap(Warehouse, ({ database }) => database.execute(setSlice(slice)))

/** Rows that are compared with those before: more are taken as changed. */
const COMPARED = 2_000_000

const makeAll = (making: Making) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { query, slices } = making
    const table = tableOf(making)
    const pieces = yield* cut(making)
    const again = pieces.length === 1 && (yield* isMade(making))
    if (again && (slices === null || (yield* isSmall(table)))) return yield* makeOver(making)
    yield* within(pieces, (index) =>
      database.execute(
        index === 0 ? sql`create or replace table ${table} as ${query}` : sql`insert into ${table} ${query}`
      )
    )
    return EVERYWHERE
  })

const isSmall = (table: Sql) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [count] = yield* database.rows(sql`select count(*) as n from ${table}`, Count)
    return (count?.n ?? 0) <= COMPARED
  })

/** Made in one piece, and of that only what is different is written. */
const makeOver = (making: Making) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { query, times } = making
    const table = tableOf(making)
    yield* database.execute(sql`create or replace temp table _made as ${query}`)
    const [before, after] = [yield* columnsOf(making), yield* database.describe(sql`from _made`)]
    const same = after.size === before.size && [...after].every(([column, type]) => before.get(column) === type)
    const [count] = yield* database.rows(
      sql`select greatest((select count(*) from ${table}), (select count(*) from _made)) as n`,
      Count
    )
    const comparable = same && (count?.n ?? 0) <= COMPARED
    const changes = comparable ? yield* replaceDifferent(table, table, [...after.keys()], times) : EVERYWHERE
    if (!comparable) yield* database.execute(sql`create or replace table ${table} as from _made`)
    yield* database.execute(sql`drop table _made`)
    return changes
  })

/** Rows of `before`, a part of the table, that are not in `_made` go, the others of `_made` come; gives when they are. */
const replaceDifferent = (table: Sql, before: Sql, columns: ReadonlyArray<string>, times: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const changes = yield* differences(before, sql`_made`, columns, times)
    if (changes?.length !== 0) {
      const hash = hashOf(columns)
      yield* database.execute(sql`
        delete from ${table} where rowid in (select row from (select rowid as row, ${hash} as hash from ${before})
          where hash in (select hash from _different));
        insert into ${table} (${names(columns)}) select ${names(columns)} from _made where ${hash} in (select hash from _different)`)
    }
    yield* database.execute(sql`drop table _different`)
    return changes
  })

const makeAgain = (making: Making, slices: ReadonlyArray<Slice>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { query, times } = making
    const table = tableOf(making)
    const columns = [...(yield* columnsOf(making)).keys()]
    const inside = inSlice(making.slices?.time ?? sql`null::timestamptz`)
    const found: Array<Changes> = []
    yield* within(slices, (index) =>
      Effect.gen(function* () {
        yield* database.execute(sql`create or replace temp table _made as ${making.slices?.query ?? query}`)
        const before = sql`(select *, rowid from ${table} where ${inside})`
        const differing = yield* replaceDifferent(table, before, columns, times)
        if (differing?.length !== 0) found.push(differing ?? slices.slice(index, index + 1))
        yield* database.execute(sql`drop table _made`)
      })
    )
    return union(found)
  })

const Count = Schema.Struct({ n: Schema.Number })

const isMade = ({ table }: Making) => hasTable("build", table)

const tableOf = ({ table }: Making): Sql => name("build", table)

const columnsOf = (making: Making) =>
  Effect.flatMap(Warehouse, ({ database }) => database.describe(sql`from ${tableOf(making)}`))

/** All of time in slices, by days, with about as many rows of the subject in each. */
const cut = ({ slices, subject }: Making): Effect.Effect<ReadonlyArray<Slice>, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (slices === null || slices.query !== undefined || subject === null) return [ALL]
    const { database } = yield* Warehouse
    const [count] = yield* database.rows(sql`select count(*) as n from ${subject.table}`, Count)
    const pieces = Math.ceil((count?.n ?? 0) / (yield* SliceRows))
    if (pieces <= 1) return [ALL]
    const shares = Array.from({ length: pieces - 1 }, (_, index) => literal((index + 1) / pieces))
    const start = name(subject.span.start)
    const [row] = yield* database.rows(
      sql`select quantile_disc(epoch_us(${start}) // ${literal(DAY_MICROS)}, [${join(shares)}]) as days from ${subject.table}
        where isfinite(${start})`,
      Schema.Struct({ days: Schema.NullOr(Schema.Array(Schema.Number)) })
    )
    const edges = [...new Set(row?.days ?? [])].map((day) => day * DAY_MICROS)
    return [null, ...edges].map((low, index): Slice => [low, edges[index] ?? null])
  })

/** Kept between runs, so that what changed of it can be told. */
export const makeHelper = (helper: Helper, of: Making) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const table = `${of.table}:${helper.name}`
    const { query, reads, slices = null, times } = helper
    const changes = new Map(reads.map((input) => [input, of.changes.get(input) ?? EVERYWHERE]))
    const own: Making = { ...of, table, query, slices, times, subject: null, changes }
    const changed = yield* make(own, yield* affected(own))
    yield* database.execute(
      sql`create or replace temp view ${name(helper.name)} as select * from ${name("build", table)}`
    )
    return changed
  })
