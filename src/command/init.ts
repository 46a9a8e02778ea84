import { access, writeFile } from "node:fs/promises"
import { Effect, Option } from "effect"
import { Prompt } from "effect/cli"
import { type Shared, answer, commandError, findingsError } from "./reply.ts"
import type { InitInput } from "./flags/pipelines.ts"
import { checkText, scratchLayer } from "./session.ts"

/** Asks for what the flags don't say, and writes a pipeline that validates. */
export const init = (shared: Shared, { calendar, file, photos }: InitInput) =>
  answer(
    "init",
    shared,
    Effect.gen(function* () {
      const taken = yield* Effect.promise(() =>
        access(file).then(
          () => true,
          () => false
        )
      )
      if (taken) {
        return yield* commandError(
          "file-exists",
          `${file} is already there.`,
          "Name another: keepsake init NAME.yaml",
          2
        )
      }
      const asked = process.stdin.isTTY === true && Option.isNone(photos) && Option.isNone(calendar)
      const answers = asked
        ? yield* ask
        : { photos: Option.getOrElse(photos, () => ""), calendar: Option.getOrElse(calendar, () => "") }
      const text = pipelineText(answers)
      const { findings, plan } = yield* checkText(text, file).pipe(Effect.scoped, Effect.provide(scratchLayer))
      if (plan === null) return yield* findingsError(findings)
      yield* Effect.tryPromise({
        try: () => writeFile(file, text, { flag: "wx" }),
        catch: (cause) =>
          commandError("file-not-written", `${file} can't be written: ${String(cause)}.`, "Choose another place.", 3)
      })
      return { summary: { file }, result: null, text: `Wrote ${file}. Next: keepsake run ${file}` }
    })
  )

interface Answers {
  readonly photos: string
  readonly calendar: string
}

const ask = Effect.gen(function* () {
  const photos = yield* Prompt.run(
    Prompt.String({ message: "Where are your photos? (Takeout zips, or a folder)", default: "./takeout-*.zip" })
  )
  const calendar = yield* Prompt.run(
    Prompt.String({ message: "An .ics calendar, if you have one (else leave empty)", default: "" })
  )
  return { photos, calendar }
}).pipe(
  Effect.catch(() =>
    Effect.fail(commandError("no-answer", "Nothing was written.", "Run keepsake init again, or give --photos.", 2))
  )
)

const quoted = (path: string): string => JSON.stringify(path)

const pipelineText = ({ calendar, photos }: Answers): string => {
  const path = photos === "" ? "./takeout-*.zip" : photos
  const type = /\.zip|takeout/i.test(path) ? "google-takeout.photos" : "folder.photos"
  const withCalendar = calendar !== ""
  return [
    "name: my-memories",
    "description: Photos become memories.",
    "",
    "sources:",
    `  photos: { type: ${type}, path: ${quoted(path)} }`,
    ...(withCalendar ? [`  events: { type: ics.events, path: ${quoted(calendar)} }`] : []),
    "",
    "transforms:",
    "  unique: { type: dedupe, from: photos, by: picture_hash, prefer: [has_location, pixels desc] }",
    "  placed: { type: reverse-geocode, from: unique }",
    ...(withCalendar
      ? [
          "  during:",
          "    type: join-time-place",
          "    left: placed",
          "    right: events",
          "    time: { within: 2h }",
          "    place: { within: 2km }"
        ]
      : []),
    `  moments: { type: group-moments, from: ${withCalendar ? "during" : "placed"} }`,
    "",
    "sinks:",
    `  memories: { type: memories, from: ${withCalendar ? "[moments, events]" : "moments"} }`,
    ""
  ].join("\n")
}
