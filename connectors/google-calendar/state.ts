/** Where the sync of an account's calendars stands: the checkpoint. */
import { Option, Schema } from "effect"
import type { Checkpoint } from "../../src/component/batch.ts"

const Sync = Schema.Union([
  /** A full listing: pages of events; series come after, when all their exceptions are there. */
  Schema.Struct({ phase: Schema.Literal("listing"), page: Schema.NullOr(Schema.String) }),
  /** Of a period: what the listing didn't have is looked up one by one, as far as the item `after`. */
  Schema.Struct({
    phase: Schema.Literal("missed"),
    after: Schema.String,
    token: Schema.String,
    horizon: Schema.Number
  }),
  /** Series are expanded, after a listing or because the horizon has moved. `token` is good once they all are. */
  Schema.Struct({
    phase: Schema.Literal("series"),
    after: Schema.String,
    listing: Schema.Boolean,
    token: Schema.String,
    horizon: Schema.Number
  }),
  /** What has changed since `token`. */
  Schema.Struct({
    phase: Schema.Literal("changes"),
    page: Schema.NullOr(Schema.String),
    token: Schema.String,
    horizon: Schema.Number
  }),
  /** No longer in the list: its events are marked as gone. */
  Schema.Struct({ phase: Schema.Literal("removed") })
])
export type Sync = typeof Sync.Type

const CalendarState = Schema.Struct({
  name: Schema.String,
  /** IANA zone, as Google states it. */
  zone: Schema.NullOr(Schema.String),
  sync: Sync
})
export type CalendarState = typeof CalendarState.Type

const State = Schema.Struct({
  /** Sync token of the list of calendars; null: it was never read to its end. */
  list: Schema.NullOr(Schema.String),
  /** Calendars that this round still has to see; a round that was interrupted is finished before the next begins. */
  todo: Schema.Array(Schema.String),
  calendars: Schema.Record(Schema.String, CalendarState)
})
export type State = typeof State.Type

const decode = Schema.decodeUnknownOption(State)

/** A checkpoint that can't be read is of an earlier version: all is listed anew, and merged. */
export const stateOf = (checkpoint: Checkpoint | null): State =>
  Option.getOrElse(decode(checkpoint), () => ({ list: null, todo: [], calendars: {} }))

export const withSync = (state: State, id: string, sync: Sync): State => {
  const calendar = state.calendars[id]
  return calendar === undefined ? state : { ...state, calendars: { ...state.calendars, [id]: { ...calendar, sync } } }
}

/** The calendar is done for this round. */
export const seen = (state: State, id: string): State => ({
  ...state,
  todo: state.todo.filter((other) => other !== id)
})

export const without = ({ calendars, ...state }: State, id: string): State => ({
  ...state,
  calendars: Object.fromEntries(Object.entries(calendars).filter(([known]) => known !== id))
})
