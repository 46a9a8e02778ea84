import { Effect } from "effect"
import { type Shared, answer } from "./reply.ts"
import { components } from "./session.ts"
import { aligned } from "./text.ts"

/** All components by kind. */
export const list = (shared: Shared) =>
  answer(
    "list",
    shared,
    Effect.sync(() => {
      const sections = { sources: components.streams, transforms: components.transforms, sinks: components.sinks }
      const result = Object.fromEntries(
        Object.entries(sections).map(([section, specs]) => [
          section,
          [...specs.values()].map(({ summary, type }) => ({ type, summary }))
        ])
      )
      const text = Object.entries(sections).flatMap(([section, specs]) => [
        section,
        ...aligned([...specs.values()].map(({ summary, type }) => [`  ${type}`, summary])),
        ""
      ])
      return { summary: null, result, text: [...text, "More on one: keepsake describe TYPE"].join("\n") }
    })
  )
