/**
 * A believable life as real archives, for trying Keepsake and for testing it: a Google Takeout in several parts, a
 * calendar, if wanted what else phones and providers export, and the truth about all. The seed decides everything;
 * neither date nor machine do.
 */
import { Effect, FileSystem, Path } from "effect"
import type { Shown } from "./day.ts"
import { TRUTH, removeEmpty, replaceable } from "./earlier.ts"
import { SampleError, notWritten } from "./error.ts"
import { gatherer } from "./gather.ts"
import { hardLife } from "./hard/index.ts"
import { ordinaryLife } from "./ordinary.ts"
import { OTHER_FOLDERS, writeOthers } from "./others.ts"
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
  /** `photos` (the default) stops at photos and calendar; `all` adds location, health, Fit, iCloud and Spotify. */
  readonly archives?: "photos" | "all"
  /** `hard` has all that makes linking difficult, and two calendars (default `ordinary`). */
  readonly life?: "ordinary" | "hard"
}

export interface SampleSummary {
  readonly directory: string
  /** File names, in the order of the parts. */
  readonly archives: ReadonlyArray<string>
  /** Everything else, below the directory. */
  readonly others: ReadonlyArray<string>
  readonly calendars: ReadonlyArray<string>
  readonly truth: string
  /** The first local date, and the first after the last. */
  readonly start: string
  readonly end: string
  readonly media: Truth["media"]
  readonly albums: number
  readonly events: number
}

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

/**
 * Writes the days `[from, from + days)` of a life: `takeout-<time>-001.zip` and so on, `calendar.ics`, `truth.json`, and
 * with all archives `google/`, `location/`, `apple-health/`, `icloud/` and `spotify/`. Everything is made aside first, so
 * that an interrupted sample leaves an earlier one as it was.
 */
export const writeSample = Effect.fn("writeSample")(
  function* (options: SampleOptions) {
    const range = yield* rangeOf(options)
    const { archives = "photos", directory } = options
    const life = options.life === "hard" ? hardLife(range.seed) : ordinaryLife(range.seed)
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* fs.makeDirectory(directory, { recursive: true })
    const replaced = yield* replaceable(directory, archives)
    const aside = yield* fs.makeTempDirectoryScoped({ directory, prefix: ".sample-" })

    const palette = makePalette()
    const gathered = gatherer(range)
    const shown: Array<Shown> = []
    const parts = yield* writeParts(
      { directory: aside, nameOf: archiveName(range), limit: partLimit(range), modified: modifiedTime(range) },
      takeoutEntries(
        palette,
        life.days,
        range,
        (day) => {
          gathered.addDay(day)
          shown.push(...day.shown)
        },
        gathered.addIgnored
      )
    )
    const end = range.from + range.days
    const calendars = life.calendars(range.from, end)
    const others = archives === "all" ? yield* writeOthers({ directory: aside, palette, range, life }) : undefined
    const truth: Truth = {
      ...gathered.truth(parts, calendars, life.instances(range.from, end)),
      ...others,
      ...life.truth(range, shown)
    }
    yield* Effect.forEach(calendars, ({ file, text }) => fs.writeFileString(path.join(aside, file), text))
    yield* fs.writeFileString(path.join(aside, TRUTH), `${JSON.stringify(truth, null, 1)}\n`)

    const files = calendars.map(({ file }) => file)
    const written = [TRUTH, ...files, ...parts.archives, ...(others?.other_archives ?? [])]
    for (const folder of others === undefined ? [] : OTHER_FOLDERS)
      yield* fs.makeDirectory(path.join(directory, folder), { recursive: true })
    yield* Effect.forEach(
      replaced.filter((name) => !written.includes(name)),
      (name) => fs.remove(path.join(directory, name))
    )
    // The truth first: it is how the next run knows these files for a sample's.
    yield* Effect.forEach(written, (name) => fs.rename(path.join(aside, name), path.join(directory, name)))
    yield* removeEmpty(directory, replaced)
    return {
      directory,
      archives: parts.archives,
      others: others?.other_archives ?? [],
      calendars: files,
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
