/** Checks of the columns that a configuration names, before any SQL is made of them. */
import { Effect } from "effect"
import type { SqlType } from "../src/component/column.ts"
import { ConfigProblem } from "../src/component/error.ts"
import { nearest } from "../src/component/nearest.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, name, sql } from "../src/component/sql.ts"

type Path = ReadonlyArray<string | number>

export interface NamedColumn {
  readonly column: string
  /** Where the configuration names it. */
  readonly path: Path
}

/** Refuses the first column that the relation lacks. A relation without columns is not known yet: it passes. */
export const requireColumns = (
  relation: Relation,
  wanted: ReadonlyArray<NamedColumn>
): Effect.Effect<void, ConfigProblem> => {
  if (relation.columns.size === 0) return Effect.void
  const missing = wanted.find(({ column }) => !relation.columns.has(column))
  return missing === undefined ? Effect.void : Effect.fail(unknownColumn(relation, missing))
}

const unknownColumn = (relation: Relation, { column, path }: NamedColumn): ConfigProblem => {
  const close = nearest(column, relation.columns.keys())
  return new ConfigProblem({
    code: "unknown-column",
    path,
    message: `"${relation.name}" has no column "${column}".`,
    hint:
      close === null
        ? `Name one of its columns: ${[...relation.columns.keys()].filter((known) => !known.startsWith("_")).join(", ")}.`
        : `Did you mean "${close}"?`
  })
}

/** A list in the configuration, each column at its own position; a single value has no position. */
export const namedColumns = (columns: ReadonlyArray<string>, path: Path): ReadonlyArray<NamedColumn> =>
  columns.map((column, index) => ({ column, path: columns.length === 1 ? path : [...path, index] }))

/** Refuses output that would hold two columns of one name. */
export const requireDistinct = (columns: ReadonlyArray<string>, path: Path): Effect.Effect<void, ConfigProblem> => {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index)
  return twice === undefined
    ? Effect.void
    : Effect.fail(
        new ConfigProblem({
          code: "duplicate-column",
          path,
          message: `the result would have two columns named ${twice}`,
          hint: `Rename ${twice}, or the column it comes from, with a \`sql\` transform before this one.`
        })
      )
}

/** Columns by which rows are put in an order that is the same on every run: the keys if there, else all columns. */
export const tieBreakers = (relation: Relation, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = keys.filter((key) => relation.columns.has(key))
  return known.length > 0 ? known : [...relation.columns.keys()]
}

/** A column of the relation `t`; null where it lacks it. */
export const columnOrNull = ({ columns }: Relation, column: string, type: SqlType): Sql =>
  columns.has(column) ? sql`${name("t", column)}::${name(type)}` : sql`null::${name(type)}`
