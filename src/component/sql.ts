/**
 * SQL text that is safe by construction: values and names enter only through `literal` and `name`, so that
 * nothing from a pipeline or an archive can change a statement's structure.
 */
import type * as Brand from "effect/Brand"

/** A fragment of DuckDB SQL. */
export type Sql = string & Brand.Brand<"Sql">

const trusted = (text: string): Sql => text as Sql

/** A SQL template; every value must itself be a fragment. */
export const sql = (strings: TemplateStringsArray, ...fragments: ReadonlyArray<Sql>): Sql => {
  let text = strings[0] ?? ""
  fragments.forEach((fragment, index) => {
    text += fragment + (strings[index + 1] ?? "")
  })
  return trusted(text)
}

/** A quoted identifier; several parts make a qualified one: `name("staging", "a__b")`. */
export const name = (...parts: ReadonlyArray<string>): Sql =>
  trusted(parts.map((part) => `"${part.replaceAll('"', '""')}"`).join("."))

/** A value as a SQL literal. */
export const literal = (value: string | number | bigint | boolean | null): Sql => {
  if (value === null) return trusted("NULL")
  if (typeof value === "string") return text(value)
  if (typeof value === "number" && !Number.isFinite(value)) return trusted(`'${String(value)}'::DOUBLE`)
  return trusted(String(value))
}

/** A statement ends at a NUL, wherever that stands. */
const text = (value: string): Sql =>
  value.includes("\u0000")
    ? trusted(`(${value.split("\u0000").map(quoted).join(" || chr(0) || ")})`)
    : trusted(quoted(value))

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** Fragments with a separator between them. */
export const join = (fragments: ReadonlyArray<Sql>, separator = ", "): Sql => trusted(fragments.join(separator))

/** A list of names, separated by commas. */
export const names = (columns: ReadonlyArray<string>): Sql => join(columns.map((column) => name(column)))

export const empty: Sql = trusted("")

/** SQL that a person wrote: it is checked by binding it, and runs with that person's rights. */
export const authored = (text: string): Sql => trusted(text)
