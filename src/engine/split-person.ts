/** Addresses and names that a rule took for one person, and that are somebody else's. */
import { Effect, Schema } from "effect"
import { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { uuid5 } from "../component/id.ts"
import { literal, sql } from "../component/sql.ts"
import { SPLIT_FROM } from "../life/edit.ts"
import type { Found } from "../life/find.ts"
import type { Change } from "../life/upsert.ts"
import { refuse, writeEdits } from "./say.ts"

const Alias = Schema.Struct({ id: Schema.String, called: Schema.Array(Schema.String) })
type Alias = typeof Alias.Type

/**
 * Notes that the parts, named by address, name or id, are one person, and not this one. Whatever resolves people heeds it
 * from now on. Gives the id that the new person has.
 */
export const splitPerson = (person: Found, parts: ReadonlyArray<string>, change: Change) =>
  Effect.gen(function* () {
    const all = yield* aliasesOf(person)
    const shown = all.map(({ called: [first], id }) => first ?? id).join(", ")
    if (all.length < 2) {
      return yield* refuse("nothing-merged", `${person.id} is a single address or name: it can't be split.`, SEE)
    }
    if (parts.length === 0) return yield* refuse("too-few-ids", "Split off what?", `Name some of: ${shown}.`)
    const wanted = new Set<Alias>()
    for (const part of parts) {
      const matches = all.filter((alias) => isCalled(alias, part.trim().toLowerCase()))
      if (matches.length === 0) {
        return yield* refuse("not-a-part", `"${part}" is no address or name of ${person.id}.`, `There are: ${shown}.`)
      }
      for (const match of matches) wanted.add(match)
    }
    if (wanted.size === all.length) {
      return yield* refuse("nothing-left", "That is all of the person: nobody would be left.", "Name fewer.")
    }
    const ids = [...wanted].map(({ id }) => Uuid(id)).toSorted()
    const as = uuid5(["split", person.id, ...ids])
    const json = JSON.stringify({ from: person.id, as })
    yield* writeEdits(
      ids.map((id) => ({ type: "people", id, field: SPLIT_FROM, json })),
      change
    )
    return as
  })

const SEE = "See what a person is made of: keepsake explain ID"

const isCalled = ({ called, id }: Alias, part: string): boolean =>
  called.includes(part) || (part.length >= 6 && id.startsWith(part))

/** The person's own address or name, and those that are the same by a rule. */
const aliasesOf = ({ id }: Found) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows(
      sql`with others as (
          select to_id as id, rule, coalesce(from_json(evidence->'$.addresses', '["varchar"]'), [evidence->>'$.name']) as called
          from life.links where from_type = 'people' and relation = 'same_as' and to_type = 'people' and from_id = ${literal(id)}
        ),
        own as (
          select person_id as id, from_json(addresses, '["varchar"]') as addresses, lower(name) as name from life.people where person_id = ${literal(id)}
        )
        select id::varchar as id, called from (
          select id, coalesce(nullif(list_filter(addresses, lambda one: not list_contains(taken, one)), []), [name]) as called
          from own, (select coalesce(flatten(list(called)), []) as taken, bool_or(rule in ('same-id/1', 'edit/1')) as renamed from others)
          -- Whose id is from before, or made by a split, has no address of its own.
          where not (coalesce(renamed, false) and len(list_filter(addresses, lambda one: not list_contains(taken, one))) = 0)
          union all select id, called from others
        ) order by id <> ${literal(id)}, called`,
      Alias
    )
  })
