/** The person for whom something is read: some streams need them. */
import { Context, Effect } from "effect"

/** Says what they have to do; it is shown where progress isn't, too. Nobody listens unless the engine says who. */
export const Person = Context.Reference<{ readonly tell: (text: string) => Effect.Effect<void> }>(
  "keepsake/component/Person",
  { defaultValue: () => ({ tell: () => Effect.void }) }
)
