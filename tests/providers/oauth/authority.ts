/** Who has granted what to whom: clients, consents, codes and tokens of one provider. */
import { createHash } from "node:crypto"
import type { Identity } from "../server/call.ts"
import type { ServerClock } from "../server/clock.ts"
import type { Secrets } from "../server/secrets.ts"

export interface Client {
  readonly id: string
  /** Null for a public client. */
  readonly secret: string | null
  /** Whose quota its requests use. */
  readonly project: string
  /** A project in testing: its refresh tokens end after seven days. */
  readonly testing: boolean
}

/** What becomes of a refresh token that has been used. */
export type Rotation =
  /** It stays, and no new one is given. */
  | "keep"
  /** A new one is given, and both are good. */
  | "overlap"
  /** A new one is given, and the old one is refused. */
  | "strict"

export interface TokenRules {
  readonly prefixes: { readonly code: string; readonly access: string; readonly refresh: string }
  readonly accessMs: number
  readonly codeMs: number
  /** From consent to the end, however often it is used; null where there is none. */
  readonly refreshMs: number | null
  readonly rotation: Rotation
  /** Whether a grant of these scopes comes with a refresh token. */
  readonly refreshable: (scopes: ReadonlySet<string>) => boolean
}

export interface Grant {
  readonly client: Client
  readonly user: string
  readonly scopes: ReadonlySet<string>
  readonly consentedAt: number
  revoked: boolean
}

interface Code {
  readonly grant: Grant
  readonly redirectUri: string
  readonly challenge: string
  readonly issuedAt: number
  used: boolean
}

export interface Issued {
  readonly grant: Grant
  readonly access: string
  readonly refresh: string | null
  readonly expiresInSeconds: number
}

/** Why a code or a refresh token is no good. */
export type Denial = "unknown" | "used" | "expired" | "revoked" | "other client" | "wrong redirect" | "wrong verifier"

export interface Authority {
  readonly clients: Map<string, Client>
  readonly grants: () => ReadonlyArray<Grant>
  readonly grant: (client: Client, user: string, scopes: ReadonlySet<string>) => Grant
  readonly codeFor: (grant: Grant, redirectUri: string, challenge: string) => string
  readonly redeem: (code: string, client: Client, redirectUri: string, verifier: string) => Issued | Denial
  /** Tokens for a grant that needs no code. */
  readonly issue: (grant: Grant) => Issued
  readonly refresh: (token: string, client: Client) => Issued | Denial
  /** Ends the grant that a token belongs to; false if there is none. */
  readonly revokeToken: (token: string) => boolean
  /** The user withdraws all consents. */
  readonly revokeUser: (user: string) => void
  /** Access tokens end now; refresh tokens stay. */
  readonly expireAccessTokens: () => void
  readonly identify: (token: string | null) => Identity
}

export const WEEK = 7 * 24 * 3_600_000

export const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url")

export const authorityOf = (rules: TokenRules, clock: ServerClock, secrets: Secrets): Authority => {
  const clients = new Map<string, Client>()
  const grants: Array<Grant> = []
  const codes = new Map<string, Code>()
  const access = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>()
  const refresh = new Map<string, { readonly grant: Grant; replaced: boolean }>()
  let accessNotBefore = 0

  const newAccess = (grant: Grant): string => {
    const token = secrets.issue("access token", rules.prefixes.access, 120)
    access.set(token, { grant, expiresAt: clock.now() + rules.accessMs })
    return token
  }
  const newRefresh = (grant: Grant): string => {
    const token = secrets.issue("refresh token", rules.prefixes.refresh, 90)
    refresh.set(token, { grant, replaced: false })
    return token
  }
  const issued = (grant: Grant, token: string | null): Issued => ({
    grant,
    access: newAccess(grant),
    refresh: token,
    expiresInSeconds: Math.floor(rules.accessMs / 1000)
  })
  const issue = (grant: Grant) => issued(grant, rules.refreshable(grant.scopes) ? newRefresh(grant) : null)
  const endOf = ({ client, consentedAt }: Grant): number =>
    consentedAt + Math.min(client.testing ? WEEK : Infinity, rules.refreshMs ?? Infinity)

  return {
    clients,
    grants: () => grants,
    grant: (client, user, scopes) => {
      const grant: Grant = { client, user, scopes, consentedAt: clock.now(), revoked: false }
      grants.push(grant)
      return grant
    },
    codeFor: (grant, redirectUri, challenge) => {
      const code = secrets.issue("authorization code", rules.prefixes.code, 60)
      codes.set(code, { grant, redirectUri, challenge, issuedAt: clock.now(), used: false })
      return code
    },
    redeem: (value, client, redirectUri, verifier) => {
      const code = codes.get(value)
      if (code === undefined) return "unknown"
      if (code.grant.client.id !== client.id) return "other client"
      if (code.used) {
        // A code that comes twice was stolen: what it gave is taken back.
        code.grant.revoked = true
        return "used"
      }
      if (clock.now() > code.issuedAt + rules.codeMs) return "expired"
      if (code.redirectUri !== redirectUri) return "wrong redirect"
      if (challengeOf(verifier) !== code.challenge) return "wrong verifier"
      code.used = true
      return issue(code.grant)
    },
    issue,
    refresh: (token, client) => {
      const found = refresh.get(token)
      if (found === undefined) return "unknown"
      const { grant } = found
      if (grant.client.id !== client.id) return "other client"
      if (grant.revoked) return "revoked"
      if (found.replaced) return "used"
      if (clock.now() > endOf(grant)) return "expired"
      if (rules.rotation === "keep") return issued(grant, null)
      found.replaced = rules.rotation === "strict"
      return issued(grant, newRefresh(grant))
    },
    revokeToken: (token) => {
      const grant = (refresh.get(token) ?? access.get(token))?.grant
      if (grant === undefined || grant.revoked) return false
      grant.revoked = true
      return true
    },
    revokeUser: (user) => {
      for (const grant of grants) if (grant.user === user) grant.revoked = true
    },
    expireAccessTokens: () => {
      accessNotBefore = clock.now()
    },
    identify: (token) => {
      if (token === null) return "missing"
      const found = access.get(token)
      if (found === undefined || found.grant.revoked) return "unknown"
      const { grant, expiresAt } = found
      if (clock.now() >= expiresAt || expiresAt - rules.accessMs < accessNotBefore) return "expired"
      return { user: grant.user, project: grant.client.project, scopes: grant.scopes }
    }
  }
}
