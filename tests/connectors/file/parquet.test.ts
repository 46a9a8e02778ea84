import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/component/database.ts"
import { type Sql, authored, literal, sql } from "../../../src/component/sql.ts"
import { scratch, temporaryDirectory } from "../../support/engine.ts"
import { counted, failure, readFiles } from "./support.ts"

/** The bytes of a Parquet file with the rows of a query. */
const parquet = (query: Sql) =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, "rows.parquet")
    const database = yield* Database
    yield* database.execute(sql`copy (${query}) to ${literal(path)} (format parquet)`)
    return readFileSync(path)
  }).pipe(Effect.provide(scratch))

const NUMBERS = authored("select range as n, 'text ' || range as s from range(1000)")

describe("Parquet", () => {
  it.live(
    "a file that is cut can't be read: alone it ends the run, in a glob it is rejected and the others are read",
    () =>
      Effect.gen(function* () {
        const bytes = yield* parquet(NUMBERS)
        const cut = bytes.subarray(0, bytes.length - 100)
        assert.match(yield* failure(readFiles({ "a.parquet": cut })), /a\.parquet can't be read: it is cut/)
        const outcome = yield* readFiles({ "a.parquet": cut, "b.parquet": bytes })
        assert.strictEqual(outcome.rows.length, 1000)
        assert.deepEqual(outcome.rejects, [{ code: "file-unreadable", position: null, file: "a.parquet", raw: null }])
        assert.deepEqual(counted(outcome), { read: 1001, new: 1000, rejected: 1 })
        const words = yield* failure(readFiles({ "a.parquet": cut, "b.parquet": bytes }, ", on_error: fail"))
        assert.match(words, /it is cut, or no Parquet file/)
      }).pipe(Effect.scoped)
  )

  it.live("a file that is damaged in its middle is rejected, and the others are read; alone it ends the run", () =>
    Effect.gen(function* () {
      const bytes = yield* parquet(
        authored("select range as n, 'text ' || (range * 7919 % 100003) as s from range(20000)")
      )
      const damaged = Buffer.from(bytes).fill(0x55, bytes.length / 2, bytes.length / 2 + 500)
      const few = yield* parquet(NUMBERS)
      const outcome = yield* readFiles({ "a.parquet": few, "b.parquet": damaged, "c.csv": "n,s\n-1,csv\n" })
      assert.strictEqual(outcome.rows.length, 1001)
      assert.deepEqual(outcome.rejects, [{ code: "file-unreadable", position: null, file: "b.parquet", raw: null }])
      assert.deepEqual(counted(outcome), { read: 1002, new: 1001, rejected: 1 })
      const words = /b\.parquet can't be read: it is damaged/
      assert.match(yield* failure(readFiles({ "b.parquet": damaged })), words)
      assert.match(yield* failure(readFiles({ "a.parquet": few, "b.parquet": damaged }, ", on_error: fail")), words)
    }).pipe(Effect.scoped)
  )

  it.live("a value that doesn't fit is rejected with its row", () =>
    Effect.gen(function* () {
      const bytes = yield* parquet(
        authored("from (values ('a', '47.5'), ('b', 'north'), ('c', null)) t(file_name, latitude)")
      )
      const outcome = yield* readFiles({ "a.parquet": bytes }, ", entity: media, key: [file_name]")
      assert.deepEqual(outcome.rows, [
        { file_name: "a", latitude: 47.5 },
        { file_name: "c", latitude: null }
      ])
      assert.deepEqual(outcome.rejects, [
        { code: "value-unfit", position: 2, file: "a.parquet", raw: '{"file_name":"b","latitude":"north"}' }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("integers that no BIGINT holds are rejected, and nested values are JSON", () =>
    Effect.gen(function* () {
      const bytes = yield* parquet(authored("from (values (1::ubigint, [1, 2]), (18446744073709551615, [3])) t(n, l)"))
      const outcome = yield* readFiles({ "a.parquet": bytes })
      assert.deepEqual(outcome.rows, [{ n: 1, l: "[1,2]" }])
      assert.deepEqual(outcome.rejects, [
        { code: "value-unfit", position: 2, file: "a.parquet", raw: '{"n":18446744073709551615,"l":[3]}' }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("files with a bracket in their name are no patterns, and folders are columns", () =>
    Effect.gen(function* () {
      const bytes = yield* parquet(authored("select 1 as n"))
      const { rows } = yield* readFiles(
        {
          "year=2023/city=Z%C3%BCrich/a[1].parquet": bytes,
          "year=2024/city=__HIVE_DEFAULT_PARTITION__/b.parquet": bytes
        },
        "",
        "**/*.parquet"
      )
      assert.deepEqual(rows, [
        { n: 1, year: 2023, city: "Zürich" },
        { n: 1, year: 2024, city: null }
      ])
    }).pipe(Effect.scoped)
  )
})
