/** The grants in the vault: what a provider has given for an account, and how they are kept. */
import { createHash } from "node:crypto"
import { Effect } from "effect"
import type { Connection } from "../component/account.ts"
import type { SourceError } from "../component/error.ts"
import type { Answer } from "./oauth.ts"
import { type Contents, type Grant, Vault } from "./vault.ts"

/**
 * Where a connection's grant is kept. The endpoint is part of it: tokens are never sent to a host that a pipeline names
 * unless that host has given them.
 */
export const grantKey = ({ account, endpoint, provider }: Connection): string =>
  endpoint === null ? `${provider} ${account}` : `${provider} ${account} at ${new URL(endpoint).origin}`

export const grantOf = (contents: Contents, connection: Connection): Grant | null =>
  contents.grants[grantKey(connection)] ?? null

/**
 * Runs an effect while no other fiber or process refreshes, connects or disconnects the account: whoever changes a grant
 * holds this, so that a late answer can't bring back what has been replaced.
 */
export const holdingGrant =
  (connection: Connection) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SourceError, R | Vault> =>
    Effect.flatMap(Vault, ({ withLock }) =>
      effect.pipe(withLock(`token-${createHash("sha256").update(grantKey(connection)).digest("hex").slice(0, 16)}`))
    )

/** Stores a grant; on disk when it returns. */
export const keepGrant = (connection: Connection, grant: Grant): Effect.Effect<void, SourceError, Vault> =>
  Effect.flatMap(Vault, ({ update }) =>
    Effect.asVoid(
      update((contents) => ({ ...contents, grants: { ...contents.grants, [grantKey(connection)]: grant } }))
    )
  )

/** Deletes a grant. */
export const dropGrant = (connection: Connection): Effect.Effect<void, SourceError, Vault> =>
  Effect.flatMap(Vault, ({ update }) =>
    Effect.asVoid(
      update((contents) => ({
        ...contents,
        grants: Object.fromEntries(Object.entries(contents.grants).filter(([key]) => key !== grantKey(connection)))
      }))
    )
  )

/** The tokens of an answer that came `now`, as they are kept. */
export const tokensOf = (answer: Answer, now: number): Pick<Grant, "access" | "issued_at" | "expires_at"> => ({
  access: answer.access,
  issued_at: now,
  expires_at: answer.lifetime === null ? null : now + answer.lifetime * 1000
})
