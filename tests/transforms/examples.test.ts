import { describe, expect, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { transforms } from "../../transforms/index.ts"
import { relation, run, services } from "./harness.ts"

layer(services)("examples of transforms", (test) => {
  for (const spec of transforms) {
    for (const example of spec.examples) {
      test.effect(
        `${spec.type}: ${example.title}`,
        () =>
          Effect.gen(function* () {
            const given = yield* Effect.forEach(Object.entries(example.given), ([called, rows]) =>
              relation(called, rows)
            )
            const found = yield* run(spec, example.yaml, given, example.answers)
            const columns = [...new Set(example.expect.flatMap((row) => Object.keys(row)))]
            const compared = found.map((row) =>
              Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))
            )
            expect(compared).toHaveLength(example.expect.length)
            for (const row of example.expect) {
              expect(compared).toContainEqual(
                expect.objectContaining(
                  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, instant(value)]))
                )
              )
            }
          }),
        60_000
      )
    }
  }
})

/** Results write instants with their milliseconds. */
const instant = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value)
    ? value.replace("Z", ".000Z")
    : value

describe("the list of transforms", () => {
  it("has an example of each", () => {
    expect(transforms.filter(({ examples }) => examples.length === 0)).toEqual([])
  })
})
