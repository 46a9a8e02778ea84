/** Work that is done piece by piece, and worth keeping although a later piece fails. */
import { Effect, Ref } from "effect"

export interface Done<B, E> {
  /** In the order of the pieces; null for those that were not done. */
  readonly results: ReadonlyArray<B | null>
  readonly failure: E | null
}

/** Does each, some at once, until one fails: those under way are awaited, and no more are begun. */
export const untilFailure = <A, B, E, R>(
  pieces: ReadonlyArray<A>,
  work: (piece: A) => Effect.Effect<B, E, R>,
  options: { readonly concurrency: number }
): Effect.Effect<Done<B, E>, never, R> =>
  Effect.gen(function* () {
    const failure = yield* Ref.make<E | null>(null)
    const results = yield* Effect.forEach(
      pieces,
      (piece) =>
        Effect.flatMap(Ref.get(failure), (failed) =>
          failed === null
            ? Effect.catch(work(piece), (error) => Effect.as(Ref.set(failure, error), null))
            : Effect.succeed(null)
        ),
      options
    )
    return { results, failure: yield* Ref.get(failure) }
  })
