import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { linkPlays } from "../../transforms/link-plays.ts"
import { property, relation, run, services } from "./harness.ts"

const MINUTE = 60_000
const START = Date.UTC(2024, 4, 1)
const instant = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

const worlds = fc.record({
  plays: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 3000 }), track: fc.constantFrom("a", "b"), seconds: fc.nat(60) }),
    { minLength: 1, maxLength: 12 }
  ),
  moments: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 3000 }), minutes: fc.constantFrom(0, 60, 200, 700, 900) }),
    { minLength: 1, maxLength: 8 }
  )
})

layer(services)("link-plays", (it) => {
  it.effect(
    "finds the shortest moment, repeats and skips as a look at every pair does",
    () =>
      property(
        worlds,
        ({ moments, plays }) =>
          Effect.gen(function* () {
            const rows = yield* run(linkPlays, "type: link-plays\nfrom: plays\nmoments: moments", [
              yield* relation(
                "plays",
                exampleTable(
                  plays.map(({ at, seconds, track }, index) => ({
                    _id: id(index),
                    started_at: instant(at),
                    track_title: track,
                    artist_name: "x",
                    played_ms: seconds * 1000
                  }))
                )
              ),
              yield* relation(
                "moments",
                exampleTable(
                  moments.map(({ at, minutes }, index) => ({
                    moment_id: id(100 + index),
                    moment_starts_at: instant(at),
                    moment_ends_at: instant(at + minutes)
                  }))
                )
              )
            ])
            expect(rows).toHaveLength(plays.length)
            for (const [index, play] of plays.entries()) {
              const row = rows.find((one) => one["_id"] === id(index))
              const [during] = moments
                .map((moment, order) => ({ ...moment, order }))
                .filter(({ at, minutes }) => minutes <= 720 && play.at >= at && play.at < at + minutes)
                .toSorted((a, b) => a.minutes - b.minutes || a.order - b.order)
              expect(row?.["right_id"]).toBe(during === undefined ? null : id(100 + during.order))
              expect(row?.["listening_hour"]).toBe(Math.floor(play.at / 60) % 24)
              expect(row?.["listening_skip"]).toBe(play.seconds < 30)
              // Of two at the same moment, one is the repeat of the other.
              const alike = plays.filter(({ at, track }) => track === play.track && at === play.at)
              if (alike.length > 1) continue
              const before = plays.some(
                ({ at, track }) => track === play.track && at < play.at && play.at - at <= 24 * 60
              )
              expect(row?.["listening_repeat"]).toBe(before)
            }
          }),
        40
      ),
    120_000
  )

  it.effect("refuses what has no moments", () =>
    Effect.gen(function* () {
      const plays = yield* relation("plays", exampleTable([{ started_at: instant(0), played_ms: 1 }]))
      expect(
        yield* Effect.flip(run(linkPlays, "type: link-plays\nfrom: plays\nmoments: plays", [plays, plays]))
      ).toMatchObject({ code: "no-moments", path: ["moments"] })
    })
  )
})
