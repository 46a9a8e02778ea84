import { Effect } from "effect"
import { join, sql } from "../src/component/sql.ts"
import { listTransform } from "../src/component/transform.ts"

/** The rows of several relations, one after the other. */
export const union = listTransform({
  type: "union",
  summary: "Puts the rows of several relations into one.",
  description:
    "Columns are matched by name; a column that a relation lacks is null in its rows. No row is dropped: use `dedupe` after it for that.",
  config: {},
  examples: [
    {
      title: "Photos of two providers",
      yaml: "type: union\nfrom: [google, apple]",
      given: {
        google: [{ file_name: "a.jpg", title: "The lake" }],
        apple: [{ file_name: "b.heic", width: 4000 }]
      },
      expect: [
        { file_name: "a.jpg", title: "The lake", width: null },
        { file_name: "b.heic", title: null, width: 4000 }
      ]
    }
  ],
  build: (_, { from }) =>
    Effect.succeed({
      query: join(
        from.map((relation) => sql`select * from ${relation.table}`),
        " union all by name "
      )
    })
})
