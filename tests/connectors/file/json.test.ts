import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { counted, failure, readFiles } from "./support.ts"

const lines = (...all: ReadonlyArray<string>): string => all.join("\n")

describe("NDJSON", () => {
  it.live("a line that is no JSON, or no object, is rejected with its number, and the others are read", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({
        "a.ndjson": lines('{"a":1,"b":"x"}', '{"a":2,"b":', "", "[1]", '{"a":3,"b":"z"}')
      })
      assert.deepEqual(outcome.rows, [
        { a: 1, b: "x" },
        { a: 3, b: "z" }
      ])
      assert.deepEqual(outcome.rejects, [
        { code: "json-syntax", position: 2, file: "a.ndjson", raw: '{"a":2,"b":' },
        { code: "json-not-object", position: 4, file: "a.ndjson", raw: "[1]" }
      ])
      assert.deepEqual(counted(outcome), { read: 4, new: 2, rejected: 2 })
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit is rejected, never rounded, cut or lost", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles(
        {
          "a.ndjson": lines(
            '{"n":1,"d":"2023-01-02","b":true,"x":1.5,"j":{"k" : [1, 2]}}',
            '{"n":4.75}',
            '{"n":5.0,"x":"12"}',
            '{"n":"six"}',
            '{"d":"2023-01-02T10:00:00"}',
            '{"b":"maybe"}',
            '{"x":"much"}',
            '{"n":true}',
            '{"n":12345678901234567890}'
          )
        },
        ", columns: { n: BIGINT, d: DATE, b: BOOLEAN, x: DOUBLE, j: JSON }"
      )
      assert.deepEqual(outcome.rows, [
        { n: 1, d: "2023-01-02", b: true, x: 1.5, j: '{"k":[1,2]}' },
        { n: 5, d: null, b: null, x: 12, j: null }
      ])
      assert.deepEqual(
        outcome.rejects.map(({ code, position }) => [code, position]),
        [2, 4, 5, 6, 7, 8, 9].map((line) => ["value-unfit", line])
      )
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit the type of the first 20,480 is rejected", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 21_000 }, (_, index) => `{"n":${index}}`)
      const outcome = yield* readFiles({ "a.ndjson": lines(...many, '{"n":7.25}', '{"n":"n/a"}') })
      assert.deepEqual(counted(outcome), { read: 21_002, new: 21_000, rejected: 2 })
      assert.deepEqual(
        outcome.rejects.map(({ position, raw }) => [position, raw]),
        [
          [21_001, '{"n":7.25}'],
          [21_002, '{"n":"n/a"}']
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("keys that differ only in case are one column; an object that has both is rejected, with the reason", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({
        "a.ndjson": lines('{"Name":"x","n":1}', '{"name":"y","n":2}', '{"name":"a","Name":"b","n":3}')
      })
      assert.deepEqual(
        outcome.rows.map(({ Name, n }) => [Name, n]),
        [
          ["x", 1],
          ["y", 2]
        ]
      )
      assert.deepEqual(outcome.rejects, [
        { code: "json-keys-alike", position: 3, file: "a.ndjson", raw: '{"name":"a","Name":"b","n":3}' }
      ])
      assert.deepEqual(counted(outcome), { read: 3, new: 2, rejected: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("a key that no object has among the first 20,480 is a column too, whatever the layout and the damage", () =>
    Effect.gen(function* () {
      const objects = [
        ...Array.from({ length: 21_000 }, (_, index) => `{"n":${index}}`),
        '{"n":-3,"late":{"deep":[1]},"day":"2024-05-01"}',
        '{"N":-2,"day":"2024-05-02"}',
        '{"n":-1,"late":null,"count":7}'
      ]
      const wanted = [
        [-2, null, "2024-05-02", null],
        [-3, '{"deep":[1]}', "2024-05-01", null],
        [-1, null, null, 7],
        [0, null, null, null]
      ]
      const files = {
        "lines.ndjson": lines(...objects),
        "array.json": `[${objects.join(",\n")}]`,
        "broken.ndjson": lines("no object", ...objects),
        "broken-late.ndjson": lines(...objects, '{"n":')
      }
      for (const [name, content] of Object.entries(files)) {
        const { rows } = yield* readFiles({ [name]: content })
        const few = rows
          .filter(({ n }) => n === null || Number(n) <= 0)
          .map((row) => ["n", "late", "day", "count"].map((column) => row[column]))
        assert.sameDeepMembers(few, wanted, name)
      }
    }).pipe(Effect.scoped)
  )

  it.live(
    "times keep their offset; a date that isn't ISO 8601 is text, since nobody knows which number is the month",
    () =>
      Effect.gen(function* () {
        const { rows } = yield* readFiles({
          "a.ndjson": lines(
            '{"t":"2023-01-01T10:00:00+02:00","l":"2023-01-01T10:00:00","d":"2023-01-01","us":"01-02-2023"}',
            '{"t":"2023-06-01T10:00:00Z","l":"2023-06-01 10:00:00.5","d":"2023-06-01","us":"06-02-2023"}'
          )
        })
        assert.deepEqual(rows, [
          { t: "2023-01-01T08:00:00.000Z", l: "2023-01-01T10:00:00.000", d: "2023-01-01", us: "01-02-2023" },
          { t: "2023-06-01T10:00:00.000Z", l: "2023-06-01T10:00:00.500", d: "2023-06-01", us: "06-02-2023" }
        ])
      }).pipe(Effect.scoped)
  )

  it.live("of several files only the damaged one is read line by line", () =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* readFiles({
        "a.ndjson": '{"a":1}\n{"a":2}',
        "b.jsonl": '{"a":3,"b":"x"}\n{"a":',
        "c.ndjson.gz": gzipSync('{"b":"y"}')
      })
      assert.deepEqual(rows, [
        { a: 1, b: null },
        { a: 2, b: null },
        { a: 3, b: "x" },
        { a: null, b: "y" }
      ])
      assert.deepEqual(rejects, [{ code: "json-syntax", position: 2, file: "b.jsonl", raw: '{"a":' }])
    }).pipe(Effect.scoped)
  )

  it.live("keys of nested values may differ by their case only, and a key may come twice", () =>
    Effect.gen(function* () {
      const { rows } = yield* readFiles({
        "a.ndjson": lines('{"a":{"E":1,"e":2},"b":"x"}', '{"a":{},"b":"y","b":"z"}')
      })
      assert.deepEqual(rows, [
        { a: '{"E":1,"e":2}', b: "x" },
        { a: "{}", b: "z" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("with on_error: fail, a broken line ends the run", () =>
    Effect.gen(function* () {
      assert.match(
        yield* failure(readFiles({ "a.ndjson": '{"a":1}\n{' }, ", on_error: fail")),
        /It is no JSON.*a\.ndjson/
      )
    }).pipe(Effect.scoped)
  )
})

describe("JSON", () => {
  it.live("an array that is cut gives the objects before the cut, and one reject with the rest", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({ "a.json": '[{"a":1,"s":{"x" : 1}},\n{"a":2},{"a":' })
      assert.deepEqual(outcome.rows, [
        { a: 1, s: '{"x":1}' },
        { a: 2, s: null }
      ])
      assert.deepEqual(outcome.rejects, [{ code: "json-cut", position: 32, file: "a.json", raw: '{"a":' }])
      assert.deepEqual(counted(outcome), { read: 3, new: 2, rejected: 1 })
      const words = yield* failure(readFiles({ "a.json": '[{"a":1},{"a":' }, ", on_error: fail"))
      assert.match(words, /ends in the middle of an object.*a\.json/)
    }).pipe(Effect.scoped)
  )

  it.live("a damaged object costs itself only", () =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* readFiles({
        "a.json": '[\n{"a":1,"b":"q"},\n{"a":2,"b":"x},\n{"a":3,"b":"y"}, 7\n]'
      })
      assert.deepEqual(rows, [
        { a: 1, b: "q" },
        { a: 3, b: "y" }
      ])
      assert.deepEqual(rejects, [
        { code: "json-syntax", position: 19, file: "a.json", raw: '{"a":2,"b":"x}' },
        { code: "json-not-object", position: 52, file: "a.json", raw: "7" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("reads arrays, single objects and objects one after the other; empty files are skipped", () =>
    Effect.gen(function* () {
      const outcome = yield* readFiles({
        "a.json": '[{"a":1},{"a":2}]',
        "b.json": '{"a":3}',
        "c.json": '{"a":4}\n{"a":5}',
        "d.json": "[]",
        "e.json": ""
      })
      assert.deepEqual(
        outcome.rows,
        [1, 2, 3, 4, 5].map((a) => ({ a }))
      )
      assert.deepEqual(counted(outcome), { read: 6, new: 5, skipped: 1 })
    }).pipe(Effect.scoped)
  )

  it.live("what isn't JSON can't be read: alone it ends the run, among others it is rejected", () =>
    Effect.gen(function* () {
      const page = "<html><body>Please log in</body></html>"
      assert.match(yield* failure(readFiles({ "a.json": page })), /a\.json can't be read/)
      const { rejects } = yield* readFiles({ "a.json": page, "b.json": '[{"a":1}]' })
      assert.deepEqual(rejects, [{ code: "file-unreadable", position: null, file: "a.json", raw: null }])
    }).pipe(Effect.scoped)
  )
})
