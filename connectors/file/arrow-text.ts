/** Arrow's values as text: as DuckDB reads them, and as JSON where they are nested. */
import { DataType, TimeUnit } from "apache-arrow"
import type { Json } from "../../src/component/column.ts"

/** A value that isn't null. */
export const textOf = (type: DataType, value: unknown): string => {
  const json = jsonOf(type, value)
  return typeof json === "string" ? json : JSON.stringify(json)
}

const jsonOf = (type: DataType, value: unknown): Json => {
  if (value === null || value === undefined) return null
  if (DataType.isDictionary(type)) return jsonOf(type.dictionary, value)
  if (DataType.isMap(type)) return mapOf(type.children[0]?.type, value)
  if (DataType.isStruct(type)) {
    return Object.fromEntries(
      type.children.map((field) => [field.name, jsonOf(field.type, Reflect.get(Object(value), field.name))])
    )
  }
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)) {
    const [child] = type.children
    return child === undefined || !isIterable(value) ? null : Array.from(value, (item) => jsonOf(child.type, item))
  }
  if (DataType.isDate(type) && typeof value === "number") return isoTime(value).slice(0, -14)
  if (DataType.isTimestamp(type) && typeof value === "number") {
    return type.timezone === null || type.timezone === undefined ? isoTime(value).slice(0, -1) : isoTime(value)
  }
  if (DataType.isTime(type)) return timeOf(Number(value), type.unit)
  if (DataType.isDecimal(type) && value instanceof Uint32Array) return decimalOf(value, type.scale)
  if (value instanceof Uint8Array) return bytesOf(value)
  return plain(value)
}

const plain = (value: unknown): Json => {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
    default:
      return String(value)
  }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, Symbol.iterator) === "function"

const mapOf = (entry: DataType | undefined, value: unknown): Json => {
  const [key, item] = entry !== undefined && DataType.isStruct(entry) ? entry.children : []
  if (key === undefined || item === undefined || !isIterable(value)) return null
  return Object.fromEntries(
    Array.from(value, (pair) => {
      const [found, held]: ReadonlyArray<unknown> = Array.isArray(pair) ? pair : []
      return [textOf(key.type, found), jsonOf(item.type, held)]
    })
  )
}

const isoTime = (millis: number): string => {
  const time = new Date(Math.floor(millis))
  return Number.isNaN(time.getTime()) ? "out of range" : time.toISOString()
}

const TICKS: { readonly [U in TimeUnit]: number } = {
  [TimeUnit.SECOND]: 1,
  [TimeUnit.MILLISECOND]: 1e3,
  [TimeUnit.MICROSECOND]: 1e6,
  [TimeUnit.NANOSECOND]: 1e9
}

/** `10:15:30.5`, as DuckDB writes it. */
const timeOf = (ticks: number, unit: TimeUnit): string => {
  const seconds = Math.floor(ticks / TICKS[unit])
  const micros = Math.floor(((ticks % TICKS[unit]) * 1e6) / TICKS[unit])
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) =>
    String(Math.floor(part)).padStart(2, "0")
  )
  const fraction = micros === 0 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`
  return clock.join(":") + fraction
}

/** Two's complement in words of 32 bits, the lowest first. */
const decimalOf = (words: Uint32Array, scale: number): string => {
  let whole = 0n
  for (let index = words.length - 1; index >= 0; index--) whole = (whole << 32n) | BigInt(words[index] ?? 0)
  whole = BigInt.asIntN(words.length * 32, whole)
  const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, "0")
  const sign = whole < 0n ? "-" : ""
  return scale <= 0
    ? `${sign}${digits}${"0".repeat(-scale)}`
    : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Bytes as DuckDB writes them: what can be read is, and `\\x..` for the others. */
const bytesOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x22 && byte !== 0x27
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`
  ).join("")
