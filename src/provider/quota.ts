/** The quotas of `configs/`, shared by all who use the same key: an account's, an app's, a source's own limit. */
import { Duration, Effect, Semaphore } from "effect"
import type { Provider } from "../account/provider.ts"
import { type ApiRequest, type Asker, CurrentAsker, type Rate } from "../component/api.ts"
import type { SourceError } from "../component/error.ts"
import { usedUp } from "./failure.ts"
import { type Window, makeWindow } from "./window.ts"

/** Nobody waits longer for a quota: the run ends, says until when, and continues another time. */
export const PATIENCE = Duration.minutes(10)

type Kind = "requests" | "media"

export interface Quotas {
  /** Runs a request when all quotas that it counts for have room. */
  readonly within: (
    provider: Provider,
    request: ApiRequest,
    kind: Kind
  ) => <A, E, R>(send: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SourceError, R>
  /** The provider has said when to come back: who shares the account's quota waits too. */
  readonly pause: (provider: Provider, request: ApiRequest, kind: Kind, wait: Duration.Duration) => Effect.Effect<void>
}

export const makeQuotas = (): Quotas => {
  const windows = new Map<string, Window>()
  const turns = new Map<string, Semaphore.Semaphore>()

  const windowOf = (key: ReadonlyArray<unknown>, rate: Rate, provider: Provider, api: string): Window => {
    const name = JSON.stringify([...key, rate.requests, Duration.toMillis(rate.every)])
    const known = windows.get(name)
    if (known !== undefined) return known
    const made = makeWindow({ rate, patience: PATIENCE, tooLong: (until) => usedUp(provider, api, until) })
    windows.set(name, made)
    return made
  }

  const turnsOf = (key: ReadonlyArray<unknown>, most: number): Semaphore.Semaphore => {
    const name = JSON.stringify(key)
    const known = turns.get(name)
    if (known !== undefined) return known
    const made = Semaphore.makeUnsafe(most)
    turns.set(name, made)
    return made
  }

  const shared = (provider: Provider, { api, connection }: ApiRequest, kind: Kind): ReadonlyArray<Window> => {
    const { account, clientId, endpoint } = connection
    const project = [connection.provider, endpoint, clientId, api, kind]
    return (provider.apis[api]?.quotas ?? [])
      .filter((quota) => quota.of === kind)
      .map((quota) => windowOf(quota.per === "user" ? [...project, account] : project, quota, provider, api))
  }

  const own = (provider: Provider, { api }: ApiRequest, { name, rateLimit }: Asker): ReadonlyArray<Window> =>
    rateLimit === null ? [] : [windowOf(["source", name], rateLimit, provider, api)]

  return {
    within: (provider, request, kind) => (send) =>
      Effect.gen(function* () {
        const asker = yield* CurrentAsker
        const { api, connection } = request
        const most = provider.apis[api]?.at_once
        const turn =
          most === undefined ? null : turnsOf([connection.provider, connection.endpoint, connection.account, api], most)
        // A place in the widest quota is taken last: who waits for one holds none that others need.
        const all = [...shared(provider, request, kind).toReversed(), ...own(provider, request, asker)]
        let wrapped: Effect.Effect<
          Effect.Success<typeof send>,
          Effect.Error<typeof send> | SourceError,
          Effect.Services<typeof send>
        > = send
        for (const window of all) wrapped = window.within(wrapped)
        return yield* turn === null ? wrapped : turn.withPermit(wrapped)
      }),
    pause: (provider, request, kind, wait) =>
      Effect.forEach(shared(provider, request, kind).slice(0, 1), (window) => window.pause(wait), { discard: true })
  }
}
