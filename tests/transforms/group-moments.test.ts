import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { uuid5 } from "../../src/component/id.ts"
import { groupMoments } from "../../transforms/group-moments.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 4, 1)
const STEP = 0.0009
const METRES_PER_STEP = (STEP * Math.PI * 6_371_008.8) / 180

interface Photo {
  readonly _id: string
  readonly hours: number | null
  readonly place: number | null
  readonly linked: boolean
}

const photos = fc
  .array(
    fc.record({
      hours: fc.option(fc.integer({ min: 0, max: 20 }), { freq: 8, nil: null }),
      place: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
      linked: fc.nat(5).map((of) => of === 0)
    }),
    { minLength: 1, maxLength: 14 }
  )
  .map((all) =>
    [{ hours: 0, place: 0, linked: false }, { hours: 50, place: 0, linked: true }, ...all].map((one, index): Photo => ({
      ...one,
      _id: `00000000-0000-4000-8000-${String((index * 7) % 31).padStart(12, "0")}`
    }))
  )

/** One row after the other, by time and id: the moment of each row by its id. */
const sessions = (all: ReadonlyArray<Photo>) => {
  const groups: Array<Array<Photo & { readonly hours: number }>> = []
  const taking = all
    .flatMap((one) => (one.hours === null || one.linked ? [] : [{ ...one, hours: one.hours }]))
    .toSorted((a, b) => a.hours - b.hours || (a._id < b._id ? -1 : 1))
  for (const one of taking) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    const apart = last?.place == null || one.place === null ? 0 : Math.abs(last.place - one.place) * METRES_PER_STEP
    if (group === undefined || last === undefined || one.hours - last.hours > 2 || apart > 250) groups.push([one])
    else group.push(one)
  }
  return new Map(
    groups.flatMap((group) =>
      group.map((one) => [one._id, [uuid5(["moment", group[0]?._id ?? ""]), group.length]] as const)
    )
  )
}

layer(services)("group-moments", (test) => {
  test.effect(
    "groups as a walk along the rows does",
    () =>
      property(
        photos,
        (all) =>
          Effect.gen(function* () {
            const given = yield* relation(
              "photos",
              all.map(({ _id, hours, place, linked }) => ({
                _id,
                taken_at: hours === null ? null : new Date(START + hours * HOUR).toISOString(),
                latitude: place === null ? null : 47 + place * STEP,
                longitude: place === null ? null : 8,
                right_id: linked ? _id : null
              }))
            )
            const found = yield* run(groupMoments, "type: group-moments\ngap: 2h\ndistance: 250m", [given])
            expect(found).toHaveLength(all.length)
            const wanted = sessions(all)
            for (const row of found) {
              const [moment, size] = wanted.get(String(row["_id"])) ?? [null, null]
              expect(row).toMatchObject({ moment_id: moment, moment_size: size })
            }
          }),
        60
      ),
    120_000
  )
})
