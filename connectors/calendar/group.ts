/** A series with its exceptions, or a single event, as the rows that it becomes. */
import type { Reject } from "../../src/component/batch.ts"
import { type Sql, join, literal, sql } from "../../src/component/sql.ts"
import { DAY } from "./clock.ts"
import type { CalendarEvent } from "./event.ts"
import { type EventRecord, recordOf } from "./record.ts"
import { partsOf } from "./series.ts"

export interface Period {
  readonly since: number | null
  readonly until: number | null
}

/** Does any of it lie within the period? */
export const within = ({ since, until }: Period, { row }: EventRecord): boolean => {
  const { ends_at, starts_at } = row
  if (starts_at === null || ends_at === null) return true
  return (since === null || ends_at > since || starts_at >= since) && (until === null || starts_at < until)
}

/** The same, as a condition on staged rows. */
export const isWithin = ({ since, until }: Period): Sql => {
  const after = since === null ? [] : [sql`(ends_at > ${instant(since)} or starts_at >= ${instant(since)})`]
  const before = until === null ? [] : [sql`starts_at < ${instant(until)}`]
  return join([sql`true`, ...after, ...before], " and ")
}

/** The same, of what is made of series up to a horizon: that is wall time, which is less than a day from any instant. */
export const isExpanded = (period: Period, horizon: number): Sql =>
  sql`${isWithin(period)} and (recurrence_id is null or starts_at < ${instant(horizon - DAY)})`

const instant = (time: number): Sql => sql`make_timestamptz(${literal(time * 1000)})`

export interface Rows {
  /** By the key of the occurrence, which is empty for a single event. */
  readonly records: ReadonlyMap<string, EventRecord>
  readonly rejects: ReadonlyArray<Reject>
}

/** All occurrences up to the horizon. */
export const rowsOf = (events: ReadonlyArray<CalendarEvent>, account: string, horizon: number): Rows => {
  const records = new Map<string, EventRecord>()
  const rejects: Array<Reject> = []
  for (const part of partsOf(events, horizon)) {
    if (part.kind === "appearance") records.set(part.appearance.key, recordOf(part.appearance, account))
    if (part.kind === "problem") rejects.push({ code: part.code, reason: part.reason, origin: part.event.origin })
  }
  return { records, rejects }
}

/** Rows of a group before and after a change: what is no longer among them is gone, and says so in its status too. */
export const changesOf = <R extends EventRecord>(
  before: ReadonlyMap<string, R>,
  after: ReadonlyMap<string, R>,
  period: Period
): ReadonlyArray<R> => [
  // What has left the period is still followed.
  ...[...after].flatMap(([key, record]) => {
    const known = before.get(key)
    return within(period, record) || (known !== undefined && within(period, known)) ? [record] : []
  }),
  ...[...before].flatMap(([key, record]) => (after.has(key) || !within(period, record) ? [] : [vanished(record)]))
]

/** Gone, and no longer to take place; title and times stay (I7). */
export const vanished = <R extends EventRecord>(record: R): R => ({
  ...record,
  row: { ...record.row, status: "cancelled" },
  gone: true
})
