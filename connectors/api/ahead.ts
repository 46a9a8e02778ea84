/** Streams of pages, step by step: while a batch is committed, what the coming steps ask for is on its way. */
import { Effect, Fiber, type Schema, type Scope, Stream } from "effect"
import { type ApiRefusal, type Ask, type AskRequest, CurrentAsker, type ProviderApi } from "../../src/component/api.ts"
import type { Batch } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import type { Turn } from "./turn.ts"

/** So many at once: enough to fill a quota where each answer takes long, and few enough to hold their answers (I9). */
const AT_ONCE = 4

/** Asks for a page; where it was asked for ahead, that is its answer. */
export type AskPage<A> = (request: AskRequest) => Effect.Effect<A, SourceError | ApiRefusal, ProviderApi>

export interface Steps<C extends Columns, P> {
  readonly start: P
  readonly step: (progress: P) => Effect.Effect<Turn<C, P> | undefined, SourceError | DatabaseError, ProviderApi>
  /** Which pages the coming steps will ask for, as far as it is known, the next one first; null for a step that asks for none. */
  readonly pages: (progress: P) => ReadonlyArray<AskRequest | null>
}

/** The batches of all steps. Those are made one after another, however early their pages come (I2). */
export const inSteps = <A, C extends Columns, P>(
  ask: Ask,
  schema: Schema.Decoder<A>,
  stepsWith: (page: AskPage<A>) => Steps<C, P>
): Stream.Stream<Batch<C>, SourceError | DatabaseError, ProviderApi> =>
  Stream.unwrap(
    Effect.map(askingAhead(ask, schema), ({ page, soon }) => {
      const { pages, start, step } = stepsWith(page)
      return Stream.unfold(start, (progress) =>
        Effect.tap(step(progress), (next) => (next === undefined ? Effect.void : soon(pages(next[1]))))
      )
    })
  )

interface Ahead<A> {
  readonly page: AskPage<A>
  /** What isn't among them any more is given up. */
  readonly soon: (requests: ReadonlyArray<AskRequest | null>) => Effect.Effect<void, never, ProviderApi>
}

const askingAhead = <A>(ask: Ask, schema: Schema.Decoder<A>): Effect.Effect<Ahead<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const underWay = new Map<string, Fiber.Fiber<A, SourceError | ApiRefusal>>()
    return {
      page: (request) =>
        Effect.suspend(() => {
          const key = JSON.stringify(request)
          const fiber = underWay.get(key)
          underWay.delete(key)
          return fiber === undefined ? ask.json(request, schema) : Fiber.join(fiber)
        }),
      soon: (requests) =>
        Effect.gen(function* () {
          if ((yield* CurrentAsker).thrifty) return
          const wanted = new Map(
            requests
              .slice(0, AT_ONCE)
              .flatMap((request) => (request === null ? [] : [[JSON.stringify(request), request]]))
          )
          for (const [key, fiber] of underWay) {
            if (wanted.has(key)) continue
            underWay.delete(key)
            yield* Fiber.interrupt(fiber)
          }
          for (const [key, request] of wanted) {
            if (!underWay.has(key)) underWay.set(key, yield* Effect.forkIn(ask.json(request, schema), scope))
          }
        })
    }
  })
