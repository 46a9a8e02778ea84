import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { join, literal, sql } from "../../src/component/sql.ts"
import { memoryWarehouse } from "../../src/warehouse/warehouse.ts"

describe("literal", () => {
  it.live("is the text, whatever characters that has", () =>
    Effect.gen(function* () {
      const { rows } = yield* Database
      const character = fc.constantFrom("\u0000", "'", '"', "\\", "\n", ";", "-", "$", "é", "🎈", "a")
      const texts = fc.sample(fc.string({ unit: character, maxLength: 12 }), 200)
      const found = yield* rows(
        sql`select unnest([${join(texts.map((text) => literal(text)))}]) as text`,
        Schema.Struct({ text: Schema.String })
      )
      assert.deepEqual(
        found.map(({ text }) => text),
        texts
      )
    }).pipe(Effect.provide(memoryWarehouse))
  )
})
