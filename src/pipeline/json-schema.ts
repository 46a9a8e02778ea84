/** The JSON Schema of pipeline files, made from the components' own specs. */
import { Schema } from "effect"
import type { Catalogue } from "../component/catalogue.ts"
import { Pipeline, SourceFields } from "./spec.ts"

const Struct = Schema.Struct({
  properties: Schema.optionalKey(Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Json))),
  required: Schema.optionalKey(Schema.Array(Schema.String))
})

const structOf = (schema: Schema.Constraint) =>
  Schema.decodeUnknownSync(Struct)(Schema.toJsonSchemaDocument(schema).schema)

/**
 * The JSON Schema of a component's options. It describes what is written, so words that belong to the decoded side of
 * an option (a list made of one text, a default) are brought over.
 */
export const optionsOf = (config: Schema.Struct<Schema.Struct.Fields>) => {
  const { properties = {}, required = [] } = structOf(config)
  const described = Object.entries(properties).map(([option, property]) => {
    const field = config.fields[option]
    const description = field === undefined ? undefined : Schema.resolveAnnotations(field)?.description
    return [option, description === undefined ? property : { ...property, description }] as const
  })
  return { type: "object", properties: Object.fromEntries(described), required, additionalProperties: false }
}

interface Spec {
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly config: Schema.Struct<Schema.Struct.Fields>
}

const component = (spec: Spec, shared: { readonly [key: string]: Schema.Json }) => {
  const { properties, required } = optionsOf(spec.config)
  return {
    description: `${spec.summary} ${spec.description}`,
    type: "object",
    properties: { type: { const: spec.type }, description: { type: "string" }, ...shared, ...properties },
    required: ["type", ...required],
    additionalProperties: false
  }
}

const section = (specs: Iterable<Spec>, shared: { readonly [key: string]: Schema.Json } = {}) => ({
  type: "object",
  additionalProperties: { oneOf: [...specs].map((spec) => component(spec, shared)) }
})

export const pipelineSchema = (catalogue: Catalogue["Service"]) => {
  const { properties = {}, required = [] } = structOf(Pipeline)
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Keepsake pipeline",
    type: "object",
    properties: {
      ...properties,
      sources: section(catalogue.streams.values(), structOf(SourceFields).properties ?? {}),
      transforms: section(catalogue.transforms.values()),
      sinks: section(catalogue.sinks.values())
    },
    required,
    additionalProperties: false
  }
}
