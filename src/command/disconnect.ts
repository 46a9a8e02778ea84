import { Effect, Layer, Option } from "effect"
import { disconnect as disconnectAccount } from "../account/disconnect.ts"
import { warehouseLayer } from "../warehouse/warehouse.ts"
import { namedConnection } from "./connection.ts"
import { accountParts } from "./online.ts"
import { type Shared, answer } from "./reply.ts"
import type { DisconnectInput } from "./flags/accounts.ts"
import { homeOf, planOf } from "./session.ts"

/** Takes an account's access back, here and at the provider. What was stored stays. */
export const disconnect = (shared: Shared, input: DisconnectInput) =>
  answer(
    "disconnect",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(input.pipeline)
      const connection = yield* namedConnection(plan, input)
      const home = homeOf(shared)
      const { revoked, words } = yield* disconnectAccount(connection, { force: input.force }).pipe(
        Effect.provide(Layer.mergeAll(accountParts(home), warehouseLayer(home, Option.getOrUndefined(shared.memory))))
      )
      return { summary: { connection: connection.name, revoked }, result: null, text: words }
    })
  )
