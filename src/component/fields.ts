/** Configuration values that several components share. Descriptions feed `describe`, the docs and editors. */
import { DateTime, Duration, Effect, Schema, SchemaGetter } from "effect"
import { EpochMillis } from "./column.ts"

const MILLIS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000]
])
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

const parseDuration = (text: string): Duration.Duration => {
  const [, amount, unit] = DURATION.exec(text) ?? []
  return Duration.millis(Number(amount) * (MILLIS.get(unit ?? "") ?? Number.NaN))
}

/** A length of time: `500ms`, `30s`, `2h`, `1.5d`. */
export const DurationText = Schema.String.check(
  Schema.isPattern(DURATION, { message: "expected a duration such as 500ms, 30s, 2h or 1d" })
).pipe(
  Schema.decodeTo(Schema.Duration, {
    decode: SchemaGetter.transform(parseDuration),
    encode: SchemaGetter.transform((duration: Duration.Duration) => `${Duration.toMillis(duration)}ms`)
  })
)

/** A distance: `500m`, `2km`, in metres. */
const DISTANCE = /^(\d+(?:\.\d+)?)(m|km)$/
export const DistanceText = Schema.String.check(
  Schema.isPattern(DISTANCE, { message: "expected a distance such as 500m or 2km" })
).pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transform((text: string) => {
      const [, amount, unit] = DISTANCE.exec(text) ?? []
      return Number(amount) * (unit === "km" ? 1000 : 1)
    }),
    encode: SchemaGetter.transform((metres: number) => `${metres}m`)
  })
)

/** One or more of something; a single value stands for a list of one. */
export const oneOrMore = <S extends Schema.Codec<string, string>>(item: S) =>
  Schema.Union([item, Schema.Array(item).check(Schema.isMinLength(1))]).pipe(
    Schema.decodeTo(Schema.Array(item), {
      decode: SchemaGetter.transform((value: string | ReadonlyArray<string>) =>
        typeof value === "string" ? [value] : value
      ),
      encode: SchemaGetter.transform((values: ReadonlyArray<string>) => values)
    })
  )

/** The name of a source or transform in the same pipeline. */
export const RelationName = Schema.NonEmptyString.annotate({
  description: "The name of a source or transform of this pipeline."
})

/** Names of relations that play the same part. */
export const RelationNames = oneOrMore(RelationName).annotate({
  description: "A source or transform of this pipeline, or a list of them."
})

/** The name of a column of the relation that is read. */
export const ColumnName = Schema.NonEmptyString.annotate({ description: "A column of the relation that is read." })

/** Where archives or files are: a file, folder, zip or glob, or a list of these. Relative to the working directory. */
export const PathGlob = oneOrMore(Schema.NonEmptyString).annotate({
  description: "A file, folder, zip or glob, or a list of them, relative to the working directory."
})

/** The IANA zone to assume where the data doesn't say: `Europe/Zurich`. */
export const TimeZoneName = Schema.NonEmptyString.check(
  Schema.makeFilter((zone) =>
    Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC"
      ? undefined
      : `expected an IANA time zone such as Europe/Zurich, got "${zone}"`
  )
)

const TIME_BOUND = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** A date, or a time with or without an offset; without one it is of the pipeline's zone. */
export const TimeBound = Schema.String.check(
  Schema.isPattern(TIME_BOUND, { message: "expected a date or time such as 2015-01-01 or 2015-01-01T08:00:00Z" }),
  Schema.makeFilter(
    (text) => !(TIME_BOUND.test(text) && Number.isNaN(Date.parse(text))) || "expected a date that exists"
  )
)

/** The instant that a `TimeBound` means in a zone. */
export const boundInstant = (text: string, timeZone: string): EpochMillis =>
  EpochMillis(
    /(?:Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : DateTime.toEpochMillis(
          DateTime.makeZonedUnsafe(`${text}${text.includes("T") ? "" : "T00:00"}Z`, {
            timeZone,
            adjustForTimeZone: true
          })
        )
  )

/** The language of titles and dates: `en`, `de-CH`. */
export const Locale = Schema.NonEmptyString.check(
  Schema.makeFilter((locale) =>
    isLocale(locale) ? undefined : `expected a language such as en, de or pt-BR, got "${locale}"`
  )
)

const isLocale = (text: string): boolean =>
  /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(text) &&
  Intl.DateTimeFormat.supportedLocalesOf(text.replace(/-[xu]-.*/i, "")).length > 0

/** A value for keys that may be left out. */
export const withDefault =
  <E>(value: E) =>
  <S extends Schema.Top & { readonly Encoded: E }>(schema: S) =>
    schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed<S["Encoded"]>(value)))
