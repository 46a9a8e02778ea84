/** The same meetings on several ways into one life, and how they meet there. */
import { Effect } from "effect"
import type { Connection } from "../../../src/component/account.ts"
import { join, literal, name, sql } from "../../../src/component/sql.ts"
import { query } from "../../support/engine.ts"
import { connectionsYaml, runOnline } from "../../support/online.ts"

export interface Routes {
  readonly home: string
  readonly connections: ReadonlyArray<Connection>
  /** The sources by their names, as in a pipeline; the first has all meetings. */
  readonly sources: { readonly [name: string]: string }
  /** What the first two say alike of a meeting. */
  readonly alike: ReadonlyArray<string>
}

/** Imports them all, and counts: of each source, of what all share, and of what the first two say otherwise. */
export const meetings = ({ alike, connections, home, sources }: Routes) =>
  Effect.gen(function* () {
    const all = Object.keys(sources)
    yield* runOnline(
      `
name: life
time_zone: Europe/Vienna
${connectionsYaml(...connections)}
sources:
${Object.entries(sources)
  .map(([source, options]) => `  ${source}: ${options}`)
  .join("\n")}
sinks:
  memories: { type: memories, from: [${all.join(", ")}] }
`,
      home
    )
    const staged = (source: string) => name("staging", `life__${source}`)
    const [first = "", second = ""] = all
    const said = (alias: string) => join(alike.map((column) => sql`${name(alias, column)}::varchar`))
    const [row] = yield* query(
      home,
      sql`select (select count(*) from life.events)::integer as events,
        (select count(distinct (uid, recurrence_id)) from life.events)::integer as meetings,
        (select count(*) from ${staged(first)})::integer as first,
        (select count(*) from (${join(
          all.map((source) => sql`select distinct _id from ${staged(source)}`),
          " intersect "
        )}))::integer as shared,
        (select count(*) from ${staged(first)} a join ${staged(second)} b using (_id)
          where (${said("a")}) is distinct from (${said("b")}))::integer as different,
        (select count(*) from (select entity_id from life.provenance where entity_type = 'events'
          group by 1 having count(distinct connector) = ${literal(all.length)}))::integer as proven`
    )
    return row ?? {}
  })

export const TIMES = ["title", "starts_at", "ends_at", "all_day", "local_start_date", "local_end_date", "time_zone"]
