/** The same meeting, by whichever way it comes, is one event with as many provenances. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connectionTo } from "../../provider/client.ts"
import { connect } from "../../support/online.ts"
import { TIMES, meetings } from "../calendar/routes.ts"
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
        const {
          different,
          events,
          first,
          meetings: all,
          shared
        } = yield* meetings({
          home,
          connections: [connection, google],
          sources: {
            outlook: "{ type: microsoft-calendar.events, connection: me, since: 2020-01-01, until: 2027-01-01 }",
            google: "{ type: google-calendar.events, connection: other }",
            exported: `{ type: ics.events, path: ${file} }`
          },
          alike: [...TIMES, "uid", "recurrence_id", "location_text", "status", "attendees"]
        })
        assert.isAbove(Number(first), 80)
        assert.strictEqual(all, events)
        assert.strictEqual(shared, first)
        assert.strictEqual(different, 0)
      })
    )
  )
})
