import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Effect, Schema } from "effect"
import { type Declared, declared } from "../../../connectors/file/columns.ts"
import { findFiles } from "../../../connectors/file/find.ts"
import { look } from "../../../connectors/file/look.ts"
import { rejectsOf, rowsOf } from "../../../connectors/file/rows.ts"
import { Database } from "../../../src/component/database.ts"
import { sql } from "../../../src/component/sql.ts"
import { scratch, temporaryDirectory } from "../../support/engine.ts"
import { runs } from "../../support/runs.ts"

const ROWS = Array.from({ length: 12 }, (_, index) => ({
  n: index * 7,
  text: ["plain", 'with "quotes"', "two\nlines", "Zürich, CH", ""][index % 5],
  at: `2023-01-${String(index + 10)}T10:00:00Z`,
  day: "2023-05-06",
  yes: index % 2 === 0,
  x: index / 4
}))
const COLUMNS: Declared = { n: "BIGINT", text: "VARCHAR", at: "TIMESTAMPTZ", day: "DATE", yes: "BOOLEAN", x: "DOUBLE" }

const csvValue = (value: unknown): string => {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const WHOLE: Readonly<Record<string, string>> = {
  csv: [Object.keys(COLUMNS).join(","), ...ROWS.map((row) => Object.values(row).map(csvValue).join(","))].join("\n"),
  ndjson: ROWS.map((row) => JSON.stringify(row)).join("\n"),
  json: JSON.stringify(ROWS, null, 1)
}

/** Damage: some bytes are taken out at a place, and others put there. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    taken: fc.nat(3),
    put: fc.oneof(
      fc
        .constantFrom('"', '""', "\n", "\r\n", "\r", ",", ";", "{", "}", "]", "\\", "\u0000", "x", "9.5", "null", " ")
        .map((text) => Buffer.from(text)),
      fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.alloc(0))
    )
  }),
  { minLength: 1, maxLength: 4 }
)

const Count = Schema.Struct({ n: Schema.Number })

/** Rows and rejects of a file, as a scan gives them; null: it can't be read at all. */
const counts = (path: string, columns: Declared | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const count = (query: ReturnType<typeof rowsOf>) =>
      Effect.map(
        database.rows(
          sql`select count(*) as n from (select * from (${query}) where hash(columns(*)) is not null)`,
          Count
        ),
        ([row]) => row?.n ?? 0
      )
    const seen = yield* look(yield* findFiles([path]), undefined)
    const wanted = columns === null ? seen.columns : declared(columns)
    const keyed = { account: "me", columns: wanted, entity: undefined, key: undefined }
    const loaded = yield* seen.load(wanted, () => true)
    return {
      rows: yield* count(rowsOf(loaded, keyed)),
      rejects: yield* count(rejectsOf(loaded, keyed, seen.unreadable))
    }
  }).pipe(
    Effect.scoped,
    Effect.catchTag("SourceError", () => Effect.succeed(null))
  )

describe("damage of any kind is rejected, and never fails a query", () => {
  it.live.each(["csv", "ndjson", "json"])("%s", (format) =>
    Effect.gen(function* () {
      const database = yield* Database
      const path = join(yield* temporaryDirectory, `rows.${format}`)
      const run = (columns: Declared | null) =>
        Effect.runPromise(Effect.provideService(counts(path, columns), Database, database))
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(damage, fc.boolean(), async (holes, typed) => {
            let bytes = Buffer.from(WHOLE[format] ?? "")
            for (const { at, put, taken } of holes) {
              const from = Math.floor(at * bytes.length)
              bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + taken)])
            }
            writeFileSync(path, bytes)
            const found = await run(typed ? COLUMNS : null)
            // A newline more makes a line more; what stands above the header, or is swallowed by a quote, is one.
            if (found !== null) assert.isAtMost(found.rows + found.rejects, ROWS.length * 2 + 8)
          }),
          { numRuns: runs(50) }
        )
      )
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )
})
