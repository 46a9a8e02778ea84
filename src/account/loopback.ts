/** Where the browser comes back to: a server on this machine alone, as long as the question is open. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http"
import { Effect, type Scope } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"
import { systemCode } from "./files.ts"
import { type Provider, redirectUri } from "./provider.ts"

export interface Loopback {
  readonly redirect: string
  /** The parameters that the browser brings, once their `state` is ours. */
  readonly answer: Effect.Effect<URLSearchParams>
}

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font:18px/1.5 system-ui;margin:4em auto;max-width:32em"><h1>${title}</h1><p>${text}</p></body></html>`

const CONNECTED = page("Keepsake has its answer", "You can close this window and go back to the terminal.")
const DECLINED = page("Nothing was connected", "You can close this window. The terminal says what to do next.")
const FOREIGN = page("Not what was asked for", "This answer belongs to another question: nothing was done with it.")

const send = (response: ServerResponse, status: number, text: string, then: () => void = () => {}): void => {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    // I5: the address holds the code; it goes no further than here.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    connection: "close"
  })
  response.end(text, then)
}

const handler =
  (state: string, done: (answer: URLSearchParams) => void) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", "http://loopback")
    if (request.method !== "GET" || url.pathname !== "/") return send(response, 404, FOREIGN)
    // Not the end of the wait: anyone on this machine can knock here.
    if (url.searchParams.get("state") !== state) return send(response, 400, FOREIGN)
    send(response, 200, url.searchParams.has("error") ? DECLINED : CONNECTED, () => done(url.searchParams))
  }

const listening = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : port)
    })
  })

const opened = (server: Server) =>
  Effect.acquireRelease(Effect.succeed(server), () =>
    Effect.promise(() => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    })
  )

const portFailure =
  (port: number) =>
  (cause: unknown): SourceError =>
    sourceError(
      "port-in-use",
      `Port ${port} on this machine, where the browser should come back to, can't be had (${systemCode(cause) ?? "unknown cause"}).`,
      "End the program that uses it, or enter another port here and at the provider."
    )

/** Listens until the scope ends; `port` stands in for the provider's own. */
export const listen = (
  provider: Provider,
  port: number | null,
  state: string
): Effect.Effect<Loopback, SourceError, Scope.Scope> =>
  Effect.gen(function* () {
    const { promise, resolve } = Promise.withResolvers<URLSearchParams>()
    const wanted = port ?? provider.oauth.redirect.port ?? 0
    const handle = handler(state, resolve)
    const server = yield* opened(createServer(handle))
    const actual = yield* Effect.tryPromise({
      try: () => listening(server, "127.0.0.1", wanted),
      catch: portFailure(wanted)
    })
    if (provider.oauth.redirect.host === "localhost") {
      // Browsers may take it for ::1; not every machine has that.
      const second = yield* opened(createServer(handle))
      yield* Effect.ignore(Effect.tryPromise(() => listening(second, "::1", actual)))
    }
    return { redirect: redirectUri(provider, actual), answer: Effect.promise(() => promise) }
  })
