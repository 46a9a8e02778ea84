/** The DuckDB file of one home: opened once, with its schema, by one process (I9: under a memory limit, spilling beside it). */
import { availableParallelism, totalmem } from "node:os"
import { Context, Effect, Layer, Schema } from "effect"
import { Database } from "../component/database.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { type Connection, type OpenOptions, open } from "./duckdb.ts"
import { type Home, prepareHome } from "./home.ts"
import { serveGuests } from "./owner.ts"
import { countStamps, createSchema, fromVersion1 } from "./schema.ts"

export class Warehouse extends Context.Service<Warehouse, Connection>()("keepsake/warehouse/Warehouse") {}

const MB = 1e6

const Count = Schema.Struct({ n: Schema.Number })

/**
 * What DuckDB may hold unless more or less is asked for: a quarter of the machine's memory, from 512 MB to 1 GB. With
 * half of that, upserts of millions of rows take twice as long; with a quarter, some don't find the room (I9).
 */
const usualMemory = (): number => Math.min(1024 * MB, Math.max(512 * MB, totalmem() / 4))

/** Each thread that reads JSON holds buffers of so much, however small the files are; there is no option for it. */
const THREAD = 64 * MB

/**
 * How memory, in bytes, is shared out. No more threads work than there is room for, twice over. Rows that only pass
 * through (`lean`) are left the threads' buffers and what they write: more makes nothing faster.
 */
export const roomIn = (memory: number, cores: number) => {
  const threads = Math.max(1, Math.min(cores, Math.floor(memory / (2 * THREAD))))
  return { memory, threads, lean: THREAD * (threads + 0.5) }
}

/** The warehouse of a home, and the same connection as the components' `Database`. */
export const warehouseLayer = (
  home: Home,
  memory?: number
): Layer.Layer<Warehouse | Database, DatabaseError | SourceError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      yield* prepareHome(home)
      return yield* opened({
        path: home.database,
        ...roomIn(memory ?? usualMemory(), availableParallelism()),
        // Who asks for a limit decides about that too.
        ...(memory === undefined ? {} : { lean: null }),
        spillDirectory: home.spill
      })
    })
  )

// Only guests need HTTP: commands start faster without it.
const loadGuest = Effect.promise(() => import("./guest.ts"))

/** The same, answering other processes as long as it is open. */
export const servedWarehouse = (home: Home, memory?: number) =>
  Layer.tap(warehouseLayer(home, memory), (context) => serveGuests(home, Context.get(context, Warehouse)))

/** A home's database for reading: our own, or by way of the process that holds it. */
export const readingLayer = (home: Home, memory?: number): Layer.Layer<Database, DatabaseError | SourceError> =>
  Layer.effect(
    Database,
    Effect.map(Layer.build(warehouseLayer(home, memory)), (context) => Context.get(context, Database)).pipe(
      Effect.catchIf(
        (error) => error._tag === "DatabaseError" && error.code === "locked",
        (error) =>
          Effect.flatMap(
            Effect.flatMap(loadGuest, ({ guestDatabase }) => guestDatabase(home)),
            (database) => (database === null ? Effect.fail(error) : Effect.succeed(database))
          )
      )
    )
  )

/** A warehouse that lives in memory: for checks that need no data, and for examples. */
export const memoryWarehouse: Layer.Layer<Warehouse | Database, DatabaseError> = Layer.effectContext(
  opened({ path: ":memory:", ...roomIn(512 * MB, availableParallelism()), lean: null, spillDirectory: null })
)

/** A database in memory that has no tables at all: for queries over files. */
export const bareDatabase: Layer.Layer<Database, DatabaseError> = Layer.effect(
  Database,
  Effect.map(
    open({ path: ":memory:", ...roomIn(usualMemory(), availableParallelism()), lean: null, spillDirectory: null }),
    ({ database }) => database
  )
)

function opened(options: OpenOptions) {
  return Effect.gen(function* () {
    const connection = yield* open(options)
    const { execute, rows, transaction } = connection.database
    const [found] = yield* Effect.orElseSucceed(rows(countStamps, Count), () => [])
    if (found === undefined || found.n === 0) {
      yield* transaction(execute(createSchema)).pipe(
        Effect.catchIf(
          (error) => /changes is of type Table/i.test(error.message),
          () => transaction(execute(fromVersion1(createSchema)))
        )
      )
    }
    return Context.make(Warehouse, connection).pipe(Context.add(Database, connection.database))
  })
}
