/** A request as handlers see it, and the table of them. */
import type { IncomingHttpHeaders } from "node:http"
import type { Area } from "./area.ts"
import type { Reply } from "./reply.ts"

/** On whose behalf a request is made. */
export interface Who {
  readonly user: string
  /** Whose quota it uses: the project that the client belongs to. */
  readonly project: string
  readonly scopes: ReadonlySet<string>
}

/** A token may be good, none at all, or no longer good. */
export type Identity = Who | "missing" | "expired" | "unknown"

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Scheme and host of this server. */
  readonly origin: string
  /** When it arrived, by the server's clock. */
  readonly at: number
  readonly identity: Identity
  /** What the path's pattern has caught. */
  readonly params: Readonly<Record<string, string>>
  /** Records what a provider would let pass though the client should not do it. */
  readonly note: (remark: string) => void
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE"
  /** Its named groups become `params`, percent-decoded. */
  readonly path: RegExp
  readonly area: Area | ((query: URLSearchParams) => Area)
  readonly handle: (call: Call) => Reply
}

/** Who calls, or null where the call has no good token. */
export const whoOf = ({ identity }: Call): Who | null => (typeof identity === "string" ? null : identity)

export const bearerOf = (headers: IncomingHttpHeaders): string | null => {
  const found = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")
  return found?.[1] ?? null
}

/** The fields of a form that was posted. */
export const formOf = ({ body }: Call): URLSearchParams => new URLSearchParams(body)

/** Any digits up to `most`; what is missing, zero or no number is `otherwise`. */
export const sizeOf = (text: string | null, otherwise: number, most: number): number => {
  const value = Number(text ?? "")
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : otherwise
}
