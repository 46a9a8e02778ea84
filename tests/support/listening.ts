/** Hears all that an effect says while it runs: its logs, its failure, and its spans with what is attached to them. */
import { inspect } from "node:util"
import { Cause, Effect, Layer, Logger, References, Tracer } from "effect"

/** A thing in all the ways in which it may be shown. */
export const shownAs = (thing: unknown): ReadonlyArray<string> => [
  String(thing),
  inspect(thing, { depth: 12, showHidden: true, breakLength: Infinity }),
  JSON.stringify(thing, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)) ?? ""
]

export const listening =
  (hear: (...texts: ReadonlyArray<string>) => void) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const spans: Array<Tracer.NativeSpan> = []
      const logger = Logger.make(({ cause, message }) => hear(...shownAs(message), Cause.pretty(cause)))
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      return effect.pipe(
        Effect.tapCause((cause) =>
          Effect.sync(() => hear(...shownAs(cause), Cause.pretty(cause), ...shownAs(Cause.squash(cause))))
        ),
        Effect.withSpan("heard"),
        Effect.ensuring(
          Effect.sync(() => {
            for (const { attributes, events, name, status } of spans) {
              const failed = status._tag === "Ended" && status.exit._tag === "Failure" ? status.exit.cause : null
              hear(...shownAs([name, [...attributes], events, failed]))
            }
          })
        ),
        Effect.provide(Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All"))),
        Effect.provideService(Tracer.Tracer, tracer)
      )
    })
