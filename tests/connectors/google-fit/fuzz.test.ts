import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import { temporaryDirectory } from "../../support/engine.ts"
import { COPIES, spoil, writeFiles } from "./spoil.ts"
import { STEPS, TRACK, column, data, homeIn, point, run, session, steps } from "./takeout.ts"

const nutrition = point("com.google.nutrition", "2018-12-02T12:00:00Z", "2018-12-02T12:00:00Z", [
  { mapVal: [{ key: "calories", value: { fpVal: 120.5 } }] },
  { intVal: 3 },
  { stringVal: "Zwetschgenwähe" }
])
const POINTS = Array.from({ length: 12 }, (_, minute) =>
  steps(`2018-12-02T08:${10 + minute}:00Z`, `2018-12-02T08:${11 + minute}:00Z`, minute)
)

const FORMATS = [
  { name: "derived_com.google.step_count.delta.json", text: data(STEPS, [...POINTS, nutrition]) },
  { name: "2018-12-02T16_54_53.999+01_00_WALKING.json", text: session() },
  { name: "2018-12-02T16_54_53.999+01_00_PT12M45.047S_Walking.tcx", text: TRACK },
  {
    name: "2018-12-02.csv",
    text: 'Start time,End time,Step count,"Distance (m)"\n00:00:00.000+01:00,00:15:00.000+01:00,12,8.5\n'
  }
]
const EXTENSIONS = [".json", ".tcx", ".csv", ".ics", ""]

describe("google-fit.samples", () => {
  it.live.each(FORMATS)(
    `stores nothing but what it counts of ${COPIES} spoiled copies of $name`,
    ({ name, text }) =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const home = homeIn(directory)
        const bytes = new TextEncoder().encode(text)
        const copies = Array.from({ length: COPIES }, (_, index) => spoil(name, bytes, EXTENSIONS, index))
        for (const copy of copies)
          writeFiles(join(directory, "takeout"), { [`Takeout/Fit/x/${copy.name}`]: copy.bytes })
        const ledger = yield* run(home, join(directory, "takeout"))
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepEqual(yield* column(home, "select count(*)::integer from staging.fit__input"), [ledger?.new])
        assert.deepEqual(yield* column(home, "select count(*)::integer from state.rejects"), [ledger?.rejected])
        const strange =
          "select count(*)::integer from staging.fit__input where _member is null or type is null or starts_at is null or ends_at < starts_at"
        assert.deepEqual(yield* column(home, strange), [0])
        assert.isAbove(ledger?.new ?? 0, 0)
        assert.isAbove(ledger?.rejected ?? 0, 0)
        // Every file is accounted for, by a sample, a reject or a skip.
        assert.isAtLeast(ledger?.read ?? 0, COPIES)
      }).pipe(Effect.scoped),
    120_000
  )
})
