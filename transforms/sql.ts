import { Effect } from "effect"
import { authored } from "../src/component/sql.ts"
import { queryTransform } from "../src/component/transform.ts"

/** A query of the pipeline's author. */
export const sql = queryTransform({
  type: "sql",
  summary: "A SELECT over the pipeline's relations.",
  description:
    "Relations are named as in the pipeline. Rows still say what they are as long as the query passes on `_entity`, `_id` and `_key`, through `*` or by name.",
  config: {},
  examples: [
    {
      title: "Photos with a title of their own",
      yaml: "type: sql\nquery: select * replace (coalesce(title, file_name) as title) from photos",
      given: {
        photos: [
          { file_name: "a.jpg", title: "The lake" },
          { file_name: "b.jpg", title: null }
        ]
      },
      expect: [{ title: "The lake" }, { title: "b.jpg" }]
    }
  ],
  build: (_, { query }) => Effect.succeed({ query: authored(query.replace(/[;\s]+$/, "")) })
})
