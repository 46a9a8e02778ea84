import { expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { type Plan, type Unit, mediaBatches } from "../../../connectors/media/batches.ts"
import type { Entry } from "../../../src/component/archive.ts"
import type { Checkpoint } from "../../../src/component/batch.ts"
import { MediaReader } from "../../../src/component/media.ts"
import { plainFacts } from "./facts.ts"
import { opening } from "./run.ts"

const MEGABYTE = 1024 * 1024

const entry = (index: number, size: number): Entry => ({
  archive: "a.zip",
  path: `${index}.jpg`,
  size,
  modifiedAt: null,
  crc32: null,
  location: { kind: "file", file: `${index}.jpg` }
})

const planOf = (sizes: ReadonlyArray<number>, fingerprint = "f"): Plan<Unit> => ({
  fingerprint,
  units: sizes.map((size, index) => ({ entries: [entry(index, size)] })),
  rejects: [{ code: "c", reason: "r", origin: { archive: "a.zip", member: "bad" } }],
  skipped: [{ reason: "s", count: 2, examples: ["x", "y"] }]
})

/** How many files each batch asks for, and the batches. */
const run = (plan: Plan<Unit>, checkpoint: Checkpoint | null = null) =>
  Effect.gen(function* () {
    const reads: Array<number> = []
    const reader = Layer.succeed(MediaReader, {
      read: (entries) =>
        Effect.sync(() => {
          reads.push(entries.length)
          return entries.map(() => ({ _tag: "Facts" as const, facts: plainFacts }))
        })
    })
    const batches = yield* mediaBatches(plan, opening({ checkpoint }), ({ entries }, results) => ({
      records: [],
      skipped: [{ reason: "left", count: results.length, examples: entries.map(({ path }) => path) }]
    })).pipe(Stream.runCollect, Effect.provide(reader))
    return { reads, batches }
  })

it.effect("a batch has at most 1,024 files", () =>
  Effect.gen(function* () {
    const { reads, batches } = yield* run(planOf(Array.from({ length: 2500 }, () => 1)))
    expect(reads).toEqual([1024, 1024, 452])
    expect(batches.map(({ progress }) => progress)).toEqual([
      { done: 1024, total: 2500, unit: "records" },
      { done: 2048, total: 2500, unit: "records" },
      { done: 2500, total: 2500, unit: "records" }
    ])
  })
)

it.effect("a batch has at most 128 MB, unless one file is larger", () =>
  Effect.gen(function* () {
    const sizes = [60, 60, 60, 500, 1, 127, 1].map((size) => size * MEGABYTE)
    expect((yield* run(planOf(sizes))).reads).toEqual([2, 1, 1, 2, 1])
  })
)

it.effect("what the plan skips and rejects comes with the first batch, and not again on resume", () =>
  Effect.gen(function* () {
    const plan = planOf(Array.from({ length: 1200 }, () => 1))
    const { batches } = yield* run(plan)
    expect(batches.map(({ rejects }) => rejects.length)).toEqual([1, 0])
    expect(batches[0]?.skipped).toEqual([
      { reason: "s", count: 2, examples: ["x", "y"] },
      { reason: "left", count: 1024, examples: ["0.jpg", "1.jpg", "2.jpg"] }
    ])
    const rest = yield* run(plan, batches[0]?.checkpoint ?? null)
    expect(rest.batches).toEqual(batches.slice(1))
    expect((yield* run(plan, batches[1]?.checkpoint ?? null)).batches).toEqual([])
  })
)

it.effect("a checkpoint of another plan, or no checkpoint of ours, starts over", () =>
  Effect.gen(function* () {
    const plan = planOf([1, 1])
    for (const checkpoint of [
      { fingerprint: "other", done: 1 },
      { fingerprint: "f", part: 0, done: 3 },
      { fingerprint: "f" },
      "f",
      1
    ])
      expect((yield* run(plan, checkpoint)).reads).toEqual([2])
  })
)

it.effect("a plan without pictures has one batch, for what it skips", () =>
  Effect.gen(function* () {
    const { batches } = yield* run(planOf([]))
    const checkpoint = { fingerprint: "f", part: 0, done: 0 }
    const { rejects, skipped } = planOf([])
    const progress = { done: 0, total: 0, unit: "records" }
    expect(batches).toEqual([{ records: [], rejects, skipped, checkpoint, progress }])
    expect((yield* run(planOf([]), checkpoint)).batches).toEqual([])
  })
)
