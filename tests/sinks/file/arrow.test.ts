import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { tableFromIPC } from "apache-arrow"
import { Effect } from "effect"
import { writeArrow } from "../../../sinks/file/arrow.ts"
import { authored } from "../../../src/component/sql.ts"
import { scratch, temporaryDirectory } from "../../support/engine.ts"

const COLUMNS: ReadonlyArray<readonly [expression: string, type: string, value: unknown]> = [
  ["(-7)::tinyint", "Int8", -7],
  ["(-7)::smallint", "Int16", -7],
  ["(-7)::integer", "Int32", -7],
  ["(-9223372036854775808)::bigint", "Int64", -(2n ** 63n)],
  ["18446744073709551615::ubigint", "Uint64", 2n ** 64n - 1n],
  ["(-12345678901234567890123)::hugeint", "Decimal[38e0]", "-12345678901234567890123"],
  ["340282366920938463463374607431768211455::uhugeint", "Utf8", "340282366920938463463374607431768211455"],
  ["(-1.25)::decimal(10, 2)", "Decimal[10e+2]", "-125"],
  ["1.5::float", "Float32", 1.5],
  ["'-inf'::double", "Float64", -Infinity],
  ["true", "Bool", true],
  ["'Zürich'", "Utf8", "Zürich"],
  ["'\\x00\\xFF'::blob", "Binary", Uint8Array.of(0, 255)],
  ["date '1969-12-31'", "Date32<DAY>", -86_400_000],
  ["timestamp '1969-12-31 23:59:59.5'", "Timestamp<MICROSECOND>", -500],
  ["timestamptz '2023-01-01 10:00:00+02'", "Timestamp<MICROSECOND, UTC>", Date.UTC(2023, 0, 1, 8)],
  ["time '10:15:00'", "Utf8", "10:15:00"],
  ["'00000000-0000-4000-8000-000000000000'::uuid", "Utf8", "00000000-0000-4000-8000-000000000000"],
  ["[1, null]", "Utf8", "[1,null]"],
  ["{a: 1, b: 'x'}", "Utf8", '{"a":1,"b":"x"}'],
  ["'{\"a\": 1}'::json", "Utf8", '{"a": 1}']
]

describe("Arrow files", () => {
  it.live("have DuckDB's types, as far as Arrow has them, each with a value and without", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "types.arrow")
      const values = COLUMNS.map(([expression], index) => `if(n = 0, ${expression}, null) as c${index}`)
      assert.strictEqual(
        yield* writeArrow(authored(`select ${values.join(", ")} from range(2) t(n) order by n`), path),
        2
      )
      const table = tableFromIPC(readFileSync(path))
      COLUMNS.forEach(([expression, type, value], index) => {
        const column = table.getChild(`c${index}`)
        assert.strictEqual(String(column?.type), type, expression)
        const found: unknown = column?.get(0)
        if (type.startsWith("Decimal")) assert.strictEqual(String(found), value, expression)
        else assert.deepEqual(found, value, expression)
        assert.isNull(column?.get(1), expression)
      })
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("of no rows still have their columns", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "none.arrow")
      assert.strictEqual(yield* writeArrow(authored("select 1 as a, 'x' as b limit 0"), path), 0)
      const table = tableFromIPC(readFileSync(path))
      assert.deepEqual([table.numRows, table.schema.names], [0, ["a", "b"]])
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )
})
