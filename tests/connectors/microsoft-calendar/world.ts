/** A mailbox at a fake Microsoft, a pipeline that reads its calendars, and what must come of it. */
import type { Effect, Scope } from "effect"
import type { ProvidersOptions } from "../../providers/index.ts"
import type { Agenda } from "../../providers/life/agenda.ts"
import { type Moment, instantAtWall, stampOf, timeOf } from "../../providers/life/moment.ts"
import { type Window, viewOf } from "../../providers/microsoft/view.ts"
import { withWorld } from "../../support/online.ts"
import { type World, linesOf, pipeline } from "../google-calendar/world.ts"

/** Quick to try again, for tests. */
export const SOURCE = "type: microsoft-calendar.events, connection: me, retry: { base: 5ms, cap: 50ms, times: 12 }"

export const inWorld = <A>(
  options: ProvidersOptions,
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>
): Effect.Effect<A, unknown> =>
  withWorld({ provider: "microsoft", account: "ana@example.com", options, pipeline, source: SOURCE }, (world) =>
    test({
      ...world,
      stored: linesOf(world.home, "life.events"),
      staged: linesOf(world.home, "staging.life__events")
    })
  )

/** What the stream reads in 2026, when nothing else is said: two times 1825 days. */
export const USUAL: Window = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2020, 0, 1) + 2 * 1825 * 86_400_000 }

/** Whole days begin in the calendar's zone. */
const startOf = (moment: Moment): number =>
  moment.kind === "instant" ? moment.at : instantAtWall(timeOf(moment), "Europe/Vienna").at

/** What is to be stored of an agenda: one line per event. Series stand for nothing but their instances. */
export const expected = (agenda: Agenda, window: Window = USUAL): ReadonlyArray<string> =>
  viewOf(agenda, window)
    .flatMap((view) => {
      const entry = view.kind === "event" ? view.kept.entry : view.kind === "occurrence" ? view.instance : null
      if (entry === null || entry.rule !== null) return []
      const { series, start, status, title, uid } = entry
      const key = series === null ? "-" : stampOf(series.original)
      return [[uid, key, startOf(start), status, title?.trim() || "-"].join(" | ")]
    })
    .toSorted()
