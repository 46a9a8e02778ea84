import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { explain } from "../../src/command/explain.ts"
import { undo } from "../../src/command/undo.ts"
import { inWorld } from "../connectors/google-calendar/world.ts"
import { called } from "./command.ts"
import { dump } from "./dump.ts"
import { idOf } from "./home.ts"

it.live("what a provider's changes did is taken back, to its items; and the next run brings it again", () =>
  inWorld({ google: { events: 40, photos: 0 } }, ({ home, providers, run, stored }) =>
    Effect.gen(function* () {
      yield* run()
      const before = yield* dump(home)
      const id = yield* idOf(home, "select event_id from life.events order by starts_at")
      const { result } = yield* called(explain, home, { id: Option.some(id), missing: Option.none() })
      // What a provider told is no file that could be gone.
      assert.deepInclude(result.origins[0], {
        connector: "google-calendar",
        account: "ana@example.com",
        archive_present: null,
        offset: null
      })
      assert.match(result.origins[0].member, /^calendars\/.+\/events\/.+/)
      const { agenda } = providers.google.calendar
      const [first, second] = agenda.entries()
      if (first === undefined || second === undefined) return assert.fail("an empty agenda")
      const now = providers.clock.now()
      agenda.remove(first.id, now)
      agenda.put({ ...second, title: "Moved", updatedAt: now })
      const { run_id } = yield* run()
      const after = yield* stored
      assert.notDeepEqual(yield* dump(home), before)
      const outcome = yield* called(undo, home, { run: run_id, yes: true })
      assert.isNull(outcome.error)
      assert.deepEqual(yield* dump(home), before)
      yield* run()
      assert.deepEqual(yield* stored, after)
    })
  )
)
