/** How a connection stands, without asking anybody: for `doctor`, `status` and the dashboard. */
import { Clock, Effect } from "effect"
import type { Connection } from "../component/account.ts"
import type { SourceError } from "../component/error.ts"
import { endingSoon } from "./failure.ts"
import { grantOf } from "./grant.ts"
import { type Providers, providerOf } from "./provider.ts"
import { Vault } from "./vault.ts"

export interface Standing {
  readonly state: "connected" | "ended" | "never"
  readonly granted: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly connectedAt: number | null
  /** Why it has ended, or what will end before long; null: all is well. */
  readonly warning: string | null
}

export const standingOf = (connection: Connection): Effect.Effect<Standing, SourceError, Vault | Providers> =>
  Effect.gen(function* () {
    const provider = yield* providerOf(connection)
    const vault = yield* Vault
    const grant = grantOf(yield* vault.contents, connection)
    if (grant === null) return { state: "never", granted: [], connectedAt: null, warning: null }
    return {
      state: grant.ended === null ? "connected" : "ended",
      granted: grant.scopes,
      connectedAt: grant.connected_at,
      warning: grant.ended ?? endingSoon(connection, provider, grant, yield* Clock.currentTimeMillis)
    }
  })
