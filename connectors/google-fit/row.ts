/** Samples that are made here, not by DuckDB: of sessions, tracks and daily summaries. */

export interface SampleRow {
  /** As the source names it. */
  readonly type: string
  /** The data source, which with type, start and end identifies the sample. */
  readonly source: string
  readonly value: number | null
  readonly unit: string | null
  readonly text: string | null
  /** Milliseconds since 1970. */
  readonly start: number
  readonly end: number
  /** Minutes that local time is ahead of UTC; null: not stated. */
  readonly offset: number | null
  /** The app or device. */
  readonly name: string | null
  /** JSON; null: nothing more to say. */
  readonly metadata: string | null
  /** Do data points tell the same, or a session, where there are any? */
  readonly repeats: boolean
}

/** What can't be used: becomes a reject of its file. */
export interface Problem {
  readonly code: string
  readonly reason: string
  /** Bytes from the beginning of the file, or a line, where it is known. */
  readonly position?: number
  readonly raw: string
}

/** What a file gives beside its samples. */
export interface Made {
  readonly rows: ReadonlyArray<SampleRow>
  readonly problems: ReadonlyArray<Problem>
}

/** What repeats data points or sessions in other words counts below them. */
export const RANK = { told: 1, repeat: 0 } as const

/** What activities are stored as, wherever they come from. */
export const SESSION = "com.google.activity.session"

/** The start of a text is enough to see what it is. */
export const shown = (text: string): string => text.slice(0, 4096)

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i

/** ISO 8601 with or without a fraction, in any offset. Null: no instant. */
export const instantOf = (text: unknown): number | null => {
  if (typeof text !== "string" || !INSTANT.test(text.trim())) return null
  const millis = Date.parse(text.trim())
  return Number.isNaN(millis) ? null : millis
}

const OFFSET = /([+-])(\d\d)[:_]?(\d\d)$/

/** Minutes that `+02:00` is ahead of UTC, at the end of a time. `Z` says nothing of the place. */
export const offsetOf = (time: unknown): number | null => {
  const [, sign, hours, minutes] = OFFSET.exec(typeof time === "string" ? time.trim() : "") ?? []
  if (sign === undefined) return null
  const size = Number(hours) * 60 + Number(minutes)
  return sign === "-" ? -size : size
}

/** Text of an object without its unknowns; null where nothing is left. */
export const metadataOf = (fields: { readonly [key: string]: unknown }): string | null => {
  const known = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
  return known.length === 0 ? null : JSON.stringify(Object.fromEntries(known))
}
