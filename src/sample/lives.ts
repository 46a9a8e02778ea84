/** What a life gives to those who write archives of it. */
import type { Calendar } from "./calendar.ts"
import type { LifeEvent } from "./event.ts"
import type { NonEmpty } from "./random.ts"
import type { Shown } from "./day.ts"
import type { Range } from "./takeout.ts"
import type { Truth } from "./truth.ts"
import type { Days } from "./whereabouts.ts"

export interface CalendarFile extends Calendar {
  /** Its name in the sample's directory. */
  readonly file: string
}

export interface Life {
  readonly days: Days
  /** The days as the phones have recorded them: without whereabouts while that was off. */
  readonly recorded: Days
  /** Calendars of the days from `from` to before `to`, the person's own first. */
  readonly calendars: (from: number, to: number) => NonEmpty<CalendarFile>
  /** What takes place on these days, in the order of its beginnings. */
  readonly instances: (from: number, to: number) => ReadonlyArray<LifeEvent>
  /** What is true beside that, given the pictures of these days. */
  readonly truth: (range: Range, shown: ReadonlyArray<Shown>) => Partial<Truth>
}
