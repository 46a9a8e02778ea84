/** Columns of Arrow on their way into DuckDB: as numbers and text, with the SQL that makes their real values of these. */
import { type Vector as ArrowVector, DataType, TimeUnit, type Timestamp } from "apache-arrow"
import type { Vector, Vectors } from "../../src/component/database.ts"
import { type Sql, authored, sql } from "../../src/component/sql.ts"
import { textOf } from "./arrow-text.ts"

export interface Transport {
  /** The DuckDB type of the value. */
  readonly type: string
  /** The types of the columns that carry it. */
  readonly carried: ReadonlyArray<"double" | "varchar">
  /** The value, of these columns. */
  readonly value: (parts: ReadonlyArray<Sql>) => Sql
  /** Is null where what is carried is no value of the type. */
  readonly unsure: boolean
  readonly vectors: (column: ArrowVector, start: number, end: number) => Vectors
}

/** How values of a type travel. */
export const transportOf = (type: DataType): Transport => {
  const name = typeName(type)
  if (DataType.isInt(type) && type.bitWidth < 64) return asNumber(name, (part) => sql`${part}::${authored(name)}`)
  if (DataType.isFloat(type)) return asNumber(name, (part) => part)
  if (DataType.isBool(type)) return asNumber(name, (part) => sql`${part}::boolean`)
  if (DataType.isInt(type)) return asHalves(name, (whole) => sql`${whole}::${authored(name)}`, type.isSigned, false)
  if (DataType.isTimestamp(type)) return asHalves(name, (whole) => timestamp(type, whole), true, true)
  return asText(type, name)
}

const typeName = (type: DataType): string => {
  if (DataType.isDictionary(type)) return typeName(type.dictionary)
  if (DataType.isInt(type)) {
    const size =
      type.bitWidth === 8 ? "TINYINT" : type.bitWidth === 16 ? "SMALLINT" : type.bitWidth === 32 ? "INTEGER" : "BIGINT"
    return type.isSigned ? size : `U${size}`
  }
  if (DataType.isFloat(type)) return "DOUBLE"
  if (DataType.isBool(type)) return "BOOLEAN"
  if (DataType.isDate(type)) return "DATE"
  if (DataType.isTimestamp(type)) return isZoned(type) ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP"
  if (DataType.isDecimal(type)) return type.precision <= 38 ? `DECIMAL(${type.precision},${type.scale})` : "DOUBLE"
  return isNested(type) ? "JSON" : "VARCHAR"
}

const isZoned = ({ timezone }: Timestamp): boolean => typeof timezone === "string" && timezone !== ""

const isNested = (type: DataType): boolean =>
  DataType.isList(type) ||
  DataType.isLargeList(type) ||
  DataType.isFixedSizeList(type) ||
  DataType.isStruct(type) ||
  DataType.isMap(type) ||
  DataType.isUnion(type)

const first = (parts: ReadonlyArray<Sql>): Sql => parts[0] ?? sql`null`

const asNumber = (type: string, value: (part: Sql) => Sql): Transport => ({
  type,
  carried: ["double"],
  value: (parts) => value(first(parts)),
  unsure: false,
  vectors: (column, start, end) => [
    Float64Array.from({ length: end - start }, (_, index) => {
      const found: unknown = column.get(start + index)
      return found === null || found === undefined ? Number.NaN : Number(found)
    })
  ]
})

const HALF = sql`4294967296`

/** Numbers of 64 bits as two of 32, which a DOUBLE holds exactly. */
const asHalves = (type: string, value: (whole: Sql) => Sql, signed: boolean, unsure: boolean): Transport => ({
  type,
  carried: ["double", "double"],
  value: ([high = sql`null`, low = sql`null`]) => value(sql`(${high}::hugeint * ${HALF} + ${low}::hugeint)`),
  unsure,
  vectors: (column, start, end) => {
    const high = new Float64Array(end - start).fill(Number.NaN)
    const low = new Float64Array(end - start).fill(Number.NaN)
    const [data] = column.data
    const values: unknown = data?.values
    if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return [high, low]
    const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let index = start; index < end; index++) {
      if (column.nullCount > 0 && !column.isValid(index)) continue
      const top = halves[2 * index + 1] ?? 0
      high[index - start] = signed ? top | 0 : top
      low[index - start] = halves[2 * index] ?? 0
    }
    return [high, low]
  }
})

const MICROS: { readonly [U in TimeUnit]: (whole: Sql) => Sql } = {
  [TimeUnit.SECOND]: (whole) => sql`${whole} * 1000000`,
  [TimeUnit.MILLISECOND]: (whole) => sql`${whole} * 1000`,
  [TimeUnit.MICROSECOND]: (whole) => whole,
  // Towards the past, also before 1970.
  [TimeUnit.NANOSECOND]: (whole) => sql`(${whole} - (${whole} % 1000 + 1000) % 1000) // 1000`
}

const timestamp = (type: Timestamp, whole: Sql): Sql => {
  const micros = sql`try_cast(${MICROS[type.unit](whole)} as bigint)`
  return isZoned(type) ? sql`try(make_timestamptz(${micros}))` : sql`try(make_timestamp(${micros}))`
}

const asText = (type: DataType, name: string): Transport => ({
  type: name,
  carried: ["varchar"],
  value: (parts) => (name === "VARCHAR" ? first(parts) : sql`try_cast(${first(parts)} as ${authored(name)})`),
  unsure: name !== "VARCHAR",
  vectors: (column, start, end): ReadonlyArray<Vector> => [
    Array.from({ length: end - start }, (_, index) => {
      const found: unknown = column.get(start + index)
      return found === null || found === undefined ? null : textOf(type, found)
    })
  ]
})

/** Names the columns that carry those of a table. */
export const partNames = (transports: ReadonlyArray<Transport>): ReadonlyArray<ReadonlyArray<string>> =>
  transports.map(({ carried }, column) => carried.map((_, part) => `c${column}_${part}`))
