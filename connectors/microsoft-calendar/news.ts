/** What Graph tells of events, as records and items: occurrences with what their series says, and what is no longer shown. */
import { Effect } from "effect"
import type { Item, KeptItems, Reject, Skip } from "../../src/component/batch.ts"
import type { Json } from "../../src/component/column.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { vanished } from "../calendar/group.ts"
import { skipped } from "../media/tally.ts"
import { isMaster, seriesOf } from "./event.ts"
import {
  type MicrosoftRecord,
  type Place,
  type Told,
  isRemoved,
  itemOf,
  readEvents,
  recordOf,
  removedItem,
  toldIn
} from "./record.ts"
import type { Event } from "./shape.ts"
import type { Doubt, View } from "./state.ts"

export interface News {
  readonly records: ReadonlyArray<MicrosoftRecord>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
  readonly items: ReadonlyArray<Item>
  readonly waiting: ReadonlyArray<string>
  readonly doubts: ReadonlyArray<Doubt>
  /** A series takes place at other times than before: which of its former occurrences are left, only a full round tells. */
  readonly rescheduled: boolean
}

type Reading<A> = Effect.Effect<A, DatabaseError>

const timesOf = ({ raw }: Told): string => {
  const { isAllDay, recurrence, start }: { readonly [key: string]: Json } =
    typeof raw === "object" && raw !== null && !Array.isArray(raw) ? Object.fromEntries(Object.entries(raw)) : {}
  return JSON.stringify([recurrence, start, isAllDay])
}

const byId = (told: ReadonlyArray<Told>): ReadonlyMap<string, Told> =>
  new Map(told.map((each) => [each.event.id, each]))

const collected = (made: ReadonlyArray<ReturnType<typeof recordOf>>) => ({
  records: made.flatMap(({ record }) => record ?? []),
  rejects: made.flatMap(({ reject }) => reject ?? [])
})

/** Events as they are told now, beside what was kept of the same view. */
export const newsOf = (
  raws: ReadonlyArray<Json>,
  scope: string,
  { waiting }: Pick<View, "waiting">,
  place: Place,
  items: KeptItems
): Reading<News> =>
  Effect.gen(function* () {
    const { rejects, told } = readEvents(raws, place.calendarId)
    const all = [...told.values()]
    const shown = all.filter(({ event }) => !isRemoved(event))
    const removed = all.filter(({ event }) => isRemoved(event)).map(({ event }) => event.id)
    const masters = shown.filter(({ event }) => isMaster(event))
    const seriesIds = shown.flatMap(({ event }) => seriesOf(event) ?? [])
    const known = yield* items.withIds(scope, [
      ...new Set([...seriesIds, ...removed, ...masters.map(({ event }) => event.id)])
    ])
    const before = byId(toldIn(known))
    // An occurrence that came before its series, or whose series says something new, is told again.
    const fresh = masters.filter(({ event, raw }) => JSON.stringify(before.get(event.id)?.raw) !== JSON.stringify(raw))
    const siblings = yield* items.of(
      scope,
      fresh.map(({ event }) => event.id)
    )
    const dependent = toldIn(siblings.filter(({ listed }) => listed)).filter(
      ({ event }) => !told.has(event.id) && !isMaster(event) && !isRemoved(event)
    )
    const seriesWith = ({ event }: Told): Told | null => {
      const id = seriesOf(event)
      return id === null ? null : (told.get(id) ?? before.get(id) ?? null)
    }
    const [ready, early] = [
      [...shown, ...dependent].filter((each) => seriesOf(each.event) === null || seriesWith(each) !== null),
      shown.filter((each) => seriesOf(each.event) !== null && seriesWith(each) === null)
    ]
    const made = collected(ready.map((each) => recordOf(each, seriesWith(each), place)))
    const doubts = removed.flatMap((id): ReadonlyArray<Told> => {
      const each = before.get(id)
      return each === undefined || isRemoved(each.event) ? [] : [each]
    })
    const doubted = new Set(doubts.map(({ event }) => event.id))
    const awaited = new Set([...waiting, ...early.flatMap(({ event }) => seriesOf(event) ?? [])])
    for (const { event } of masters) awaited.delete(event.id)
    return {
      records: made.records,
      rejects: [...rejects, ...made.rejects],
      skipped: removed
        .filter((id) => !doubted.has(id))
        .map((id) => skipped("an event that is no longer there, and never was here", id)),
      items: shown.map((each) => itemOf(scope, each)),
      waiting: [...awaited],
      doubts: doubtsOf(doubts.map(({ event }) => event)),
      rescheduled: fresh.some((each) => {
        const former = before.get(each.event.id)
        return former !== undefined && timesOf(former) !== timesOf(each)
      })
    }
  })

/** Series come first: where one is gone, its occurrences are. */
export const doubtsOf = (events: ReadonlyArray<Event>): ReadonlyArray<Doubt> =>
  events
    .map((event) => ({ id: event.id, series: seriesOf(event) }))
    .toSorted((a, b) => Number(a.series !== null) - Number(b.series !== null))

/** Events were deleted: they, and of a series all that belongs to it, are cancelled and gone; the rest stays (I7). */
export const deletedWith = (
  ids: ReadonlyArray<string>,
  scope: string,
  place: Place,
  items: KeptItems
): Reading<Pick<News, "records" | "items">> =>
  Effect.gen(function* () {
    const told = byId(toldIn([...(yield* items.of(scope, ids)), ...(yield* items.withIds(scope, ids))]))
    const seriesIds = [...told.values()].flatMap(({ event }) => seriesOf(event) ?? [])
    const series = byId(toldIn(yield* items.withIds(scope, [...new Set(seriesIds)])))
    const left = [...told.values()].filter(({ event }) => !isRemoved(event))
    const made = left.map((each) => recordOf(each, series.get(seriesOf(each.event) ?? "") ?? null, place))
    return {
      records: collected(made).records.map(vanished),
      items: left.map((each) => removedItem(scope, each, "deleted"))
    }
  })
