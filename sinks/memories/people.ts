/** People invited to events, and the events that they attend. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { sql } from "../../src/component/sql.ts"
import { entityTables, links } from "../../src/life/table.ts"
import { type Change, none, plus, upsert } from "../../src/life/upsert.ts"

export const loadPeople = (
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    let counts = none
    for (const source of sources) {
      if (source.entity !== "events" || !source.columns.has("attendees")) continue
      // An address is one person; a name alone is one only within its account.
      yield* database.execute(sql`
        create or replace temp table _people as
          with invited as (
            select _id, lower(person->>'address') as address, person->>'name' as name, person->>'role' as role,
              person->>'response' as response
            from (
              select _id, unnest(from_json(attendees, '["json"]')) as person from ${source.table}
              where attendees is not null
            )
          )
          select ${uuid5Sql(["person", source.account], sql`coalesce(address, 'name:' || name)`)} as person_id, *
          from invited where coalesce(address, name) is not null`)
      const persons = yield* upsert(
        entityTables.people,
        {
          query: sql`select person_id, max(name) as name,
              to_json(list_sort(list(distinct address) filter (address is not null))) as addresses
            from _people group by person_id`,
          columns: ["person_id", "name", "addresses"]
        },
        change,
        { keepKnown: true }
      )
      const attendance = yield* upsert(
        links,
        {
          query: sql`select 'people' as from_type, person_id as from_id, 'attends' as relation, 'events' as to_type,
              _id as to_id, 1.0 as confidence, 'attendee/1' as rule,
              json_object('role', max(role), 'response', max(response)) as evidence
            from _people group by person_id, _id`,
          columns: [...links.key, "confidence", "rule", "evidence"]
        },
        change,
        { within: [sql`relation = 'attends'`] }
      )
      counts = plus(counts, plus(persons, attendance))
    }
    yield* database.execute(sql`drop table if exists _people`)
    return counts
  })
