/** A relation as the checks know it: where its rows will be, which columns they have, and what they are. */
import type { EntityName } from "../life/entity.ts"
import type { Sql } from "./sql.ts"

export interface Relation {
  /** Its name in the pipeline. */
  readonly name: string
  /** The table or view that holds it. */
  readonly table: Sql
  /** DuckDB type by column name, in order. */
  readonly columns: ReadonlyMap<string, string>
  /** Null without lineage. */
  readonly entity: RowEntity | null
  /** Every row has an `_id`, and no other row has it. Left out: not known. */
  readonly distinct?: boolean
}

/** What `_id` identifies: "memory" of one that a transform made; "mixed" when rows differ (`_entity` says which). */
export type RowEntity = EntityName | "memory" | "mixed"

/** The columns that are a person's to use: all but those with a leading underscore. */
export const visibleColumns = (relation: Relation): ReadonlyArray<string> =>
  [...relation.columns.keys()].filter((column) => !column.startsWith("_"))
