/** What lies where a sample is to be written: an earlier one, which is replaced, or other people's files, which never are. */
import { Effect, FileSystem, Path, Schema } from "effect"
import { SampleError } from "./error.ts"
import { OTHER_FOLDERS, isOther } from "./others.ts"

const CALENDAR = "calendar.ics"
export const TRUTH = "truth.json"

/** What an earlier sample says of itself: enough to replace it, and nothing else. */
const EarlierTruth = Schema.fromJsonString(
  Schema.Struct({
    seed: Schema.Int,
    archives: Schema.Array(Schema.String.check(Schema.isPattern(/^takeout-[\w-]+\.zip$/))),
    other_archives: Schema.optionalKey(Schema.Array(Schema.String)),
    /** Only where there are several. */
    calendars: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isPattern(/^\w+\.ics$/))))
  })
)

const CALENDARS: ReadonlySet<string> = new Set([CALENDAR, "work.ics"])

const isOwn = (name: string): boolean => CALENDARS.has(name) || name === TRUTH || /^takeout-.*\.zip$/.test(name)

/** Files below the directory that have a sample's names. */
const presentIn = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* fs.readDirectory(directory)
  const below = yield* Effect.forEach(
    OTHER_FOLDERS.filter((folder) => names.includes(folder)),
    (folder) =>
      fs.readDirectory(path.join(directory, folder)).pipe(
        Effect.map((files) => files.map((file) => `${folder}/${file}`)),
        // No folder but a file of that name: nothing lies below it.
        Effect.orElseSucceed((): ReadonlyArray<string> => [])
      )
  )
  return [...names.filter(isOwn), ...below.flat().filter(isOther)]
})

/**
 * Files in the directory that the sample will replace. Fails where files would be lost, or mixed up, that it didn't
 * write: with photos alone, other archives are nothing to it.
 */
export const replaceable = Effect.fnUntraced(function* (directory: string, archives: "photos" | "all") {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const present = yield* presentIn(directory)
  const earlier = present.includes(TRUTH)
    ? yield* fs.readFileString(path.join(directory, TRUTH)).pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(EarlierTruth)),
        Effect.map((truth) => [
          ...truth.archives,
          ...(truth.other_archives ?? []),
          ...(truth.calendars ?? [CALENDAR]),
          TRUTH
        ]),
        Effect.catchTag("SchemaError", () => Effect.succeed([]))
      )
    : []
  const foreign = present.filter((name) => !earlier.includes(name) && (archives === "all" || isOwn(name)))
  if (foreign.length > 0)
    return yield* new SampleError({
      code: "sample-directory-taken",
      message: `${directory} holds files that no sample has written: ${foreign.slice(0, 3).join(", ")}.`,
      hint: "Name another directory, so that the sample and real archives don't mix.",
      fault: "pipeline"
    })
  return present.filter((name) => earlier.includes(name))
})

/** Folders from which these files are gone go too, unless they hold something else. */
export const removeEmpty = Effect.fnUntraced(function* (directory: string, files: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const folder of new Set(files.filter(isOther).map((file) => path.join(directory, path.dirname(file)))))
    if ((yield* fs.readDirectory(folder)).length === 0) yield* fs.remove(folder, { recursive: true })
})
