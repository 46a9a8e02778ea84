/**
 * A believable life as real archives, for trying Keepsake and for testing it: a Google Takeout in several parts, a
 * calendar, and the truth about both. The seed decides everything; neither date nor machine do.
 */
import { Effect, FileSystem, Path, Schema } from "effect"
import { calendarOf, instancesIn } from "./calendar.ts"
import { SampleError, notWritten } from "./error.ts"
import { gatherer } from "./gather.ts"
import { writeParts } from "./parts.ts"
import { makePalette } from "./picture.ts"
import { type Range, archiveName, modifiedTime, partLimit, takeoutEntries } from "./takeout.ts"
import type { Truth } from "./truth.ts"

export { SampleError } from "./error.ts"
export type { Truth } from "./truth.ts"

export interface SampleOptions {
  /** Made if it isn't there. It holds one sample: an earlier one is replaced, other people's files never. */
  readonly directory: string
  /** How many days of the life, from 1 to 36,500. */
  readonly days: number
  /** Which life: an integer. */
  readonly seed: number
  /** The first day, counted from the life's first one (default 0). Half of `days` makes an export that overlaps by half. */
  readonly from?: number
}

export interface SampleSummary {
  readonly directory: string
  /** File names, in the order of the parts. */
  readonly archives: ReadonlyArray<string>
  readonly calendar: string
  readonly truth: string
  /** The first local date, and the first after the last. */
  readonly start: string
  readonly end: string
  readonly media: Truth["media"]
  readonly albums: number
  readonly events: number
}

const CALENDAR = "calendar.ics"
const TRUTH = "truth.json"
const LONGEST = 36_500

const refused = (message: string, hint: string) =>
  new SampleError({ code: "sample-arguments", message, hint, fault: "pipeline" })

const rangeOf = ({ days, seed, from = 0 }: SampleOptions): Effect.Effect<Range, SampleError> => {
  if (!Number.isInteger(days) || days < 1 || days > LONGEST)
    return Effect.fail(refused(`A sample can't have ${days} days.`, `Give a whole number from 1 to ${LONGEST}.`))
  if (!Number.isInteger(from) || from < 0 || from > LONGEST)
    return Effect.fail(refused(`A sample can't begin on day ${from}.`, `Give a whole number from 0 to ${LONGEST}.`))
  if (!Number.isSafeInteger(seed)) return Effect.fail(refused(`${seed} is no seed.`, "Give a whole number, such as 1."))
  return Effect.succeed({ seed, from, days })
}

/** What an earlier sample says of itself: enough to replace it, and nothing else. */
const EarlierTruth = Schema.fromJsonString(
  Schema.Struct({
    seed: Schema.Int,
    archives: Schema.Array(Schema.String.check(Schema.isPattern(/^takeout-[\w-]+\.zip$/)))
  })
)

/** Names in the directory that the sample will replace. Fails where files would be lost, or mixed up, that it didn't write. */
const replaceable = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const present = (yield* fs.readDirectory(directory)).filter(
    (name) => name === CALENDAR || name === TRUTH || /^takeout-.*\.zip$/.test(name)
  )
  const earlier = present.includes(TRUTH)
    ? yield* fs.readFileString(path.join(directory, TRUTH)).pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(EarlierTruth)),
        Effect.map(({ archives }) => [...archives, CALENDAR, TRUTH]),
        Effect.catchTag("SchemaError", () => Effect.succeed([]))
      )
    : []
  const foreign = present.filter((name) => !earlier.includes(name))
  if (foreign.length > 0)
    return yield* new SampleError({
      code: "sample-directory-taken",
      message: `${directory} holds files that no sample has written: ${foreign.slice(0, 3).join(", ")}.`,
      hint: "Name another directory, so that the sample and real archives don't mix.",
      fault: "pipeline"
    })
  return present
})

/**
 * Writes the days `[from, from + days)` of a life: `takeout-<time>-001.zip` and so on, `calendar.ics`, `truth.json`.
 * Everything is made aside first, so that an interrupted sample leaves an earlier one as it was.
 */
export const writeSample = Effect.fn("writeSample")(
  function* (options: SampleOptions) {
    const range = yield* rangeOf(options)
    const { directory } = options
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* fs.makeDirectory(directory, { recursive: true })
    const replaced = yield* replaceable(directory)
    const aside = yield* fs.makeTempDirectoryScoped({ directory, prefix: ".sample-" })

    const gathered = gatherer(range)
    const parts = yield* writeParts(
      { directory: aside, nameOf: archiveName(range), limit: partLimit(range), modified: modifiedTime(range) },
      takeoutEntries(makePalette(), range, gathered.addDay, gathered.addIgnored)
    )
    const end = range.from + range.days
    const calendar = calendarOf(range.seed, range.from, end)
    const truth = gathered.truth(parts, calendar, instancesIn(range.seed, range.from, end))
    yield* fs.writeFileString(path.join(aside, CALENDAR), calendar.text)
    yield* fs.writeFileString(path.join(aside, TRUTH), `${JSON.stringify(truth, null, 1)}\n`)

    const written = [TRUTH, CALENDAR, ...parts.archives]
    yield* Effect.forEach(
      replaced.filter((name) => !written.includes(name)),
      (name) => fs.remove(path.join(directory, name))
    )
    // The truth first: it is how the next run knows these files for a sample's.
    yield* Effect.forEach(written, (name) => fs.rename(path.join(aside, name), path.join(directory, name)))
    return {
      directory,
      archives: parts.archives,
      calendar: CALENDAR,
      truth: TRUTH,
      start: truth.start,
      end: truth.end,
      media: truth.media,
      albums: truth.albums.length,
      events: truth.events.instances
    } satisfies SampleSummary
  },
  Effect.scoped,
  Effect.catchTag("PlatformError", (error) => Effect.fail(notWritten(error)))
)
