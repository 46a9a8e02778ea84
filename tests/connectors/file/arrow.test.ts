import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import {
  Int64,
  RecordBatchStreamWriter,
  Table,
  TimestampSecond,
  makeData,
  makeVector,
  tableToIPC,
  vectorFromArray
} from "apache-arrow"
import { Effect } from "effect"
import { counted, failure, readFiles } from "./support.ts"

/** What the files in this folder hold, which another implementation wrote, packed and in three batches. */
const packed = (name: string) => readFileSync(join(import.meta.dirname, "arrow", name))

const timestamp = (millis: number): string => new Date(millis).toISOString()

const expected = Array.from({ length: 300 }, (_, i) => ({
  n: i,
  big: i % 5 === 0 ? null : (2n ** 62n + BigInt(i)).toString(),
  part: i % 4 === 0 ? null : i / 4,
  yes: i % 3 === 0 ? null : i % 2 === 0,
  text: `Zürich ${i}`,
  large: "x".repeat(i % 40),
  view: `a text that is longer than twelve bytes ${i}`,
  word: ["a", "b", null][i % 3] ?? null,
  second: timestamp(i * 1000).slice(0, -1),
  milli: timestamp(i),
  micro: timestamp(0).slice(0, -1),
  nano: timestamp(1_700_000_000_123),
  day: timestamp((i - 100) * 86_400_000).slice(0, 10),
  price: (i - 100) / 100,
  time: i === 0 ? "01:02:03" : `01:02:03.${String(i).padStart(6, "0").replace(/0+$/, "")}`,
  list: i % 2 === 0 ? null : `[${i},null]`,
  struct: `{"x":${i},"t":"2020-01-01T00:00:00.000"}`,
  map: `{"k":${i}}`
}))

const small = () => new Table({ n: vectorFromArray([1n, 2n, null], new Int64()), s: vectorFromArray(["a", null, "c"]) })

describe("Arrow", () => {
  it.live.each(["lz4.feather", "zstd.feather"])("reads every type, of %s as others write it", (name) =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ [name]: packed(name) })
      assert.deepEqual(outcome.rows, expected)
      assert.deepEqual(counted(outcome), { read: 300, new: 300 })
    }).pipe(Effect.scoped)
  )

  it.live("reads files and streams, among each other, whatever their columns", () =>
    Effect.gen(function* () {
      const { rows } = yield* readFiles({
        "a.arrow": tableToIPC(small(), "file"),
        "b.arrows": tableToIPC(new Table({ s: vectorFromArray(["d"]) }), "stream"),
        "c.csv": "n,x\n4,y\n"
      })
      assert.deepEqual(rows, [
        { n: 1, s: "a", x: null },
        { n: 2, s: null, x: null },
        { n: 4, s: null, x: "y" },
        { n: null, s: "c", x: null },
        { n: null, s: "d", x: null }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("of a file that is cut, the batches before the cut are read, and the rest is one reject", () =>
    Effect.gen(function* () {
      const bytes = packed("zstd.feather")
      for (const [length, rows] of [
        [bytes.length / 2, 100],
        [bytes.length - 10, 300]
      ] as const) {
        const outcome = yield* readFiles({ "a.arrow": bytes.subarray(0, length) })
        assert.deepEqual(outcome.rows, expected.slice(0, rows))
        assert.deepEqual(outcome.rejects, [{ code: "arrow-cut", position: rows + 1, file: "a.arrow", raw: null }])
        assert.deepEqual(counted(outcome), { read: rows + 1, new: rows, rejected: 1 })
      }
    }).pipe(Effect.scoped)
  )

  it.live("of a stream that is cut as well", () =>
    Effect.gen(function* () {
      const { batches } = small()
      const whole = RecordBatchStreamWriter.writeAll([...batches, ...batches]).toUint8Array(true)
      const outcome = yield* readFiles({ "a.arrows": whole.subarray(0, whole.length - 60) })
      assert.deepEqual(counted(outcome), { read: 4, new: 3, rejected: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit is rejected with its row", () =>
    Effect.gen(function* () {
      const seconds = makeData({ type: new TimestampSecond(null), data: BigInt64Array.of(0n, 2n ** 62n) })
      const times = new Table({ t: makeVector(seconds), s: vectorFromArray(["1", "two"]) })
      const outcome = yield* readFiles({ "a.arrow": tableToIPC(times, "file") })
      assert.deepEqual(outcome.rows, [{ t: "1970-01-01T00:00:00.000", s: "1" }])
      assert.deepEqual(outcome.rejects, [
        { code: "value-unfit", position: 2, file: "a.arrow", raw: '{"t":null,"s":"two"}' }
      ])
      const declared = yield* readFiles({ "a.arrow": tableToIPC(times, "file") }, ", columns: { s: BIGINT }")
      assert.deepEqual(declared.rows, [{ s: 1 }])
      assert.deepEqual(counted(declared), { read: 2, new: 1, rejected: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("what isn't Arrow can't be read, and with on_error: fail a cut ends the run", () =>
    Effect.gen(function* () {
      assert.match(yield* failure(readFiles({ "a.arrow": "no arrow at all" })), /a\.arrow can't be read/)
      const { rejects } = yield* readFiles({ "a.arrow": "no arrow at all", "b.csv": "a\n1\n" })
      assert.deepEqual(rejects, [{ code: "file-unreadable", position: null, file: "a.arrow", raw: null }])
      const cut = packed("lz4.feather").subarray(0, 5000)
      assert.match(yield* failure(readFiles({ "a.arrow": cut }, ", on_error: fail")), /can't be read.*a\.arrow/)
    }).pipe(Effect.scoped)
  )
})
