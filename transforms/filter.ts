import { Effect, Schema } from "effect"
import { authored, sql } from "../src/component/sql.ts"
import { transform } from "../src/component/transform.ts"

/** Keeps the rows for which a condition holds. */
export const filter = transform({
  type: "filter",
  summary: "Keeps the rows for which a condition holds.",
  description: "Rows for which `where` is false or unknown are dropped, and counted as dropped.",
  config: {
    where: Schema.NonEmptyString.annotate({ description: "A SQL condition over the relation's columns." })
  },
  examples: [
    {
      title: "Only photos with a place",
      yaml: "type: filter\nfrom: photos\nwhere: latitude is not null",
      given: {
        photos: [
          { file_name: "a.jpg", latitude: 47.4 },
          { file_name: "b.jpg", latitude: null }
        ]
      },
      expect: [{ file_name: "a.jpg" }]
    }
  ],
  build: ({ where }, { from }) => Effect.succeed({ query: sql`select * from ${from.table} where (${authored(where)})` })
})
