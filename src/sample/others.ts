/** The archives beside photos and calendar: each as its provider hands it out, all from the same days. */
import { Effect, FileSystem, Path, Stream } from "effect"
import { HEALTH_ARCHIVE, type TruthHealth, healthEntries, healthTruth } from "./apple-health/index.ts"
import type { Life } from "./lives.ts"
import { type TruthGoogleCalendar, calendarEntries, googleCalendarTruth } from "./google-calendar.ts"
import { type TruthFit, fitEntries, fitTruth } from "./google-fit/index.ts"
import { CLOUD_ARCHIVES, type TruthCloud, cloudParts, cloudTruth } from "./icloud/index.ts"
import { DEVICE_FILES, type TruthLocation, deviceFiles, historyEntries, locationTruth } from "./location/index.ts"
import type { Palette } from "./picture.ts"
import { SPOTIFY_ARCHIVE, type TruthSpotify, spotifyEntries, spotifyTruth } from "./spotify/index.ts"
import { type Range, archiveName, modifiedTime } from "./takeout.ts"
import { type ZipEntry, writeZip } from "./zip.ts"

/** Truths about them, as keys of their own in `truth.json`. */
export interface OtherTruths {
  /** Below the sample's directory. */
  readonly other_archives: ReadonlyArray<string>
  readonly apple_health: TruthHealth
  readonly apple_photos: TruthCloud
  readonly location: TruthLocation
  readonly google_fit: TruthFit
  readonly google_calendar: TruthGoogleCalendar
  readonly spotify: TruthSpotify
}

/** A Takeout of everything but photos: location history, Fit and calendars. */
const googleArchive = (range: Range): string => `google/${archiveName(range)(1)}`

const FIXED: ReadonlySet<string> = new Set([HEALTH_ARCHIVE, ...CLOUD_ARCHIVES, ...DEVICE_FILES, SPOTIFY_ARCHIVE])

/** Whether a sample may have written a file of this name, below its directory. */
export const isOther = (name: string): boolean => FIXED.has(name) || /^google\/takeout-[\w-]+\.zip$/.test(name)

/** The folders below a sample's directory in which such files are. */
export const OTHER_FOLDERS: ReadonlyArray<string> = ["apple-health", "google", "icloud", "location", "spotify"]

export interface OthersOptions {
  readonly directory: string
  readonly palette: Palette
  readonly range: Range
  readonly life: Life
}

/** Writes them below the directory, and tells the truth about them. */
export const writeOthers = Effect.fnUntraced(function* ({ directory, life, palette, range }: OthersOptions) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { days, recorded } = life
  const modified = modifiedTime(range)
  const to = range.from + range.days
  const [calendar] = life.calendars(range.from, to)
  const written: Array<string> = []
  const zip = (name: string, entries: Iterable<ZipEntry>) => {
    written.push(name)
    return writeZip(path.join(directory, name), entries, modified)
  }
  yield* Effect.forEach(OTHER_FOLDERS, (folder) => fs.makeDirectory(path.join(directory, folder)))
  yield* zip(
    googleArchive(range),
    (function* () {
      yield* historyEntries(recorded, range.from, to)
      yield* fitEntries(days, range)
      yield* calendarEntries(calendar, range)
    })()
  )
  for (const { content, path: name } of deviceFiles(recorded, range)) {
    written.push(name)
    yield* Stream.fromIterable(content).pipe(Stream.encodeText, Stream.run(fs.sink(path.join(directory, name))))
  }
  yield* zip(HEALTH_ARCHIVE, healthEntries(days, range))
  for (const { entries, path: name } of yield* cloudParts(palette, days, range, modified)) yield* zip(name, entries)
  yield* zip(SPOTIFY_ARCHIVE, spotifyEntries(days, range))
  return {
    other_archives: written,
    apple_health: healthTruth(days, range),
    apple_photos: cloudTruth(palette, days, range),
    location: locationTruth(recorded, range),
    google_fit: fitTruth(days, range),
    google_calendar: googleCalendarTruth(calendar, range),
    spotify: spotifyTruth(days, range)
  } satisfies OtherTruths
})
