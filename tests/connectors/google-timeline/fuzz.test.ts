import { join } from "node:path"
import { assert, describe, layer, it as plain } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { stream } from "../../../src/sample/random.ts"
import { query, runText, scratch, temporaryDirectory } from "../../support/engine.ts"
import {
  type Files,
  android,
  androidPath,
  androidVisit,
  phonePath,
  phoneVisit,
  placeVisit,
  record,
  records,
  semantic,
  signal,
  tallied,
  writeInto
} from "./history.ts"

/** Copies of each family: each is cut, has bits flipped or blanks in it, or bears a wrong name. The same on every machine. */
const COPIES = Number(process.env["KEEPSAKE_FUZZ"] ?? 50)

/** So many of them are read in one run too. */
const TOGETHER = 12

const START = Date.parse("2019-05-01T00:00:00Z")
const time = (index: number) => new Date(START + index * 60_000).toISOString()
const each = <A>(length: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length }, (_, index) => make(index))

const way = (index: number) => ({
  activitySegment: {
    activityType: "WALKING",
    simplifiedRawPath: { points: [{ latE7: 473_769_000, lngE7: 85_417_000, timestamp: time(index) }] }
  }
})
const stay = (index: number) => ({ duration: { startTimestamp: time(index), endTimestamp: time(index + 5) } })
const times = (index: number) => ({ startTime: time(index), endTime: time(index + 5) })

/** The first is long enough that a part is read in pieces. */
const FAMILIES: Readonly<Record<string, readonly [name: string, whole: unknown]>> = {
  records: [
    "Records.json",
    records(...each(3600, (index) => record({ timestamp: time(index), activity: [{ activity: [{ type: "STILL" }] }] })))
  ],
  semantic: [
    "2019_MAY.json",
    semantic(...each(400, (index) => (index % 2 === 0 ? way(index) : placeVisit(stay(index)))))
  ],
  android: [
    "Timeline.json",
    android(
      each(400, (index) =>
        index % 2 === 0 ? androidPath({ point: "47.1°, 8.1°", time: time(index) }) : androidVisit({}, times(index))
      ),
      each(700, (index) => signal({ timestamp: time(index) }))
    )
  ],
  iphone: [
    "location-history.json",
    each(700, (index) =>
      index < 350
        ? { ...phoneVisit(), ...times(index) }
        : {
            ...phonePath({ point: "geo:47.1,8.1", durationMinutesOffsetFromStartTime: String(index) }),
            ...times(index)
          }
    )
  ]
}

const NAMES = ["photo.jpg", "Settings.json", "export", "takeout.csv", "Records.json"] as const

/** One copy, spoilt as its seed says. */
const spoilt = (family: string, copy: number): Files => {
  const [name, whole] = FAMILIES[family] ?? ["", null]
  const random = stream("google-timeline", family, copy)
  const text = copy % 2 === 0 ? JSON.stringify(whole, null, 2) : JSON.stringify(whole)
  let bytes = Buffer.from(text)
  const kind = copy % 4
  if (kind === 0 || kind === 3) bytes = bytes.subarray(0, random.integer(0, bytes.length))
  if (kind === 1 || kind === 3)
    for (let flips = random.integer(1, 12); flips > 0 && bytes.length > 0; flips--) {
      const at = random.integer(0, bytes.length - 1)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7))
    }
  if (kind === 2) bytes.fill(random.integer(0, 255), random.integer(0, bytes.length), random.integer(0, bytes.length))
  return { [copy % 3 === 0 ? `${copy}/${random.pick(NAMES)}` : `${copy}/${name}`]: bytes }
}

const cases = Object.keys(FAMILIES).flatMap((family) => each(COPIES, (copy) => [family, copy] as const))

layer(scratch, { excludeTestServices: true })("spoilt files", (it) => {
  it.effect.each(cases)("%s, copy %i: rows, rejects and skips can all be told", ([family, copy]) =>
    Effect.gen(function* () {
      for (const name of ["points", "visits"] as const) {
        const { rejects, rows, skips, unnamed } = yield* tallied(name, spoilt(family, copy))
        assert.isAbove(rows + rejects.length + Object.keys(skips).length, 0)
        assert.strictEqual(unnamed, 0)
        for (const { code, reason } of rejects) {
          assert.match(code, /^[a-z]+(-[a-z]+)*$/)
          assert.match(reason, /^\S.{10,}$/)
        }
      }
    })
  )
})

describe("spoilt files together", () => {
  plain.live(
    "no row is stored that the ledger doesn't own",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const [home, folder] = [join(directory, "home"), join(directory, "files")]
        for (const [family, copy] of cases.filter(([, copy]) => copy < TOGETHER))
          writeInto(join(folder, family), spoilt(family, copy))
        const { sources } = yield* runText(
          `
name: fuzz
sources:
  points: { type: google-timeline.points, path: ${folder} }
  visits: { type: google-timeline.visits, path: ${folder} }
sinks:
  memories: { type: memories, from: visits }
  points: { type: file, from: points, path: ${join(directory, "points.parquet")} }
`,
          home
        )
        for (const source of ["points", "visits"]) {
          const ledger = sources[source]
          assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
          const [staged] = yield* query(home, authored(`select count(*)::integer as n from staging.fuzz__${source}`))
          const [kept] = yield* query(
            home,
            authored(`select count(*)::integer as n from state.rejects where source = '${source}'`)
          )
          assert.deepEqual([staged?.["n"], kept?.["n"]], [ledger?.new, ledger?.rejected])
        }
      }).pipe(Effect.scoped),
    120_000
  )
})
