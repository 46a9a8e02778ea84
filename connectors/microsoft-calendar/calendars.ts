/** The list of calendars, and the stretches of each that are read. */
import { Effect } from "effect"
import { type Ask, type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Skip } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"
import { type Choice, missingCalendar } from "../calendar/choice.ts"
import { skipped } from "../media/tally.ts"
import { PREFER } from "./prefer.ts"
import { type CalendarEntry, CalendarPage } from "./shape.ts"
import { type State, type View, viewKey } from "./state.ts"
import type { Stretch } from "./views.ts"

interface Listed {
  readonly state: State
  readonly left: ReadonlyArray<Skip>
}

const nameOf = ({ id, name }: CalendarEntry): string => name || id

const isNamed = (choice: ReadonlyArray<string>, entry: CalendarEntry): boolean =>
  choice.some((name) => name === entry.id || name.toLowerCase() === nameOf(entry).toLowerCase()) ||
  (entry.isDefaultCalendar === true && choice.includes("primary"))

const pages = (ask: Ask) =>
  Effect.gen(function* () {
    const entries: Array<CalendarEntry> = []
    let link: string | null = null
    do {
      const page: typeof CalendarPage.Type = yield* ask.json(
        { api: "graph", path: link ?? "/me/calendars", headers: PREFER },
        CalendarPage
      )
      entries.push(...page.value)
      link = page["@odata.nextLink"] ?? null
    } while (link !== null)
    return entries
  })

/** The state with the calendars as they are now: new stretches to be listed, former calendars to be marked as gone. */
export const listCalendars = (
  ask: Ask,
  { views }: State,
  choice: Choice,
  stretches: ReadonlyArray<Stretch>
): Effect.Effect<Listed, SourceError, ProviderApi> =>
  Effect.gen(function* () {
    const entries = yield* orWords(pages(ask))
    const wrong =
      choice === null
        ? null
        : missingCalendar(choice, entries.map(nameOf), (name) => entries.some((entry) => isNamed([name], entry)))
    if (wrong !== null) return yield* wrong
    const wanted = entries.filter((entry) => choice === null || isNamed(choice, entry))
    const present = new Set(wanted.map(({ id }) => id))
    const there = new Set(entries.map(({ id }) => id))
    const kept = Object.entries(views).flatMap(([key, view]): ReadonlyArray<readonly [string, View]> => {
      if (present.has(view.calendar)) return [[key, view]]
      // I7: what the source doesn't name any more is there, and nobody follows it.
      return there.has(view.calendar) ? [] : [[key, { ...view, sync: { phase: "removed" }, waiting: [], doubts: [] }]]
    })
    const fresh = wanted.flatMap(({ id: calendar }) =>
      stretches.map((stretch): readonly [string, View] => {
        const view: View = { calendar, ...stretch, sync: { phase: "listing", link: null }, waiting: [], doubts: [] }
        return [viewKey(view), view]
      })
    )
    const all = new Map([...fresh, ...kept.filter(([, { sync }]) => sync.phase !== "removed")])
    for (const [key, view] of kept) if (!all.has(key)) all.set(key, view)
    return {
      state: {
        calendars: Object.fromEntries(wanted.map((entry) => [entry.id, nameOf(entry)])),
        views: Object.fromEntries(all),
        todo: [...all.keys()]
      },
      left: entries
        .filter(({ id }) => !present.has(id))
        .map((entry) => skipped("a calendar that the source doesn't name", nameOf(entry)))
    }
  })
