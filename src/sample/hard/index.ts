/** A life that is hard to put together: two calendars, clocks that are wrong, namesakes, two homes, and journeys. */
import { type LifeEvent, type Person, owner } from "../event.ts"
import { calendarFile } from "../calendar.ts"
import type { Life } from "../lives.ts"
import { stream } from "../random.ts"
import { rememberedOffsets } from "../time.ts"
import { type Days, remembered, whereaboutsOf } from "../whereabouts.ts"
import { engagementsOn } from "./agenda.ts"
import { jobOn } from "./eras.ts"
import { journeyOn } from "./journeys.ts"
import { invited, self } from "./people.ts"
import { baseAfter, baseOn, entriesOn, fixedOn } from "./plan.ts"
import { hardSeriesIn, instanceOf } from "./recurring.ts"
import { hardShotsOn } from "./shots.ts"
import { hardTruth } from "./truth.ts"
import { wholeDaysIn } from "./whole-days.ts"

type CalendarName = "private" | "work"

const FILES = { private: "calendar.ics", work: "work.ics" } as const

/** Who invites: from the private address, or from that of the job. */
const hostOn = (calendar: CalendarName, day: number): Person =>
  (calendar === "work" ? invited(self, jobOn(day), day, 0) : null) ?? owner

const each = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, index) => from + index)

const hardDays = (seed: number, hasGap: (day: number) => boolean): Days => {
  const whereabouts = whereaboutsOf({
    stays: remembered((day) => fixedOn(seed, day)),
    baseOn: (day) => baseOn(seed, day),
    baseAfter: (day) => baseAfter(seed, day)
  })
  return {
    seed,
    whereabouts,
    shots: remembered((day) => hardShotsOn(seed, day, { whereabouts }, hasGap)),
    offsetAt: rememberedOffsets(),
    zoneOn: (day) => baseOn(seed, day).zone,
    tripOn: (day) => journeyOn(seed, day),
    // Nobody has told Google.
    semanticType: () => "UNKNOWN"
  }
}

const calendarIn = (seed: number, name: CalendarName, from: number, to: number) => {
  const whole = wholeDaysIn(seed, from, to).filter(({ calendar }) => calendar === name)
  const single = each(from, to).flatMap((day) => engagementsOn(seed, day).filter(({ calendar }) => calendar === name))
  return {
    file: FILES[name],
    ...calendarFile({
      name: name === "work" ? "Work" : owner.name,
      ownerOn: (day) => hostOn(name, day),
      trips: whole.map(({ event }) => event),
      single: single.map(({ event }) => event),
      series: hardSeriesIn(seed, from, to)
        .filter(({ kind }) => kind.calendar === name)
        .map((series) => ({ series, instance: (changed, day) => instanceOf(seed, { ...series, ...changed }, day) }))
    })
  }
}

/** What starts on these days, in the order of its beginnings. */
const startingIn = (seed: number, from: number, to: number): ReadonlyArray<LifeEvent & { readonly host: string }> =>
  [
    ...wholeDaysIn(seed, from, to).filter(({ event }) => event.day >= from && event.day < to),
    ...each(from, to).flatMap((day) => entriesOn(seed, day))
  ]
    .map(({ calendar, event }) => ({ ...event, host: hostOn(calendar, event.day).address }))
    .toSorted((left, right) => left.start - right.start)

/** The hard life of a seed. */
export const hardLife = (seed: number): Life => {
  // The phone was off, or had no leave to record, until night.
  const hasGap = (day: number) => stream("gap", seed, day).chance(0.03)
  const days = hardDays(seed, hasGap)
  return {
    days,
    recorded: {
      ...days,
      whereabouts: (day) =>
        hasGap(day) ? { stays: days.whereabouts(day).stays.slice(-1), moves: [] } : days.whereabouts(day)
    },
    calendars: (from, to) => [calendarIn(seed, "private", from, to), calendarIn(seed, "work", from, to)],
    instances: (from, to) => startingIn(seed, from, to),
    truth: (range, shown) => ({
      calendars: [FILES.private, FILES.work],
      hard: hardTruth({
        range,
        days,
        shown,
        events: startingIn(seed, range.from, range.from + range.days),
        gaps: each(range.from, range.from + range.days).filter(hasGap)
      })
    })
  }
}
