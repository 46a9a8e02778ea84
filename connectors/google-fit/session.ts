/** A file of `All Sessions`: one activity, such as a walk or a night's sleep, with its totals. */
import { Result } from "effect"
import { type Made, SESSION, instantOf, metadataOf, offsetOf, shown } from "./row.ts"

type Fields = { readonly [key: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === "string"

const DURATION = /^(\d+(?:\.\d+)?)s$/

/** Seconds of `"123s"` and `"765.047s"`. */
const secondsOf = (duration: unknown): number | null => {
  const [, seconds] = DURATION.exec(isText(duration) ? duration.trim() : "") ?? []
  return seconds === undefined ? null : Number(seconds)
}

const parse = (text: string) => Result.getOrNull(Result.try((): unknown => JSON.parse(text.replace(/^\uFEFF/, ""))))

const broken = (code: string, reason: string, text: string): Made => ({
  rows: [],
  problems: [{ code, reason, raw: shown(text) }]
})

/** `2018-12-02T16_54_53.999+01_00_WALKING.json` has the offset that a start in UTC lacks. */
const NAMED_TIME = /^\d{4}-\d\d-\d\dT\d\d[_:]\d\d[_:]\d\d(?:\.\d+)?[+-]\d\d[_:]\d\d/

const made = (
  { fitnessActivity, startTime, endTime, duration, application, ...rest }: Fields,
  fileName: string
): Made["rows"] => {
  const start = instantOf(startTime)
  const end = instantOf(endTime)
  if (start === null || end === null || end < start) return []
  const app = isFields(application) && isText(application["packageName"]) ? application["packageName"] : null
  const activity = isText(fitnessActivity) ? fitnessActivity : "unknown"
  return [
    {
      type: SESSION,
      source: `${app ?? ""}|${activity}`,
      // Shorter than from start to end where there were pauses.
      value: secondsOf(duration) ?? (end - start) / 1000,
      unit: "s",
      text: activity,
      start,
      end,
      offset: offsetOf(startTime) ?? offsetOf(NAMED_TIME.exec(fileName)?.[0]),
      name: app,
      metadata: metadataOf({ ...rest, application }),
      repeats: false
    }
  ]
}

/** Null: JSON of another kind. Never throws, whatever the text. */
export const readSession = (text: string, fileName: string): Made | null => {
  const fields = parse(text)
  if (fields === null) {
    if (!text.includes('"fitnessActivity"')) return null
    return broken(
      "fit-session-broken",
      "the session isn't valid JSON: it is cut or damaged; take it from another export",
      text
    )
  }
  if (!isFields(fields) || !("fitnessActivity" in fields)) return null
  // Nested deeper than can be written again.
  const rows = Result.getOrElse(
    Result.try(() => made(fields, fileName)),
    (): Made["rows"] => []
  )
  return rows.length > 0
    ? { rows, problems: [] }
    : broken("fit-session-times", "the session has no start and end, or ends before it starts", text)
}
