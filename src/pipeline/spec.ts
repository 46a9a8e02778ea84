/** The pipeline file, before its components are looked up. */
import { Duration, Schema, SchemaGetter } from "effect"
import type { Rate } from "../component/api.ts"
import { DurationText, Locale, TimeZoneName } from "../component/fields.ts"

const Name = Schema.String.check(
  Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]*$/, {
    message: "expected a name of letters, digits and _, beginning with a letter"
  })
)

const Described = { description: Schema.optionalKey(Schema.String) }

const Component = Schema.StructWithRest(Schema.Struct({ type: Schema.NonEmptyString }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** `schedule: exponential` from `base`, doubled each time up to `cap`, at most `times` tries; `none` gives up at once. */
export const Retry = Schema.Struct({
  schedule: Schema.optionalKey(Schema.Literals(["exponential", "spaced", "none"])),
  base: Schema.optionalKey(DurationText),
  cap: Schema.optionalKey(DurationText),
  times: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })))
})

const UNITS = new Map([
  ["s", Duration.seconds(1)],
  ["m", Duration.minutes(1)],
  ["h", Duration.hours(1)]
])
const RATE = /^([1-9]\d*)\/(s|m|h)$/

const rateOf = (text: string): Rate => {
  const [, requests, unit = "s"] = RATE.exec(text) ?? []
  return { requests: Number(requests), every: UNITS.get(unit) ?? Duration.seconds(1) }
}

/** At most so many requests in any second, minute or hour. */
export const RateLimit = Schema.String.check(
  Schema.isPattern(RATE, { message: "expected a rate such as 8/s, 100/m or 1000/h" })
).pipe(
  Schema.decodeTo(Schema.Struct({ requests: Schema.Int, every: Schema.Duration }), {
    decode: SchemaGetter.transform(rateOf),
    encode: SchemaGetter.transform(({ every, requests }: Rate) => `${requests}/${Duration.toSeconds(every)}s`)
  })
)

/** Fields that any source may have beside its stream's own. */
export const SourceFields = Schema.Struct({
  ...Described,
  connection: Schema.optionalKey(Name),
  account: Schema.optionalKey(Schema.NonEmptyString),
  time_zone: Schema.optionalKey(TimeZoneName),
  rate_limit: Schema.optionalKey(RateLimit),
  retry: Schema.optionalKey(Retry),
  on_error: Schema.optionalKey(Schema.Literals(["reject", "fail"])),
  schedule: Schema.optionalKey(Schema.NonEmptyString)
})
export type SourceFields = typeof SourceFields.Type

export const Connection = Schema.Struct({
  provider: Schema.Literals(["google", "microsoft", "spotify"]),
  account: Schema.NonEmptyString,
  client_id: Schema.optionalKey(Schema.NonEmptyString),
  client_secret: Schema.optionalKey(Schema.NonEmptyString),
  api_key: Schema.optionalKey(Schema.NonEmptyString),
  scopes: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  endpoint: Schema.optionalKey(Schema.NonEmptyString)
})

const ExampleRow = Schema.Record(Schema.String, Schema.Json)

export const PipelineTest = Schema.Struct({
  name: Schema.NonEmptyString,
  given: Schema.Record(Name, Schema.Array(ExampleRow)),
  expect: Schema.Record(Name, Schema.Array(ExampleRow))
})
export type PipelineTest = typeof PipelineTest.Type

export const Pipeline = Schema.Struct({
  name: Schema.String.check(
    Schema.isPattern(/^[a-z0-9][a-z0-9-]*$/, { message: "expected lower-case letters, digits and hyphens" })
  ),
  description: Schema.optionalKey(Schema.String),
  time_zone: Schema.optionalKey(TimeZoneName),
  locale: Schema.optionalKey(Locale),
  connections: Schema.optionalKey(Schema.Record(Name, Connection)),
  sources: Schema.Record(Name, Component).check(Schema.isMinProperties(1)),
  transforms: Schema.optionalKey(Schema.Record(Name, Component)),
  sinks: Schema.Record(Name, Component).check(Schema.isMinProperties(1)),
  schedule: Schema.optionalKey(Schema.NonEmptyString),
  tests: Schema.optionalKey(Schema.Array(PipelineTest))
})
export type Pipeline = typeof Pipeline.Type
