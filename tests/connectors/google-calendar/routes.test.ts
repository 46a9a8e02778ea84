/** The same meeting, by whichever way it comes, is one event with as many provenances. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query } from "../../support/engine.ts"
import { TIMES, meetings } from "../calendar/routes.ts"
import { exported } from "./exported.ts"
import { inWorld } from "./world.ts"

describe("the same events from Google and from its .ics file", () => {
  it.live("are one each, with both provenances", () =>
    inWorld({ google: { events: 120, photos: 0 } }, ({ connection, home, providers }) =>
      Effect.gen(function* () {
        const file = join(home, "calendar.ics")
        writeFileSync(file, exported(providers.google.calendar.agenda.entries()))
        const {
          different,
          events,
          first,
          meetings: all,
          proven,
          shared
        } = yield* meetings({
          home,
          connections: [connection],
          sources: {
            online: "{ type: google-calendar.events, connection: me }",
            exported: `{ type: ics.events, path: ${file} }`
          },
          alike: TIMES
        })
        assert.isAbove(Number(events), 120)
        assert.deepEqual([all, first, shared, proven], [events, events, events, events])
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
