/** What the checks of sources, transforms and sinks have in common. */
import { createHash } from "node:crypto"
import { Effect, type Scope } from "effect"
import type { Catalogue } from "../component/catalogue.ts"
import type { LocalServices } from "../component/connector.ts"
import type { ConfigProblem, DatabaseError } from "../component/error.ts"
import { nearest } from "../component/nearest.ts"
import type { Relation } from "../component/relation.ts"
import { authored, join, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"

export type Checking<A> = Effect.Effect<A, DatabaseError, Warehouse | Catalogue | LocalServices | Scope.Scope>

export const hashOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex")

/** The component's own keys, apart from those that belong to its section. */
export const ownKeys = (raw: { readonly [key: string]: unknown }, shared: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(raw).filter(([key]) => !shared.includes(key)))

export const unknownType = (
  source: Source,
  path: Path,
  type: string,
  known: Iterable<string>,
  kind: string
): Finding => {
  const types = [...known]
  const near = nearest(type, types)
  return source.finding([...path, "type"], "value", {
    severity: "error",
    code: "unknown-type",
    message: `There is no ${kind} of type "${type}".`,
    hint: near === null ? `There are: ${types.join(", ")}.` : `Did you mean "${near}"? See: keepsake list`
  })
}

export const problemFinding = (source: Source, base: Path, problem: ConfigProblem): Finding =>
  source.finding([...base, ...problem.path], "value", {
    severity: "error",
    code: problem.code,
    message: problem.message,
    hint: problem.hint
  })

/** Something empty in the scratch database to bind against, as a run has it, and its name as SQL in pipelines knows it. */
export const emptyRelation = (relation: Relation, as: "table" | "view") =>
  Effect.gen(function* () {
    if (relation.columns.size === 0) return
    const { database } = yield* Warehouse
    const columns = join([...relation.columns].map(([column, type]) => sql`null::${authored(type)} as ${name(column)}`))
    yield* database.execute(sql`
      create or replace ${authored(as)} ${relation.table} as select ${columns} where false;
      create or replace temp view ${name(relation.name)} as select * from ${relation.table};`)
  })
