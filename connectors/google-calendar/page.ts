/** What Google tells of events, as items: what it leaves out, where it is known, comes from those that are kept. */
import { Effect, Result } from "effect"
import type { Item, KeptItems, Reject } from "../../src/component/batch.ts"
import type { Json } from "../../src/component/column.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { changedItem } from "../../src/component/item.ts"
import { completed, groupOf, isBare, originOf, readEvent } from "./series.ts"
import type { Event } from "./shape.ts"

export interface KeptEvent extends Item {
  readonly event: Event
}

/** A page's events: those that can be read, the last of each, and the others as rejects. */
export const readPage = (
  items: KeptItems,
  calendar: string,
  raws: ReadonlyArray<Json>
): Effect.Effect<{ readonly kept: ReadonlyArray<KeptEvent>; readonly rejects: ReadonlyArray<Reject> }, DatabaseError> =>
  Effect.gen(function* () {
    const rejects: Array<Reject> = []
    const events = raws.flatMap((raw): ReadonlyArray<{ readonly event: Event; readonly raw: Json }> => {
      const read = readEvent(raw)
      if (Result.isSuccess(read)) return [{ event: read.success, raw }]
      rejects.push(changedItem(read.failure, originOf(calendar, "?"), raw))
      return []
    })
    const bare = events.filter(({ event }) => isBare(event))
    const known = yield* items.withIds(calendar, [...new Set(bare.map(({ event }) => event.id))])
    const knownRaw = new Map(known.map((item) => [item.id, item.raw]))
    const kept = events.map(({ event, raw }): KeptEvent => ({
      scope: calendar,
      group: groupOf(event),
      id: event.id,
      raw: isBare(event) ? completed(knownRaw.get(event.id), raw) : raw,
      event
    }))
    return { kept: [...new Map(kept.map((item) => [item.id, item])).values()], rejects }
  })
