/** What every stream of calendars shares: its options, the identity of what it reads, and its batches. */
import { Effect, Schema, Stream } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Opening } from "../../src/component/connector.ts"
import type { SourceError } from "../../src/component/error.ts"
import { PathGlob } from "../../src/component/fields.ts"
import { type Outcome, batchesOf } from "./batches.ts"
import { HORIZON, horizonAt } from "../calendar/horizon.ts"
import { readAll } from "./read.ts"
import { UTC, ianaZones } from "../calendar/zone.ts"

export const eventsConfig = {
  path: PathGlob,
  horizon: HORIZON,
  calendar: Schema.optionalKey(
    Schema.NonEmptyString.annotate({
      description: "A name for the calendar. Default: the one in the file, else the file's own."
    })
  )
}
type Config = Schema.Struct<typeof eventsConfig>["Type"]

// Raise when the same files would give other rows.
const VERSION = 1

const outcomeFor = ({ fingerprint }: ArchiveSet, { horizon, calendar }: Config, opening: Opening): Outcome => {
  const { account, timeZone, now } = opening
  const end = horizonAt(now, horizon)
  return {
    account,
    horizon: end,
    fingerprint: JSON.stringify([VERSION, fingerprint, end, calendar ?? null, timeZone, account])
  }
}

/** Identity of the files and of all that decides how they are read. */
export const eventsFingerprint = Effect.fnUntraced(function* (settings: Config, opening: Opening) {
  const archives = yield* Archives
  return outcomeFor(yield* archives.open(settings.path), settings, opening).fingerprint
})

/** Says which entries are calendars beside those that are named like one. */
export type Recognise = (set: ArchiveSet) => Effect.Effect<ReadonlySet<Entry>, SourceError, Archives>

const open = Effect.fnUntraced(function* (settings: Config, opening: Opening, recognise: Recognise) {
  const archives = yield* Archives
  const set = yield* archives.open(settings.path)
  const iana = ianaZones()
  const options = { name: settings.calendar ?? null, zone: iana(opening.timeZone) ?? UTC, iana }
  const found = yield* readAll(set, options, yield* recognise(set))
  const outcome = outcomeFor(set, settings, opening)
  const batches = { [Symbol.iterator]: () => batchesOf(found, outcome, opening.checkpoint) }
  return Stream.fromIterable(batches, { chunkSize: 1 })
})

/** All events of the calendars in `path`, after the checkpoint. */
export const eventsBatches = (
  settings: Config,
  opening: Opening,
  recognise: Recognise = () => Effect.succeed(new Set<Entry>())
) => Stream.unwrap(open(settings, opening, recognise))
