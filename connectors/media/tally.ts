/** Counts what is left out, by reason, with examples to look at. */
import type { Skip } from "../../src/component/batch.ts"

const EXAMPLES = 3

/** One entry per reason, in the order of their first occurrence. */
export const tally = (skips: ReadonlyArray<Skip>): ReadonlyArray<Skip> => {
  const byReason = new Map<string, Skip>()
  for (const skip of skips) {
    const before = byReason.get(skip.reason)
    byReason.set(
      skip.reason,
      before === undefined
        ? skip
        : {
            reason: skip.reason,
            count: before.count === null || skip.count === null ? null : before.count + skip.count,
            examples:
              (before.examples ?? []).length < EXAMPLES
                ? [...(before.examples ?? []), ...(skip.examples ?? [])].slice(0, EXAMPLES)
                : (before.examples ?? [])
          }
    )
  }
  return [...byReason.values()]
}

export const skipped = (reason: string, path: string): Skip => ({ reason, count: 1, examples: [path] })
