/** The calendars of one mailbox. */
import { type Agenda, agendaOf } from "../life/agenda.ts"
import { type AgendaChanges, agendaChanges } from "../life/change-agenda.ts"
import { type EntriesOptions, entriesOf } from "../life/entries.ts"

export interface MailCalendar {
  readonly id: string
  readonly name: string
  readonly isDefault: boolean
  readonly agenda: Agenda
  readonly changes: AgendaChanges
}

export interface Mailbox {
  /** The address of its owner. */
  readonly user: string
  readonly name: string
  readonly calendars: () => ReadonlyArray<MailCalendar>
  readonly add: (options: EntriesOptions) => MailCalendar
}

/** The first calendar is the default one. */
export const mailboxOf = (user: string, name: string, now: () => number): Mailbox => {
  const calendars: Array<MailCalendar> = []
  return {
    user,
    name,
    calendars: () => calendars,
    add: (options) => {
      const agenda = agendaOf(entriesOf(options))
      const calendar: MailCalendar = {
        id: `AQMkAD${Buffer.from(options.name).toString("base64url")}`,
        name: calendars.length === 0 ? "Calendar" : options.name,
        isDefault: calendars.length === 0,
        agenda,
        changes: agendaChanges(agenda, options, now)
      }
      calendars.push(calendar)
      return calendar
    }
  }
}
