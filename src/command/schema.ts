import { Effect } from "effect"
import { pipelineSchema } from "../pipeline/json-schema.ts"
import { type Shared, answer } from "./reply.ts"
import { components } from "./session.ts"

/** The JSON Schema with which editors complete and check pipelines. */
export const schema = (shared: Shared) =>
  answer(
    "schema",
    shared,
    Effect.sync(() => {
      const document = pipelineSchema(components)
      return { summary: null, result: document, text: JSON.stringify(document, null, 2) }
    })
  )
