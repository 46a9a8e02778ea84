/** What transforms share about columns: are the named ones there, which are always carried along, which times and places. */
import { Effect } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { nearest } from "../src/component/nearest.ts"
import { LINEAGE, type Relation, visibleColumns } from "../src/component/relation.ts"

/** Leads to a value in the YAML, below the component. */
export type ConfigPath = ReadonlyArray<string | number>

/** What joins and groupings say about a row: `select` keeps these columns, as the `memories` sink reads them. */
const FINDINGS = [
  "right_entity",
  "right_id",
  "link_confidence",
  "link_rule",
  "link_evidence",
  "link_seconds",
  "link_metres",
  "moment_id",
  "moment_starts_at",
  "moment_ends_at",
  "moment_size",
  "place_id"
]

/** Columns of the relation that say what a row is and what was found about it. */
export const carriedColumns = (relation: Relation): ReadonlyArray<string> =>
  [...LINEAGE, ...FINDINGS].filter((column) => relation.columns.has(column))

/** Is the schema unknown, as that of files that aren't there yet? Then nothing can be said about columns. */
export const isUnknown = (relation: Relation): boolean => relation.columns.size === 0

/** The column as the relation spells it (names are case-insensitive, as in SQL); null when it has none. */
export const findColumn = (relation: Relation, column: string): string | null => {
  if (relation.columns.has(column)) return column
  const wanted = column.toLowerCase()
  return [...relation.columns.keys()].find((name) => name.toLowerCase() === wanted) ?? null
}

/** True also where the schema is unknown. */
export const hasColumns = (relation: Relation, columns: ReadonlyArray<string>): boolean =>
  isUnknown(relation) || columns.every((column) => findColumn(relation, column) !== null)

/** The column's DuckDB type; null when it is unknown. */
export const columnType = (relation: Relation, column: string): string | null => {
  const found = findColumn(relation, column)
  return found === null ? null : (relation.columns.get(found) ?? null)
}

/** The problem of a column that isn't there. */
export const unknownColumn = (relation: Relation, column: string, path: ConfigPath): ConfigProblem => {
  const close = nearest(column, relation.columns.keys())
  const listed = `${relation.name} has ${visibleColumns(relation).join(", ")}.`
  return new ConfigProblem({
    code: "unknown-column",
    path,
    message: `${relation.name} has no column ${column}`,
    hint: close === null ? listed : `Did you mean ${close}? ${listed}`
  })
}

/** Fails with the first of the named columns that the relation lacks. */
export const requireColumns = (
  relation: Relation,
  named: ReadonlyArray<{ readonly column: string; readonly path: ConfigPath }>
): Effect.Effect<void, ConfigProblem> => {
  if (isUnknown(relation)) return Effect.void
  const missing = named.find(({ column }) => findColumn(relation, column) === null)
  return missing === undefined ? Effect.void : Effect.fail(unknownColumn(relation, missing.column, missing.path))
}

/** Fails when a transform would add a column that is there already. */
export const refuseColumns = (
  relation: Relation,
  added: ReadonlyArray<string>,
  path: ConfigPath
): Effect.Effect<void, ConfigProblem> => {
  const taken = added.find((column) => findColumn(relation, column) !== null)
  return taken === undefined
    ? Effect.void
    : Effect.fail(
        new ConfigProblem({
          code: "column-exists",
          path,
          message: `${relation.name} already has a column ${taken}, which this transform would add`,
          hint: `Rename or leave out ${taken} in an sql transform before this one.`
        })
      )
}

/** `key: [a, b]` as columns with their places in the YAML. */
export const listed = (key: string, columns: ReadonlyArray<string>) =>
  columns.map((column, index) => ({ column, path: [key, index] }))
