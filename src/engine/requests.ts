/** What a run may ask of providers: it counts requests, and stops at its budget. */
import { Context, Duration, Effect, Ref } from "effect"
import type { Asker } from "../component/api.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { report } from "./progress.ts"

/** How many requests have been made, and how many of them again. */
export interface Asked {
  readonly requests: number
  readonly retries: number
}

export const NONE_ASKED: Asked = { requests: 0, retries: 0 }

const BUDGET_SPENT = "budget-spent"

const budgetSpent = (budget: number): SourceError =>
  sourceError(
    BUDGET_SPENT,
    `${budget} requests are made, as many as --budget allows.`,
    "What is read so far is kept. Run the same command again to continue."
  )

/** The right to make one more request; null: there is no end of them. */
export const Budget = Context.Reference<Effect.Effect<void, SourceError> | null>("keepsake/engine/Budget", {
  defaultValue: () => null
})

export const budgetOf = (requests: number): Effect.Effect<Effect.Effect<void, SourceError>> =>
  Effect.map(Ref.make(requests), (left) =>
    Effect.flatMap(
      Ref.getAndUpdate(left, (before) => Math.max(0, before - 1)),
      (before) => (before === 0 ? Effect.fail(budgetSpent(requests)) : Effect.void)
    )
  )

export const isBudgetSpent = ({ code }: SourceError): boolean => code === BUDGET_SPENT

/** Shorter waits are nobody's concern. */
const WORTH_A_NOTE = Duration.seconds(5)

/** How somebody asks: at their own pace, counted in `asked`. */
export const askerOf = (
  { name, rateLimit, retry }: Pick<Asker, "name" | "rateLimit" | "retry">,
  asked: Ref.Ref<Asked>
): Effect.Effect<Asker> =>
  Effect.map(Effect.service(Budget), (take) => {
    const count = (what: keyof Asked) => Ref.update(asked, (before) => ({ ...before, [what]: before[what] + 1 }))
    return {
      name,
      rateLimit,
      retry,
      thrifty: take !== null,
      admit: Effect.andThen(take ?? Effect.void, count("requests")),
      retrying: ({ message }, wait) =>
        Effect.andThen(
          count("retries"),
          Duration.isLessThan(wait, WORTH_A_NOTE)
            ? Effect.void
            : report({
                kind: "note",
                text: `${name.slice(name.indexOf(".") + 1)}: ${message} Trying again in ${Math.ceil(Duration.toSeconds(wait))} s.`
              })
        )
    }
  })
