/** The identity of an event, by whatever way it comes: iCalendar's UID, and which occurrence of its series it is. */
import type { Uuid } from "../../src/component/column.ts"
import { uuid5 } from "../../src/component/id.ts"

/** RFC 5545 wants a UID to be unique in the world, and what is made so is long; `1` and `meeting` are not. */
const MADE_UNIQUE = 16

/**
 * The same for a meeting in a Google calendar, in an Outlook one and in an .ics file, whoever's they are. `key` is empty
 * for a single event. A short UID means the same event within an account only.
 */
export const eventId = (uid: string, key: string, account: string): Uuid =>
  uuid5(uid.length >= MADE_UNIQUE ? ["icalendar", uid, key] : ["icalendar", account, uid, key])
