/** Single events, asked for by their ids: what became of those that a view no longer shows. */
import { Effect, Schema } from "effect"
import type { Ask, ProviderApi } from "../../src/component/api.ts"
import type { Json } from "../../src/component/column.ts"
import type { SourceError } from "../../src/component/error.ts"
import { PREFER } from "./prefer.ts"
import { optional } from "./shape.ts"

type Asking<A> = Effect.Effect<A, SourceError, ProviderApi>

const isGone = (status: number): boolean => status === 404 || status === 410

const pathOf = (id: string): string => `/me/events/${encodeURIComponent(id)}`

/** The event as it is now; null: there is none any more. */
export const lookUp = (ask: Ask, id: string): Asking<Json | null> =>
  ask
    .json({ api: "graph", path: pathOf(id), headers: PREFER }, Schema.Json)
    .pipe(
      Effect.catchTag("ApiRefusal", ({ error, status }) => (isGone(status) ? Effect.succeed(null) : Effect.fail(error)))
    )

/** Graph takes no more requests in one. */
export const TOGETHER = 20

const Answers = Schema.Struct({
  responses: Schema.Array(Schema.Struct({ id: Schema.String, status: Schema.Int, body: optional(Schema.Json) }))
})

/** The same of several events, `TOGETHER` at most, in one request; what Graph puts off within it is asked for by itself. */
export const lookUpAll = (ask: Ask, ids: ReadonlyArray<string>): Asking<ReadonlyMap<string, Json | null>> =>
  Effect.gen(function* () {
    const requests = ids.map((id) => ({ id, method: "GET", url: pathOf(id), headers: PREFER }))
    const { responses } = yield* (
      ask
        .json({ api: "graph", method: "POST", path: "/$batch", headers: PREFER, body: { requests } }, Answers)
        // Gateways are known that let through single requests only.
        .pipe(Effect.catchTag("ApiRefusal", () => Effect.succeed({ responses: [] })))
    )
    const answers = new Map(responses.map((answer) => [answer.id, answer]))
    const found = yield* Effect.forEach(
      ids,
      (id) => {
        const { body = null, status = 0 } = answers.get(id) ?? {}
        if (status === 200 && body !== null) return Effect.succeed([id, body] as const)
        return isGone(status)
          ? Effect.succeed([id, null] as const)
          : Effect.map(lookUp(ask, id), (event) => [id, event] as const)
      },
      { concurrency: "unbounded" }
    )
    return new Map(found)
  })
