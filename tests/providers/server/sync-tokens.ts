/** Tokens from which a listing of changes goes on, and which end some day. */
import { stream } from "../../../src/sample/random.ts"
import type { ServerClock } from "./clock.ts"

export interface SyncTokens<T> {
  readonly issue: (state: T) => string
  /** Null for a token that is unknown or has ended. */
  readonly read: (token: string) => T | null
  /** All tokens end now. */
  readonly expireAll: () => void
}

export const syncTokensOf = <T>(name: string, seed: number, clock: ServerClock, lifeMs: number): SyncTokens<T> => {
  const tokens = new Map<string, { readonly state: T; readonly expiresAt: number }>()
  const random = stream("sync tokens", name, seed)
  return {
    issue: (state) => {
      const words = Array.from({ length: 6 }, () => random.integer(0, 2 ** 32 - 1).toString(36))
      const token = `${Buffer.from(words.join("")).toString("base64url")}=`
      tokens.set(token, { state, expiresAt: clock.now() + lifeMs })
      return token
    },
    read: (token) => {
      const found = tokens.get(token)
      return found === undefined || clock.now() >= found.expiresAt ? null : found.state
    },
    expireAll: () => tokens.clear()
  }
}
