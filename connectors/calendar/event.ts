/** An event, a series or a changed occurrence, whatever it was read from. */
import type { Origin } from "../../src/component/batch.ts"
import type { Details } from "./details.ts"
import type { Length, Moment, Zones } from "./moment.ts"
import type { Recurrence } from "./recurrence.ts"
import type { Zone } from "./zone.ts"

/** What a calendar says for all of its events. */
export interface Calendar {
  readonly name: string
  readonly zones: Zones
  /** Nothing names a zone for floating times and dates: `zones.own` is the pipeline's. */
  readonly assumed: boolean
}

export interface CalendarEvent extends Recurrence {
  readonly uid: string
  readonly calendar: Calendar
  readonly allDay: boolean
  /** Its wall time is what recurs. */
  readonly zone: Zone
  /** Whose dates and name are shown: the event's own; of instants in UTC, which name no place, the calendar's. */
  readonly shownIn: Zone
  readonly endShownIn: Zone
  /** Its zone is the pipeline's, because nothing else names one. */
  readonly floating: boolean
  /** Wall time in `zone`; of an all-day event, midnight. */
  readonly start: number
  /** An override without a start takes the time of its occurrence. */
  readonly startGiven: boolean
  /** Null: nothing says. */
  readonly length: Length | null
  /** The occurrence that it stands for; null: the series itself, or a single event. */
  readonly recurrence: Moment | null
  /** It stands for all later occurrences too. */
  readonly andFuture: boolean
  readonly details: Details
  /** Which of several versions it is. */
  readonly version: Version
  readonly origin: Origin
  /** Where it stands there. */
  readonly line: number
}

/** Of several copies with one identity, that with the highest sequence, then the latest change, counts. */
export interface Version {
  readonly sequence: number
  readonly modified: number
  readonly stamped: number
  /** Decides between equals, whatever the order in which they come. */
  readonly digest: string
}
