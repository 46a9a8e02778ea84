import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { dedupe } from "../../transforms/dedupe.ts"
import { property, relation, run, services } from "./harness.ts"

const row = fc.record({
  kind: fc.constantFrom("a", "b", null),
  hash: fc.constantFrom("x", "y", "z", null),
  width: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null })
})
const rows = fc
  .array(row, { minLength: 1, maxLength: 12 })
  // A first row without nulls gives every column its type.
  .map((all) => [{ kind: "a", hash: "x", width: 1 }, ...all].map((one, index) => ({ ...one, key: index })))
const shuffled = rows.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }))
)

const yaml = "type: dedupe\nfrom: rows\nby: [kind, hash]\nprefer: width desc"
const sorted = (found: ReadonlyArray<unknown>) => found.map((one) => JSON.stringify(one)).toSorted()

layer(services)("dedupe", (test) => {
  test.effect(
    "keeps the preferred row of each group, whatever the order, and nothing changes when it runs again",
    () =>
      property(
        shuffled,
        ([given, other]) =>
          Effect.gen(function* () {
            const once = yield* run(dedupe, yaml, [yield* relation("rows", given)])
            const groups = Map.groupBy(
              given.filter(({ kind, hash }) => kind !== null || hash !== null),
              ({ kind, hash }) => `${kind} ${hash}`
            )
            const best = [...groups.values()].map((group) => Math.max(...group.map(({ width }) => width ?? 0)))
            const lone = given.filter(({ kind, hash }) => kind === null && hash === null)
            expect(once).toHaveLength(groups.size + lone.length)
            expect(
              once
                .filter(({ kind, hash }) => kind !== null || hash !== null)
                .map(({ width }) => Number(width ?? 0))
                .toSorted()
            ).toEqual(best.toSorted())
            expect(sorted(yield* run(dedupe, yaml, [yield* relation("rows", other)]))).toEqual(sorted(once))
            const again = yield* relation(
              "rows",
              once.map(({ kind, hash, width, key }) => ({
                kind: String(kind) === "null" ? null : String(kind),
                hash: String(hash) === "null" ? null : String(hash),
                width: typeof width === "number" ? width : null,
                key: Number(key)
              }))
            )
            expect(sorted(yield* run(dedupe, yaml, [again]))).toEqual(sorted(once))
          }),
        60
      ),
    120_000
  )

  const near = (tolerance: string) =>
    Effect.gen(function* () {
      const points = yield* relation("points", [
        { name: "a", taken_at: "2024-05-01T10:00:00Z", latitude: 47, longitude: 8 },
        { name: "b", taken_at: "2024-05-01T10:00:08Z", latitude: 47.0001, longitude: 8 },
        { name: "c", taken_at: "2024-05-01T10:00:16Z", latitude: 47, longitude: 8 },
        { name: "d", taken_at: "2024-05-01T10:00:30Z", latitude: 47, longitude: 8 },
        { name: "e", taken_at: null, latitude: 47, longitude: 8 },
        { name: "f", taken_at: "2024-05-01T10:00:04Z", latitude: null, longitude: null }
      ])
      const found = yield* run(
        dedupe,
        `type: dedupe\nby: [taken_at, latitude, longitude]\nprefer: name\ntolerance: ${tolerance}`,
        [points]
      )
      return found.map(({ name }) => name).toSorted()
    })

  test.effect("takes a chain of neighbours for one", () =>
    Effect.gen(function* () {
      expect(yield* near("{ time: 10s, place: 50m }")).toEqual(["a", "d", "e", "f"])
    })
  )

  test.effect("keeps neighbours in time that are apart in place", () =>
    Effect.gen(function* () {
      expect(yield* near("{ time: 10s, place: 5m }")).toEqual(["a", "b", "c", "d", "e", "f"])
    })
  )

  test.effect("names the nearest column", () =>
    Effect.gen(function* () {
      const points = yield* relation("points", [{ content_hash: "x" }])
      const problem = yield* Effect.flip(run(dedupe, "type: dedupe\nby: [content_hash, contnt_hash]", [points]))
      expect(problem).toMatchObject({ code: "unknown-column", path: ["by", 1], hint: `Did you mean "content_hash"?` })
    })
  )
})
