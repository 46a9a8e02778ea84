/** An account with calendars at a fake Google, a pipeline that reads them, and what must come of it. */
import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { Connection } from "../../../src/component/account.ts"
import { authored } from "../../../src/component/sql.ts"
import type { ProvidersOptions } from "../../providers/index.ts"
import type { Agenda, Entry } from "../../providers/life/agenda.ts"
import { type Rule, occurrencesOf } from "../../providers/life/recurrence.ts"
import { type Moment, instantAtWall, stampOf, timeOf, wallOf } from "../../providers/life/moment.ts"
import { query } from "../../support/engine.ts"
import { type World as Online, connectionsYaml, withWorld } from "../../support/online.ts"

export interface World extends Online {
  /** What is stored: one line per event. */
  readonly stored: Effect.Effect<ReadonlyArray<string>, unknown>
  /** What is staged of it, which costs less to have. */
  readonly staged: Effect.Effect<ReadonlyArray<string>, unknown>
}

/** Quick to try again, for tests. */
export const SOURCE = "type: google-calendar.events, connection: me, retry: { base: 5ms, cap: 50ms, times: 12 }"

export const pipeline = (connection: Connection, source: string, sink = "type: memories") => `
name: life
time_zone: Europe/Vienna
${connectionsYaml(connection)}
sources:
  events: { ${source} }
sinks:
  out: { ${sink}, from: events }
`

export const inWorld = <A>(
  options: ProvidersOptions,
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>
): Effect.Effect<A, unknown> =>
  withWorld({ provider: "google", account: "ana@example.com", options, pipeline, source: SOURCE }, (world) =>
    test({
      ...world,
      stored: linesOf(world.home, "life.events"),
      staged: linesOf(world.home, "staging.life__events")
    })
  )

/** One line per event. */
export const linesOf = (home: string, table: string) =>
  Effect.map(
    query(
      home,
      authored(`select concat_ws(' | ', uid, coalesce(recurrence_id, '-'), epoch_ms(starts_at)::varchar, status, coalesce(title, '-')) as line
        from ${table}`)
    ),
    (rows) => rows.map(({ line }) => String(line)).toSorted()
  )

/** Whole days begin in the calendar's zone. */
const ZONE = "Europe/Vienna"

const startOf = (moment: Moment): number =>
  moment.kind === "instant" ? moment.at : instantAtWall(timeOf(moment), ZONE).at

/** Rules are followed up to here, as the stream's default has it. */
const horizon = (now: number, days: number): number => {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) + days * 24 * 3_600_000
}

/** RFC 5545: the start is the first occurrence and counts as one, whether or not it fulfils the rule. */
const occurrencesIn = (entry: Entry, { count }: Rule): ReadonlyArray<Moment> => {
  const ruled = occurrencesOf({ ...entry, excluded: [] }, -Infinity, Infinity, 10_000)
  const [first] = ruled
  if (first !== undefined && stampOf(first) === stampOf(entry.start)) return ruled
  return [entry.start, ...(count === null ? ruled : ruled.slice(0, count - 1))]
}

/** What is to be stored of an agenda, made by other means than the connector's: one line per event. */
export const expected = (agenda: Agenda, now: number, days = 730): ReadonlyArray<string> => {
  const line = ({ start, status, title, uid }: Entry, key: string) =>
    [uid, key, startOf(start), status, title?.trim() || "-"].join(" | ")
  const entries = agenda.entries()
  const masters = new Map(entries.map((entry) => [entry.id, entry]))
  const lines = entries.flatMap((entry) => {
    const { rule, series } = entry
    if (series !== null) {
      const master = masters.get(series.id)
      // Of a cancelled one only its identity is told: the rest is the series'.
      const told =
        entry.status === "cancelled" ? { ...entry, title: master?.title ?? null, start: series.original } : entry
      return [line(told, stampOf(series.original))]
    }
    if (rule === null) return [line(entry, "-")]
    const changed = new Set(
      entries.flatMap((other) => (other.series?.id === entry.id ? [stampOf(other.series.original)] : []))
    )
    const without = new Set([...changed, ...entry.excluded.map(stampOf)])
    return occurrencesIn(entry, rule)
      .filter((start, index) => (index === 0 || wallOf(start) <= horizon(now, days)) && !without.has(stampOf(start)))
      .map((start) => line({ ...entry, start }, stampOf(start)))
  })
  return lines.toSorted()
}

/** All that is expected is there, and what is there beside it is cancelled. */
export const holds = (stored: ReadonlyArray<string>, wanted: ReadonlyArray<string>) => {
  const present = new Set(stored)
  assert.deepEqual(
    wanted.filter((line) => !present.has(line)),
    []
  )
  const left = new Set(wanted)
  const beside = stored.filter((line) => !left.has(line))
  assert.deepEqual(
    beside.filter((line) => line.split(" | ")[3] !== "cancelled"),
    []
  )
  return beside
}

/** How many provenances are marked as gone. */
export const gone = (home: string) =>
  Effect.map(
    query(home, authored("select count(*) filter (gone_at is not null)::integer as n from life.provenance")),
    ([row]) => Number(row?.["n"])
  )
