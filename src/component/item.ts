/** Items of an API's pages, decoded one by one: one of another shape is a reject, and the rest of the page is read. */
import { Result, Schema, SchemaIssue } from "effect"
import type { Origin, Reject } from "./batch.ts"
import type { Json } from "./column.ts"

const issues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Where a value differs from its schema, and how; without the value itself (I5). */
export const placeOf = ({ issue }: Schema.SchemaError): string => {
  const [first] = issues(issue).issues
  const steps = (first?.path ?? []).map((step) => String(typeof step === "object" ? step.key : step))
  const what = (first?.message ?? "another shape").replace(/, got .*$/s, "")
  return `${steps.length === 0 ? "at its top" : `at ${steps.join(".")}`}: ${what}`
}

/** Decodes an item; unknown fields are no matter. Fails with where and how it differs. */
export const readItem = <A>(schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (raw: Json): Result.Result<A, string> => Result.mapError(decode(raw), placeOf)
}

/** An item whose shape has changed: kept with all that it said. */
export const changedItem = (where: string, origin: Origin, raw: Json): Reject => ({
  code: "item-changed",
  reason: `the provider sends it in another shape than this version of keepsake knows (${where}); install the latest version, it is read then`,
  origin,
  raw: new TextEncoder().encode(JSON.stringify(raw))
})
