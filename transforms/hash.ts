import { Effect, Schema } from "effect"
import { ColumnName, oneOrMore } from "../src/component/fields.ts"
import { join, name, sql } from "../src/component/sql.ts"
import { transform } from "../src/component/transform.ts"
import { namedColumns, requireColumns, requireDistinct } from "./columns.ts"

/** Adds a fingerprint of some columns. */
export const hash = transform({
  type: "hash",
  summary: "Adds a fingerprint of some columns.",
  description:
    "The MD5, in hexadecimal, of the columns' JSON in the order in which they are listed. Nulls count: (1, null, 2) and (1, 2) differ.",
  config: {
    as: Schema.NonEmptyString.annotate({ description: "The name of the new column." }),
    columns: oneOrMore(ColumnName).annotate({ description: "The columns to hash, in this order." })
  },
  examples: [
    {
      title: "A key made of two columns",
      yaml: "type: hash\nfrom: plays\nas: play_key\ncolumns: [track, at]",
      given: { plays: [{ track: "Blue", at: "2024-05-01T10:00:00Z" }] },
      expect: [{ track: "Blue", play_key: "7baed4ca9b5464f42160a9f6891847bd" }]
    }
  ],
  build: Effect.fnUntraced(function* ({ as, columns }, { from }) {
    yield* requireColumns(from, namedColumns(columns, ["columns"]))
    yield* requireDistinct([...from.columns.keys(), as], ["as"])
    const fields = columns.map((column) => sql`${name(column)} := ${name(column)}`)
    return {
      query: sql`select *, md5(to_json(struct_pack(${join(fields)}))::varchar) as ${name(as)} from ${from.table}`
    }
  })
})
