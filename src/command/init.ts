import { access, writeFile } from "node:fs/promises"
import { Console, Effect, Option } from "effect"
import { Prompt } from "effect/cli"
import { type Shared, answer, commandError, findingsError, toJson } from "./reply.ts"
import type { InitInput } from "./flags/pipelines.ts"
import { missingPaths, problemAt } from "./missing.ts"
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
      const missing = yield* missingPaths(plan)
      return {
        summary: { file, warnings: missing.length },
        result: { findings: missing.map(toJson) },
        text: [
          ...missing.map(({ hint, message }) => `warning: ${message}\n  ${hint}\n`),
          missing.length === 0
            ? `Wrote ${file}. Next: keepsake run ${file}`
            : `Wrote ${file}. When the data is in place, or the path right: keepsake run ${file}`
        ].join("\n")
      }
    })
  )

interface Answers {
  readonly photos: string
  readonly calendar: string
}

/** Asks for a path, and once more where nothing is: who gives it again means it. */
const askPath = (message: string, initial: string) =>
  Effect.gen(function* () {
    const path = yield* Prompt.run(Prompt.String({ message, default: initial }))
    const problem = path === "" ? null : yield* problemAt(path)
    if (problem === null) return path
    yield* Console.error(`${problem.message}\n  ${problem.hint}`)
    return yield* Prompt.run(Prompt.String({ message: `${message} Press enter to keep what you wrote`, default: path }))
  })

const ask = Effect.gen(function* () {
  const photos = yield* askPath("Where are your photos? (Takeout zips, or a folder)", "./takeout-*.zip")
  const calendar = yield* askPath("An .ics calendar, if you have one (else leave empty)", "")
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
