/** What passes through with little memory finds room, however many threads the machine has for it. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { literal, sql } from "../../src/component/sql.ts"
import { open } from "../../src/warehouse/duckdb.ts"
import { roomIn } from "../../src/warehouse/warehouse.ts"
import { temporaryDirectory } from "../support/engine.ts"

const FILES = 32

describe("little memory", () => {
  for (const [memory, cores, threads] of [
    [512, 1, 1],
    [512, 2, 2],
    [512, 4, 4],
    [1024, 8, 8],
    [1024, 64, 8]
  ] as const) {
    it.live(`of ${memory} MB on ${cores} cores is enough for as many readers of JSON as work`, () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        for (let file = 0; file < FILES; file++) {
          const rows = Array.from({ length: 500 }, (_, index) => ({ a: index, b: "x".repeat(100) }))
          writeFileSync(join(directory, `${file}.json`), JSON.stringify(rows))
        }
        const room = roomIn(memory * 1e6, cores)
        assert.strictEqual(room.threads, threads)
        const { database } = yield* open({ path: join(directory, "a.duckdb"), ...room, spillDirectory: directory })
        const all = literal(join(directory, "*.json"))
        const read = sql`create or replace table t as
          select a, b from read_json(${all}, columns = {a: 'BIGINT', b: 'VARCHAR'}, format = 'array')`
        for (let time = 0; time < 5; time++) yield* database.lean(database.execute(read))
      }).pipe(Effect.scoped)
    )
  }
})
