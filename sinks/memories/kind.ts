/** What the rows of a relation become, by its columns. */
import type { Relation } from "../../src/component/relation.ts"

/** Has a link beside each row, of a kind that the transform names. */
export const isDerived = (relation: Relation): boolean => relation.columns.has("link_relation")

/** Derived rows have no record of their own in staging. */
export const isMade = (relation: Relation): boolean => isDerived(relation) && !relation.columns.has("_key")

/** Made rows that lie in time by what they are linked to. */
export const liesByLinks = (relation: Relation): boolean => isMade(relation) && relation.columns.has("right_starts_at")

/** Its rows are records to be kept in the table of their entity. */
export const holdsRecords = (relation: Relation): boolean => relation.entity !== null && !isMade(relation)

/** Its rows belong to events or moments, each of which is a memory. */
export const makesMemories = (relation: Relation): boolean =>
  relation.columns.has("right_id") || relation.columns.has("moment_id")
