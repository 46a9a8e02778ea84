/** The JSON Schema of pipeline files, made from the components' own specs. */
import { Schema } from "effect"
import type { Catalogue } from "../component/catalogue.ts"
import { Pipeline, SourceFields } from "./spec.ts"

const Struct = Schema.Struct({
  properties: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  required: Schema.optionalKey(Schema.Array(Schema.String))
})

const structOf = (schema: Schema.Constraint) =>
  Schema.decodeUnknownSync(Struct)(Schema.toJsonSchemaDocument(schema).schema)

interface Spec {
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly config: Schema.Constraint
}

const component = (spec: Spec, shared: { readonly [key: string]: Schema.Json }) => {
  const { properties = {}, required = [] } = structOf(spec.config)
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
