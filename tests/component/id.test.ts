import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { NAMESPACE, uuid5, uuid5Sql } from "../../src/component/id.ts"
import { join, literal, sql } from "../../src/component/sql.ts"
import { Warehouse, memoryWarehouse } from "../../src/warehouse/warehouse.ts"

describe("ids", () => {
  it("are UUIDs of version 5", () => {
    assert.match(uuid5(["media", "abc"]), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(NAMESPACE, /^[0-9a-f-]{36}$/)
  })

  it.effect("are the same from DuckDB as from here", () =>
    Effect.gen(function* () {
      const { database } = yield* Warehouse
      const names = Array.from({ length: 500 }, (_, index) => `name ${index} ü`)
      const query = join(
        names.map((name) => sql`select ${uuid5Sql(["media", "a"], literal(name))}::varchar as id`),
        " union all "
      )
      const rows = yield* database.rows(query, Schema.Struct({ id: Schema.String }))
      assert.deepEqual(
        rows.map((row) => row.id).toSorted(),
        names.map((name) => uuid5(["media", "a", name])).toSorted()
      )
    }).pipe(Effect.provide(memoryWarehouse))
  )
})
