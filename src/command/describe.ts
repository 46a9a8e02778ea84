import { Effect, Schema } from "effect"
import { nearest } from "../component/nearest.ts"
import { optionsOf } from "../pipeline/json-schema.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { DescribeInput } from "./flags/components.ts"
import { components } from "./session.ts"

/** One component's own words: options, columns, examples. */
export const describe = (shared: Shared, { type }: DescribeInput) =>
  answer(
    "describe",
    shared,
    Effect.gen(function* () {
      const { sinks, streams, transforms } = components
      const spec = streams.get(type) ?? transforms.get(type) ?? sinks.get(type)
      if (spec === undefined) {
        const near = nearest(type, [...streams.keys(), ...transforms.keys(), ...sinks.keys()])
        return yield* commandError(
          "unknown-type",
          `There is no component "${type}".`,
          near === null ? "See: keepsake list" : `Did you mean "${near}"? See: keepsake list`,
          2
        )
      }
      const options = optionsOf(spec.config)
      const columns = streams.get(type)?.columns ?? null
      return {
        summary: null,
        result: {
          type,
          summary: spec.summary,
          description: spec.description,
          options,
          columns,
          examples: spec.examples
        },
        text: [
          `${type}: ${spec.summary}`,
          "",
          spec.description,
          "",
          "Options",
          ...optionLines(options),
          ...(columns === null
            ? []
            : [
                "",
                "Columns",
                ...Object.entries(columns).map(
                  ([column, { description, type: kind }]) => `  ${column} ${kind}: ${description}`
                )
              ]),
          ...spec.examples.flatMap((example) => [
            "",
            `Example: ${example.title}`,
            ...example.yaml.split("\n").map((line) => `  ${line}`)
          ])
        ].join("\n")
      }
    })
  )

const Options = Schema.Struct({
  properties: Schema.optionalKey(
    Schema.Record(
      Schema.String,
      Schema.Struct({ type: Schema.optionalKey(Schema.Unknown), description: Schema.optionalKey(Schema.String) })
    )
  ),
  required: Schema.optionalKey(Schema.Array(Schema.String))
})

const optionLines = (document: unknown): ReadonlyArray<string> => {
  const decoded = Schema.decodeUnknownOption(Options)(document)
  if (decoded._tag === "None") return []
  const { properties = {}, required = [] } = decoded.value
  return Object.entries(properties).map(
    ([option, { description, type }]) =>
      `  ${option}${required.includes(option) ? " (required)" : ""}${typeof type === "string" ? ` ${type}` : ""}${description === undefined ? "" : `: ${description}`}`
  )
}
