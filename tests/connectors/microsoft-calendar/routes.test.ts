/** The same meeting, by whichever way it comes, is one event with as many provenances. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { connectionTo } from "../../provider/client.ts"
import { query } from "../../support/engine.ts"
import { connect, connectionsYaml, runOnline } from "../../support/online.ts"
import { exported } from "../google-calendar/exported.ts"
import { inWorld } from "./world.ts"

describe("the same events from Microsoft, from Google and from an .ics file", () => {
  it.live("are one each, with all three provenances", () =>
    inWorld({ google: { events: 0, photos: 0 }, microsoft: { events: 80 } }, ({ connection, home, providers }) =>
      Effect.gen(function* () {
        const entries = providers.microsoft.calendar.agenda.entries()
        for (const entry of entries) providers.google.calendar.agenda.put(entry)
        const google = { ...connectionTo(providers, "google", "ana@example.com"), name: "other" }
        yield* connect(google, home)
        const file = join(home, "calendar.ics")
        writeFileSync(file, exported(entries))
        yield* runOnline(
          `
name: life
time_zone: Europe/Vienna
${connectionsYaml(connection, google)}
sources:
  outlook: { type: microsoft-calendar.events, connection: me, since: 2020-01-01, until: 2027-01-01 }
  google: { type: google-calendar.events, connection: other }
  exported: { type: ics.events, path: ${file} }
sinks:
  memories: { type: memories, from: [outlook, google, exported] }
`,
          home
        )
        const [row] = yield* query(
          home,
          authored(`select
            (select count(*) from life.events)::integer as events,
            (select count(distinct (uid, recurrence_id)) from life.events)::integer as meetings,
            (select count(*) from staging.life__outlook)::integer as outlook,
            (select count(*) from staging.life__outlook o join staging.life__google g using (_id)
              join staging.life__exported e using (_id))::integer as shared,
            (select count(*) from staging.life__outlook o join staging.life__google g using (_id)
              where (o.title, o.starts_at, o.ends_at, o.all_day, o.local_start_date, o.local_end_date, o.time_zone, o.uid,
                  o.recurrence_id, o.location_text, o.status, o.attendees::varchar)
                is distinct from (g.title, g.starts_at, g.ends_at, g.all_day, g.local_start_date, g.local_end_date,
                  g.time_zone, g.uid, g.recurrence_id, g.location_text, g.status, g.attendees::varchar))::integer as different`)
        )
        assert.isAbove(Number(row?.["outlook"]), 80)
        assert.strictEqual(row?.["meetings"], row?.["events"])
        assert.strictEqual(row?.["shared"], row?.["outlook"])
        assert.strictEqual(row?.["different"], 0)
      })
    )
  )
})
