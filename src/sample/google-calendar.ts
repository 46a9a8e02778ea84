/** Calendars in a Takeout: the person's own again, and one as it is after programs have copied it for years. */
import type { Calendar } from "./calendar.ts"
import { owner } from "./event.ts"
import type { Range } from "./takeout.ts"
import { MINUTE, compactTime, instantAt, isoTime } from "./time.ts"
import type { ZipEntry } from "./zip.ts"

const ROOT = "Takeout/Calendar"
const COPIES = 120

/** An event of the household. */
interface Chore {
  readonly uid: string
  readonly title: string
  readonly at: number
  /** An override whose series is not there. */
  readonly alone: boolean
}

export interface TruthGoogleCalendar {
  /** The very events of `calendar.ics`. */
  readonly own: { readonly path: string; readonly components: number }
  readonly household: {
    readonly path: string
    /** Each once. */
    readonly events: ReadonlyArray<{ readonly uid: string; readonly title: string; readonly starts_at: string }>
    /** Components that tell the first event again. */
    readonly copies: number
  }
}

const choresIn = ({ days, from, seed }: Range): ReadonlyArray<Chore> =>
  Array.from({ length: days }, (_, index) => from + index).flatMap((day) => {
    if (day % 5 !== 2) return []
    const alone = day % 2 === 0
    return [
      {
        uid: `household-${day}-${seed}@calendar.example.com`,
        title: alone ? "Water the neighbours’ plants" : "Chimney sweep",
        at: instantAt(day, (alone ? 18 : 9) * 3600, "Europe/Vienna"),
        alone
      }
    ]
  })

const component = ({ alone, at, title, uid }: Chore): string =>
  [
    "BEGIN:VEVENT",
    `DTSTART:${compactTime(at)}Z`,
    `DTEND:${compactTime(at + 30 * MINUTE)}Z`,
    `DTSTAMP:${compactTime(at - 60 * MINUTE)}Z`,
    `UID:${uid}`,
    ...(alone ? [`RECURRENCE-ID:${compactTime(at)}Z`] : []),
    `SUMMARY:${title}`,
    "STATUS:CONFIRMED",
    "END:VEVENT",
    ""
  ].join("\r\n")

const copiesOf = (chores: ReadonlyArray<Chore>): ReadonlyArray<Chore> => {
  const [first] = chores
  return first === undefined ? [] : Array.from({ length: COPIES }, () => first)
}

const HEAD = [
  "BEGIN:VCALENDAR",
  "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
  "VERSION:2.0",
  "CALSCALE:GREGORIAN"
]

const householdText = (range: Range): string => {
  const chores = choresIn(range)
  return [
    ...HEAD,
    "X-WR-CALNAME:Household",
    "X-WR-TIMEZONE:Europe/Vienna",
    `${[...chores, ...copiesOf(chores)].map(component).join("")}END:VCALENDAR`,
    ""
  ].join("\r\n")
}

const OWN = `${ROOT}/${owner.name}.ics`
const HOUSEHOLD = `${ROOT}/Household.ics`

export const calendarEntries = ({ text }: Calendar, range: Range): ReadonlyArray<ZipEntry> => [
  { path: OWN, content: [text], stored: false },
  { path: HOUSEHOLD, content: [householdText(range)], stored: false }
]

export const googleCalendarTruth = ({ components }: Calendar, range: Range): TruthGoogleCalendar => {
  const chores = choresIn(range)
  return {
    own: { path: OWN, components },
    household: {
      path: HOUSEHOLD,
      events: chores.map(({ at, title, uid }) => ({ uid, title, starts_at: isoTime(at) })),
      copies: copiesOf(chores).length
    }
  }
}
