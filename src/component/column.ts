/** Columns of records and entities: a DuckDB type, the TypeScript type of its values, and words for people. */
import * as Brand from "effect/Brand"

/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = number & Brand.Brand<"EpochMillis">
export const EpochMillis = Brand.nominal<EpochMillis>()

/** A wall-clock time without a zone: the milliseconds that it would be since 1970 if its zone were UTC. */
export type WallMillis = number & Brand.Brand<"WallMillis">
export const WallMillis = Brand.nominal<WallMillis>()

/** A calendar date, `YYYY-MM-DD`. */
export type LocalDate = string & Brand.Brand<"LocalDate">
export const LocalDate = Brand.nominal<LocalDate>()

/** A lower-case UUID. */
export type Uuid = string & Brand.Brand<"Uuid">
export const Uuid = Brand.nominal<Uuid>()

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** What each SQL type is in TypeScript. */
export interface SqlTypes {
  readonly VARCHAR: string
  readonly BOOLEAN: boolean
  readonly INTEGER: number
  readonly BIGINT: number
  readonly DOUBLE: number
  readonly TIMESTAMPTZ: EpochMillis
  readonly TIMESTAMP: WallMillis
  readonly DATE: LocalDate
  readonly UUID: Uuid
  readonly JSON: Json
}
export type SqlType = keyof SqlTypes

export interface Column<T extends SqlType = SqlType> {
  readonly type: T
  readonly description: string
}

export type Columns = { readonly [name: string]: Column }

/** A record with these columns; every column may be unknown. */
export type Row<C extends Columns> = { readonly [K in keyof C]: SqlTypes[C[K]["type"]] | null }

const of =
  <T extends SqlType>(type: T) =>
  (description: string): Column<T> => ({ type, description })

export const text = of("VARCHAR")
export const flag = of("BOOLEAN")
export const integer = of("INTEGER")
export const bigint = of("BIGINT")
export const double = of("DOUBLE")
export const instant = of("TIMESTAMPTZ")
export const date = of("DATE")
export const uuid = of("UUID")
export const json = of("JSON")
