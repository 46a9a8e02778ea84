import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { connectors } from "../../connectors/index.ts"
import { sinks } from "../../sinks/index.ts"
import { catalogue } from "../../src/component/catalogue.ts"
import { optionsOf } from "../../src/pipeline/json-schema.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { transforms } from "../../transforms/index.ts"
import { checkText } from "../support/engine.ts"
import { relation, run, services } from "../transforms/harness.ts"

const components = catalogue({ connectors, transforms, sinks })
const streams = [...components.streams.values()]
const specs = [...streams, ...transforms, ...sinks]

const Properties = Schema.Struct({
  properties: Schema.Record(Schema.String, Schema.Struct({ description: Schema.optionalKey(Schema.String) }))
})

const indented = (yaml: string, depth: number) => yaml.replaceAll(/^/gm, " ".repeat(depth))

const PHOTOS = "type: google-takeout.photos\npath: takeout-*.zip"
const MEMORIES = "type: memories\nfrom: moments"

/** A pipeline around a source or a sink, with the relations that examples of sinks read. */
const pipeline = ({ sink = MEMORIES, source = PHOTOS }: { readonly source?: string; readonly sink?: string }) => `
name: example
connections:
  google: { provider: google, account: ana@example.com, client_id: "1.apps.googleusercontent.com" }
  microsoft: { provider: microsoft, account: ana@example.com, client_id: 11111111-2222-3333-4444-555555555555 }
  spotify: { provider: spotify, account: ana, client_id: 0123456789abcdef0123456789abcdef }
sources:
  photos: { type: google-takeout.photos, path: takeout-*.zip }
  events: { type: ics.events, path: calendar.ics }
  example:
${indented(source, 4)}
transforms:
  moments: { type: group-moments, from: photos }
  memories: { type: sql, query: "select *, year(taken_at) as year from moments" }
sinks:
  out:
${indented(sink, 4)}
`

describe("every component", () => {
  it("has a type of its own", () => {
    expect(new Set(specs.map(({ type }) => type)).size).toBe(specs.length)
    expect(components.streams.size).toBe(connectors.flatMap((connector) => connector.streams).length)
  })

  it.for(specs)("$type says what it is for", (spec) => {
    expect(spec.type).toMatch(/^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?$/)
    expect(spec.summary).toMatch(/^[A-Z][^\n]{10,100}\.$/)
    expect(spec.description).toMatch(/^[^]{20,}\.$/)
    expect(spec.examples.length).toBeGreaterThanOrEqual(1)
    for (const { title, yaml } of spec.examples) {
      expect(title).not.toBe("")
      expect(yaml).toMatch(new RegExp(`^type: ${RegExp.escape(spec.type)}(\\n|$)`))
    }
  })

  it.for(specs)("$type explains every option", (spec) => {
    const { properties } = Schema.decodeUnknownSync(Properties)(optionsOf(spec.config))
    const silent = Object.entries(properties).filter(([, { description = "" }]) => !description.endsWith("."))
    expect(silent.map(([option]) => option)).toEqual([])
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(spec.config.fields)))
  })

  it.for(streams)("$type explains every column", ({ columns, time }) => {
    for (const { description } of Object.values(columns ?? {})) expect(description).toMatch(/\S.*[.…\]]$/)
    if (time !== null) expect(columns).toHaveProperty(time)
  })
})

const errorsOf = (text: string) =>
  Effect.map(checkText(text), ({ findings }) =>
    findings.filter(({ severity }) => severity === "error").map(renderFinding)
  )

describe("examples are valid", () => {
  const cases = [
    ...streams.flatMap(({ examples, type }) =>
      examples.map(({ title, yaml }) => ({
        type,
        title,
        text: pipeline({ source: yaml })
      }))
    ),
    ...sinks.flatMap(({ examples, type }) =>
      examples.map(({ title, yaml }) => ({ type, title, text: pipeline({ sink: yaml }) }))
    )
  ]
  for (const { text, title, type } of cases) {
    it.live(`${type}: ${title}`, () => Effect.map(errorsOf(text), (errors) => expect(errors, text).toEqual([])))
  }
})

/** Results write instants with their milliseconds. */
const written = (value: unknown) =>
  typeof value === "string" ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$/, "$1.000Z") : value

layer(services)("examples give what they promise", (it) => {
  for (const spec of transforms) {
    for (const { answers, expect: expected, given, title, yaml } of spec.examples) {
      it.effect(`${spec.type}: ${title}`, () =>
        Effect.gen(function* () {
          const relations = yield* Effect.forEach(Object.entries(given), ([called, rows]) => relation(called, rows))
          const found = [...(yield* run(spec, yaml, relations, answers))]
          expect(found).toHaveLength(expected.length)
          // Each expected row takes one of its own.
          for (const row of expected) {
            const wanted = expect.objectContaining(
              Object.fromEntries(Object.entries(row).map(([column, value]) => [column, written(value)]))
            )
            expect(found).toContainEqual(wanted)
            found.splice(
              found.findIndex((candidate) => wanted.asymmetricMatch(candidate)),
              1
            )
          }
        })
      )
    }
  }
})
