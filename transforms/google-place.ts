/** What Google's place services have in common: how long their answers may be kept, and how they are joined. */
import { Duration, Effect, Schema } from "effect"
import type { Connection } from "../src/component/account.ts"
import { unconnected } from "../src/component/api-stream.ts"
import { type Ask, askWith } from "../src/component/api.ts"
import type { Columns } from "../src/component/column.ts"
import type { Access } from "../src/component/connector.ts"
import type { SourceError } from "../src/component/error.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, name, sql } from "../src/component/sql.ts"
import type { Lookup } from "../src/component/transform.ts"

/** Google allows its coordinates to be kept for 30 days and a place's id for good; all else is no record, but a cache. */
export const EXPIRES: NonNullable<Lookup<never>["expires"]> = { after: Duration.days(30), kept: ["google_place_id"] }

/** Questions under way at the same time. */

export const ATTRIBUTION = "Names and pictures of places: Google Maps"

export const LANGUAGE = Schema.optionalKey(
  Schema.NonEmptyString.annotate({
    description: "The language of names (BCP 47), such as de or pt-BR; default: the pipeline's locale."
  })
)

/** How a transform asks; it can't be put to use without a connection. */
export const askOf = (
  type: string,
  { scopes }: Access,
  connection: Connection | null
): Effect.Effect<Ask, SourceError> =>
  connection === null ? Effect.fail(unconnected(type)) : Effect.succeed(askWith({ connection, scopes, stream: type }))

/** The rows `t` of a relation with columns of a cache `c`: which are replaced, and which are added. */
export const joined = (
  from: Relation,
  columns: Columns,
  c: string,
  prefer: "known" | "answer"
): { readonly replaced: ReadonlyArray<Sql>; readonly added: ReadonlyArray<Sql> } => {
  const all = Object.keys(columns)
  return {
    replaced: all
      .filter((column) => from.columns.has(column))
      .map((column) => {
        const [known, answer] = [sql`t.${name(column)}`, sql`${name(c, column)}`]
        const [first, second] = prefer === "known" ? [known, answer] : [answer, known]
        return sql`coalesce(${first}, ${second}) as ${name(column)}`
      }),
    added: all.filter((column) => !from.columns.has(column)).map((column) => name(c, column))
  }
}
