import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { undo } from "../../src/command/undo.ts"
import { inWorld } from "../connectors/google-calendar/world.ts"
import { called } from "./command.ts"
import { dump } from "./dump.ts"

it.live("what a provider's changes did is taken back, to its items; and the next run brings it again", () =>
  inWorld({ google: { events: 40, photos: 0 } }, ({ home, providers, run, stored }) =>
    Effect.gen(function* () {
      yield* run()
      const before = yield* dump(home)
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
