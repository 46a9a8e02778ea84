/** DuckDB's types in Arrow: how values come out of the one, and go into the other. */
import {
  Binary,
  Bool,
  Data,
  type DataType,
  DateDay,
  Decimal,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  TimestampMicrosecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  makeData,
  vectorFromArray
} from "apache-arrow"
import { type Sql, sql } from "../../src/component/sql.ts"

export interface ArrowColumn {
  readonly type: DataType
  /** What is asked of DuckDB: a number, a boolean, or text. */
  readonly carried: (column: Sql) => Sql
  readonly data: (values: ReadonlyArray<unknown>) => Data
}

/** Nested values are JSON text, as is what Arrow has no type for. */
export const arrowColumn = (type: string): ArrowColumn => {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  if (precision !== undefined && scale !== undefined) return decimal(Number(precision), Number(scale))
  if (/\]$|^(STRUCT|MAP|UNION)/.test(type)) return text((column) => sql`to_json(${column})::varchar`)
  return KNOWN.get(type) ?? text((column) => sql`${column}::varchar`)
}

const asIs = (column: Sql): Sql => column

const isThere = (value: unknown): boolean => value !== null && value !== undefined

/** Values side by side in a buffer, and one bit for each: is there one? */
const flat = (type: DataType, values: ReadonlyArray<unknown>, data: Numbers | BigInt64Array | BigUint64Array): Data => {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 64) * 8)
  let nullCount = 0
  values.forEach((value, index) => {
    if (isThere(value)) nullBitmap[index >> 3] = (nullBitmap[index >> 3] ?? 0) | (1 << (index & 7))
    else nullCount++
  })
  return new Data(type, 0, values.length, nullCount, [undefined, data, nullBitmap])
}

type Numbers =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array

const numbers = (
  type: DataType,
  make: (length: number) => Numbers,
  carried: (column: Sql) => Sql = asIs
): ArrowColumn => ({
  type,
  carried,
  data: (values) => {
    const data = make(values.length)
    values.forEach((value, index) => {
      if (isThere(value)) data[index] = Number(value)
    })
    return flat(type, values, data)
  }
})

const wide = (
  type: DataType,
  make: (length: number) => BigInt64Array | BigUint64Array,
  carried: (column: Sql) => Sql = asIs
): ArrowColumn => ({
  type,
  carried,
  data: (values) => {
    const data = make(values.length)
    values.forEach((value, index) => {
      if (isThere(value)) data[index] = toBigInt(value)
    })
    return flat(type, values, data)
  }
})

/** Integers come as numbers, and as text where they are too large. */
const toBigInt = (value: unknown): bigint => BigInt(typeof value === "number" ? value : String(value))

const text = (carried: (column: Sql) => Sql): ArrowColumn => ({
  type: new Utf8(),
  carried,
  data: (values) =>
    built(
      values.map((value) => (isThere(value) ? String(value) : null)),
      new Utf8()
    )
})

const built = (values: ReadonlyArray<unknown>, type: DataType): Data => {
  const [data] = vectorFromArray(values, type).data
  return data ?? makeData({ type, length: 0, nullCount: 0 })
}

const WORDS = 4

/** 128 bits in words of 32, the lowest first. */
const decimal = (
  precision: number,
  scale: number,
  carried: (column: Sql) => Sql = (column) => sql`${column}::varchar`
): ArrowColumn => {
  const type = new Decimal(scale, precision, 32 * WORDS)
  return {
    type,
    carried,
    data: (values) => {
      const data = new Uint32Array(values.length * WORDS)
      values.forEach((value, index) => {
        if (!isThere(value)) return
        let rest = BigInt.asUintN(32 * WORDS, BigInt(String(value).replace(".", "")))
        for (let word = 0; word < WORDS; word++, rest >>= 32n) data[index * WORDS + word] = Number(rest & 0xffffffffn)
      })
      return flat(type, values, data)
    }
  }
}

const micros = (column: Sql): Sql => sql`epoch_us(${column}::timestamp)`

const timestamp = (zone: string | null): ArrowColumn =>
  wide(new TimestampMicrosecond(zone), (length) => new BigInt64Array(length), micros)

const LOCAL = timestamp(null)

const KNOWN: ReadonlyMap<string, ArrowColumn> = new Map([
  ["TINYINT", numbers(new Int8(), (length) => new Int8Array(length))],
  ["SMALLINT", numbers(new Int16(), (length) => new Int16Array(length))],
  ["INTEGER", numbers(new Int32(), (length) => new Int32Array(length))],
  ["BIGINT", wide(new Int64(), (length) => new BigInt64Array(length))],
  ["UTINYINT", numbers(new Uint8(), (length) => new Uint8Array(length))],
  ["USMALLINT", numbers(new Uint16(), (length) => new Uint16Array(length))],
  ["UINTEGER", numbers(new Uint32(), (length) => new Uint32Array(length))],
  ["UBIGINT", wide(new Uint64(), (length) => new BigUint64Array(length))],
  // DuckDB takes a tenth of a millisecond to write one as text.
  ["HUGEINT", decimal(38, 0, asIs)],
  ["UHUGEINT", text(asIs)],
  ["FLOAT", numbers(new Float32(), (length) => new Float32Array(length))],
  ["DOUBLE", numbers(new Float64(), (length) => new Float64Array(length))],
  [
    "DATE",
    numbers(
      new DateDay(),
      (length) => new Int32Array(length),
      (column) => sql`(${column} - date '1970-01-01')`
    )
  ],
  ["TIMESTAMP", LOCAL],
  ["TIMESTAMP_S", LOCAL],
  ["TIMESTAMP_MS", LOCAL],
  ["TIMESTAMP_NS", LOCAL],
  ["TIMESTAMP WITH TIME ZONE", timestamp("UTC")],
  [
    "BOOLEAN",
    {
      type: new Bool(),
      carried: asIs,
      data: (values) =>
        built(
          values.map((value) => (isThere(value) ? value === true : null)),
          new Bool()
        )
    }
  ],
  [
    "BLOB",
    {
      type: new Binary(),
      carried: (column) => sql`hex(${column})`,
      data: (values) =>
        built(
          values.map((value) => (isThere(value) ? Buffer.from(String(value), "hex") : null)),
          new Binary()
        )
    }
  ]
])
