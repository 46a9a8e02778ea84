/** What commands print with `--json`. */
import { Schema } from "effect"

export const Reply = Schema.fromJsonString(
  Schema.Struct({
    ok: Schema.Boolean,
    summary: Schema.Any,
    result: Schema.Any,
    error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String, hint: Schema.String }))
  })
)
