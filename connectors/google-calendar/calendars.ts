/** The list of calendars: which there are, which are read, and which are no longer there. */
import { Effect } from "effect"
import { type Ask, type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Skip } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"
import { type Choice, missingCalendar } from "../calendar/choice.ts"
import { skipped } from "../media/tally.ts"
import { type CalendarEntry, CalendarPage } from "./shape.ts"
import type { CalendarState, State } from "./state.ts"

interface Listed {
  readonly state: State
  readonly left: ReadonlyArray<Skip>
}

const nameOf = ({ id, summary, summaryOverride }: CalendarEntry): string => summaryOverride ?? summary ?? id

const isNamed = (choice: ReadonlyArray<string>, entry: CalendarEntry): boolean =>
  choice.some((name) => name === entry.id || name.toLowerCase() === nameOf(entry).toLowerCase()) ||
  (entry.primary === true && choice.includes("primary"))

/** Why a calendar is not read; null: it is. Where none is named, those that are shown are, and the account's own. */
const reasonAgainst = (choice: Choice, entry: CalendarEntry): string | null => {
  if (entry.accessRole === "freeBusyReader") return "a calendar of which the account sees only when it is busy"
  if (choice !== null) return isNamed(choice, entry) ? null : "a calendar that the source doesn't name"
  const shown = entry.selected === true || entry.primary === true || entry.accessRole === "owner"
  return shown ? null : "a calendar that is not shown in Google Calendar"
}

const pages = (ask: Ask, token: string | null) =>
  Effect.gen(function* () {
    const entries: Array<CalendarEntry> = []
    let page: string | undefined
    for (;;) {
      const answer = yield* ask.json(
        {
          api: "calendar",
          path: "/users/me/calendarList",
          query: { maxResults: 250, pageToken: page, syncToken: token ?? undefined }
        },
        CalendarPage
      )
      entries.push(...(answer.items ?? []))
      if (answer.nextPageToken === undefined)
        return { entries, token: answer.nextSyncToken ?? null, full: token === null }
      page = answer.nextPageToken
    }
  })

/** The state with the calendars as they are now: new ones to be listed, former ones to be marked as gone. */
export const listCalendars = (
  ask: Ask,
  state: State,
  choice: Choice
): Effect.Effect<Listed, SourceError, ProviderApi> =>
  Effect.gen(function* () {
    const { entries, full, token } = yield* pages(ask, state.list).pipe(
      Effect.catchIf(
        (error) => error._tag === "ApiRefusal" && (error.status === 410 || error.status === 400) && state.list !== null,
        () => pages(ask, null)
      ),
      orWords
    )
    const wrong =
      full && choice !== null
        ? missingCalendar(choice, entries.map(nameOf), (name) => entries.some((entry) => isNamed([name], entry)))
        : null
    if (wrong !== null) return yield* wrong
    const calendars = new Map<string, CalendarState>(Object.entries(state.calendars))
    const drop = (id: string) => {
      const known = calendars.get(id)
      if (known !== undefined) calendars.set(id, { ...known, sync: { phase: "removed" } })
    }
    const left: Array<Skip> = []
    for (const entry of entries) {
      if (entry.deleted === true) {
        drop(entry.id)
        continue
      }
      const against = reasonAgainst(choice, entry)
      if (against !== null) {
        left.push(skipped(against, nameOf(entry)))
        // I7: it is there, and nobody follows it any more.
        calendars.delete(entry.id)
        continue
      }
      const known = calendars.get(entry.id)
      const zone = entry.timeZone ?? null
      const again = known === undefined || known.sync.phase === "removed"
      calendars.set(entry.id, {
        name: nameOf(entry),
        zone,
        sync: again ? { phase: "listing", page: null } : known.sync
      })
    }
    const present = new Set(entries.map(({ id }) => id))
    if (full) for (const id of calendars.keys()) if (!present.has(id)) drop(id)
    return { state: { list: token, todo: [...calendars.keys()], calendars: Object.fromEntries(calendars) }, left }
  })
