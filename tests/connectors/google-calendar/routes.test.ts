/** The same meeting, by whichever way it comes, is one event with as many provenances. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query } from "../../support/engine.ts"
import { connectionsYaml, runOnline } from "../../support/online.ts"
import { exported } from "./exported.ts"
import { inWorld } from "./world.ts"

describe("the same events from Google and from its .ics file", () => {
  it.live("are one each, with both provenances", () =>
    inWorld({ google: { events: 120, photos: 0 } }, ({ connection, home, providers }) =>
      Effect.gen(function* () {
        const file = join(home, "calendar.ics")
        writeFileSync(file, exported(providers.google.calendar.agenda.entries()))
        yield* runOnline(
          `
name: life
time_zone: Europe/Vienna
${connectionsYaml(connection)}
sources:
  online: { type: google-calendar.events, connection: me }
  exported: { type: ics.events, path: ${file} }
sinks:
  memories: { type: memories, from: [online, exported] }
`,
          home
        )
        const [row] = yield* query(
          home,
          authored(`select
            (select count(*) from life.events)::integer as events,
            (select count(distinct (uid, recurrence_id)) from life.events)::integer as meetings,
            (select count(*) from staging.life__online)::integer as online,
            (select count(*) from staging.life__exported)::integer as exported,
            (select count(*) from staging.life__online o join staging.life__exported e using (_id)
              where (o.title, o.starts_at, o.ends_at, o.all_day, o.local_start_date, o.local_end_date, o.time_zone)
                is distinct from (e.title, e.starts_at, e.ends_at, e.all_day, e.local_start_date, e.local_end_date, e.time_zone))::integer as different,
            (select count(*) from (select entity_id from life.provenance where entity_type = 'events'
              group by 1 having count(distinct connector) = 2))::integer as both`)
        )
        const { both, different, events, exported: fromFile, meetings, online } = row ?? {}
        assert.isAbove(Number(events), 120)
        assert.deepEqual([meetings, online, fromFile, both], [events, events, events, events])
        assert.strictEqual(different, 0)
      })
    )
  )
})

describe("the people invited", () => {
  it.live("are people, and rooms are not", () =>
    inWorld({ google: { events: 80, photos: 0 } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run()
        const entries = providers.google.calendar.agenda.entries().filter(({ status }) => status !== "cancelled")
        const guests = entries.flatMap(({ guests: invited }) => invited)
        const people = new Set(
          [...guests.filter(({ resource }) => !resource), ...entries.map(({ organizer }) => organizer)].map(
            ({ address }) => address.toLowerCase()
          )
        )
        const rows = yield* query(home, authored("select unnest(addresses::varchar[]) as address from life.people"))
        const found = new Set(rows.map(({ address }) => String(address)))
        assert.deepEqual(
          [...people].filter((address) => !found.has(address)),
          []
        )
        assert.deepEqual(
          guests.filter(({ address, resource }) => resource && found.has(address)),
          []
        )
      })
    )
  )
})
