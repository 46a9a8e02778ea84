/** What a run does to a life, in words. */
import type { Difference } from "../engine/difference.ts"
import { number } from "./text.ts"

const MARKS = { added: "+", changed: "~", removed: "-" } as const

export const differenceText = (difference: ReadonlyArray<Difference>): string =>
  difference
    .flatMap(({ count, examples, table, what }) => [
      `${MARKS[what]} ${number(count)} ${what} in life.${table}`,
      ...examples.map((example) => `    ${example}`)
    ])
    .join("\n")
