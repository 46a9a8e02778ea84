import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { counted, failure, readFiles } from "./support.ts"

const lines = (...all: ReadonlyArray<string>): string => all.join("\n")

describe("CSV", () => {
  it.live("a line with too few or too many values is rejected with its number, and the others are read", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.csv": lines("a,b,c", "1,2", "3,4,5", "6,7,8,9", "9,9,9") })
      assert.deepEqual(outcome.rows, [
        { a: 3, b: 4, c: 5 },
        { a: 9, b: 9, c: 9 }
      ])
      assert.deepEqual(outcome.rejects, [
        { code: "csv-columns", position: 2, file: "a.csv", raw: "1,2" },
        { code: "csv-columns", position: 4, file: "a.csv", raw: "6,7,8,9" }
      ])
      assert.deepEqual(counted(outcome), { read: 4, new: 2, rejected: 2 })
    }).pipe(Effect.scoped)
  )

  it.live("a quote that isn't closed costs one line, wherever it stands", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.csv": lines("a,b,c", "1,x,3", '3,"y,5', '6,"z, z",8', "9,q,9") })
      assert.deepEqual(outcome.rows, [
        { a: 1, b: "x", c: 3 },
        { a: 6, b: "z, z", c: 8 },
        { a: 9, b: "q", c: 9 }
      ])
      assert.deepEqual(outcome.rejects, [{ code: "csv-quotes", position: 3, file: "a.csv", raw: '3,"y,5' }])
    }).pipe(Effect.scoped)
  )

  it.live("a line that isn't UTF-8 is rejected with its bytes", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.csv": Buffer.from("a,b\n1,Bern\n2,Gen\u00e8ve\n", "latin1") })
      assert.deepEqual(outcome.rows, [{ a: 1, b: "Bern" }])
      assert.deepEqual(outcome.rejects, [
        {
          code: "csv-encoding",
          position: 3,
          file: "a.csv",
          raw: Buffer.from("2,Gen\u00e8ve", "latin1").toString("hex").toUpperCase()
        }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit the declared type is rejected, never rounded, cut or lost", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles(
        {
          "a.csv": lines(
            "n,d,t,u",
            "1,2023-01-02,2023-01-02T10:00:00+02:00,x",
            "2.5,2023-01-02,2023-01-02T10:00:00Z,x",
            "3,2023-01-02T10:00:00,2023-01-02T10:00:00Z,x",
            "4,2023-01-02,yesterday,x",
            "five,,,x",
            "6,,,"
          )
        },
        ", columns: { n: BIGINT, d: DATE, t: TIMESTAMPTZ }"
      )
      assert.deepEqual(outcome.rows, [
        { n: 1, d: "2023-01-02", t: "2023-01-02T08:00:00.000Z" },
        { n: 6, d: null, t: null }
      ])
      assert.deepEqual(
        outcome.rejects.map(({ code, position }) => [code, position]),
        [3, 4, 5, 6].map((line) => ["value-unfit", line])
      )
      assert.deepEqual(counted(outcome), { read: 6, new: 2, rejected: 4 })
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit the type of the first 20,480 is rejected", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 21_000 }, (_, index) => `${index},x`)
      const outcome = yield* readFiles({ "a.csv": lines("n,s", ...many, "n/a,y", "7.25,z") })
      assert.deepEqual(counted(outcome), { read: 21_002, new: 21_000, rejected: 2 })
      assert.deepEqual(
        outcome.rejects.map(({ position, raw }) => [position, raw]),
        [
          [21_002, "n/a,y"],
          [21_003, "7.25,z"]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit the entity's type is rejected", () =>
    Effect.gen(function* () {
      const files = { "a.csv": lines("file_name,latitude", "a.jpg,47.5", "b.jpg,n/a") }
      const outcome = yield* readFiles(files, ", entity: media, key: [file_name]")
      assert.deepEqual(outcome.rows, [{ file_name: "a.jpg", latitude: 47.5 }])
      assert.deepEqual(outcome.rejects, [{ code: "value-unfit", position: 3, file: "a.csv", raw: "b.jpg,n/a" }])
    }).pipe(Effect.scoped)
  )

  it.live("a row without its key is rejected, not counted as a duplicate", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.csv": lines("id,x", "a,1", ",2", ",3") }, ", key: [id]")
      assert.deepEqual(counted(outcome), { read: 3, new: 1, rejected: 2 })
      assert.deepEqual(
        outcome.rejects.map(({ code, raw }) => [code, raw]),
        [
          ["row-without-key", '{"id":null,"x":2}'],
          ["row-without-key", '{"id":null,"x":3}']
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("of several files only the damaged one is read line by line, whatever order its columns have", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({
        "a.csv": lines("a,b", "1,x", "2,y"),
        "b.csv": lines("b;a;c", "z;3;7", "broken"),
        "c.csv.gz": gzipSync(lines("a,b", "4,w"))
      })
      assert.deepEqual(outcome.rows, [
        { a: 1, b: "x", c: null },
        { a: 2, b: "y", c: null },
        { a: 3, b: "z", c: 7 },
        { a: 4, b: "w", c: null }
      ])
      assert.deepEqual(outcome.rejects, [{ code: "csv-columns", position: 3, file: "b.csv", raw: "broken" }])
    }).pipe(Effect.scoped)
  )

  it.live("a packed file that is cut gives the lines before the cut", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 5000 }, (_, index) => `${index},${(index * 7919) % 9973}`)
      const packed = gzipSync(lines("a,b", ...many))
      const { ledger, rows } = yield* readFiles({ "a.csv.gz": packed.subarray(0, packed.length / 2) })
      assert.isAbove(rows.length, 1000)
      assert.isBelow(rows.length, 5000)
      assert.deepEqual(
        rows,
        rows.map((_, index) => ({ a: index, b: (index * 7919) % 9973 }))
      )
      assert.strictEqual(ledger["read"], rows.length + Number(ledger["rejected"]))
    }).pipe(Effect.scoped)
  )

  it.live("lines above the header and empty files are counted as skipped", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.csv": lines("My report", "", "a,b", "1,2"), "b.csv": "" })
      assert.deepEqual(outcome.rows, [{ a: 1, b: 2 }])
      assert.deepEqual(outcome.skips, [
        { reason: "a line above the header", count: 2 },
        { reason: "an empty file", count: 1 }
      ])
      assert.deepEqual(counted(outcome), { read: 4, new: 1, skipped: 3 })
    }).pipe(Effect.scoped)
  )

  it.live("one column, whose values have commas, is one column", () =>
    Effect.gen(function* () {
      const { rows } = yield* readFiles({ "a.csv": lines("name", "Doe, Jane", "Roe") })
      assert.deepEqual(rows, [{ name: "Doe, Jane" }, { name: "Roe" }])
    }).pipe(Effect.scoped)
  )

  it.live("backslashes before quotes, and a delimiter at the end of every line, are no damage", () =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* readFiles({ "a.csv": 'a,b\n"x\\"y",1\n"z",2\n', "b.csv": "a,b\nq,3,\nr,4,\n" })
      assert.deepEqual(rejects, [])
      assert.deepEqual(rows, [
        { a: "q", b: 3 },
        { a: "r", b: 4 },
        { a: 'x"y', b: 1 },
        { a: "z", b: 2 }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("with on_error: fail, a broken line ends the run and names the file and the line", () =>
    Effect.gen(function* () {
      const words = yield* failure(readFiles({ "a.csv": lines("a,b", "1", "2,3") }, ", on_error: fail"))
      assert.match(words, /The line has 1 values for 2 columns.*a\.csv:2\)/)
    }).pipe(Effect.scoped)
  )

  it.live("a file that is no text can't be read: alone it ends the run, among others it is rejected", () =>
    Effect.gen(function* () {
      const junk = Buffer.from("89504e470d0a1a0aff00ff0aff0a", "hex")
      assert.match(yield* failure(readFiles({ "a.csv": junk })), /a\.csv can't be read/)
      const outcome = yield* readFiles({ "a.csv": junk, "b.csv": lines("a,b", "1,2") })
      assert.deepEqual(outcome.rejects, [{ code: "file-unreadable", position: null, file: "a.csv", raw: null }])
      assert.deepEqual(counted(outcome), { read: 2, new: 1, rejected: 1 })
    }).pipe(Effect.scoped)
  )
})
