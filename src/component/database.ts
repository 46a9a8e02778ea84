/** The staging database, as components may use it. */
import { Context, type Effect, type Schema } from "effect"
import type { DatabaseError } from "./error.ts"
import type { Sql } from "./sql.ts"

/**
 * The values of one column. NULL is NaN in a Float64Array (a DOUBLE column) and null in a list (a VARCHAR column);
 * an Int32Array (an INTEGER column) has none: use a code of your own.
 */
export type Vector = Float64Array | Int32Array | ReadonlyArray<string | null>

/** Rows as columns, in the order of the table's. All vectors are equally long. */
export type Vectors = ReadonlyArray<Vector>

export class Database extends Context.Service<
  Database,
  {
    /** Runs one or more statements. */
    readonly execute: (statements: Sql) => Effect.Effect<void, DatabaseError>
    /** All rows of a query, decoded. Integers come as numbers, times as ISO 8601 text, nested values as plain data. */
    readonly rows: <A>(query: Sql, schema: Schema.Decoder<A>) => Effect.Effect<ReadonlyArray<A>, DatabaseError>
    /** The same, of what is committed: a transaction that is under way isn't waited for. */
    readonly committed: <A>(query: Sql, schema: Schema.Decoder<A>) => Effect.Effect<ReadonlyArray<A>, DatabaseError>
    /** Column types of a query by name, in order, without running it. */
    readonly describe: (query: Sql) => Effect.Effect<ReadonlyMap<string, string>, DatabaseError>
    /** Appends rows to a temporary table: the way in for what a program has to parse. */
    readonly append: (table: string, vectors: Vectors) => Effect.Effect<void, DatabaseError>
    /**
     * With little memory, for statements through which rows pass without being held: what they write would else stay in
     * memory as long as there is room (I9).
     */
    readonly lean: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** All or nothing; a transaction inside another joins it. */
    readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | DatabaseError, R>
  }
>()("keepsake/component/Database") {}
