import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import { literal, sql } from "../../src/component/sql.ts"
import { Searched } from "../support/engine.ts"
import { EVENTS, type World, inWorld } from "./world.ts"

/** A world in which a token gets out; gives what the watch says of it. */
const leaking = (leak: (token: string, world: World) => Effect.Effect<void, unknown, Database>) =>
  Effect.map(
    Effect.exit(
      inWorld((world) =>
        Effect.gen(function* () {
          const me = world.connectionTo("google")
          yield* world.connect(me)
          yield* leak(yield* world.token(me, [EVENTS]), world)
        })
      ).pipe(Effect.provideService(Searched, false))
    ),
    (exit) => String(exit)
  )

describe("the watch over secrets finds a token (I5)", () => {
  const ways: Readonly<Record<string, Parameters<typeof leaking>[0]>> = {
    "in a log": (token) => Effect.logDebug(`Refreshed to ${token}`),
    "in a trace": (token) => Effect.withSpan(Effect.void, "request", { attributes: { authorization: token } }),
    "in a log's error": (token) => Effect.ignore(Effect.logError("failed", new Error(token))),
    "in a file of the home": (token, { home }) => Effect.sync(() => writeFileSync(join(home, "run.log"), token)),
    "in the database": (token) =>
      Effect.flatMap(Database, (database) =>
        database.execute(sql`insert into state.skips (reason, count) values (${literal(token)}, 1); checkpoint`)
      )
  }
  for (const [where, leak] of Object.entries(ways)) {
    it.live(where, () => Effect.map(leaking(leak), (said) => assert.match(said, / holds access-/)))
  }

  it.live("and nothing where there is none", () =>
    Effect.map(
      leaking(() => Effect.void),
      (said) => assert.match(said, /Success/)
    )
  )
})
