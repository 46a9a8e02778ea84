/** Where the sync of an account's calendars stands: the checkpoint. */
import { Option, Schema } from "effect"
import type { Checkpoint } from "../../src/component/batch.ts"

const Doubt = Schema.Struct({
  id: Schema.String,
  /** The series of which it is an occurrence. */
  series: Schema.NullOr(Schema.String)
})
export type Doubt = typeof Doubt.Type

const Sync = Schema.Union([
  /** A full round; `link` is that of the next page, null before the first. */
  Schema.Struct({ phase: Schema.Literal("listing"), link: Schema.NullOr(Schema.String) }),
  /** What has changed; `link` is Graph's for the next page, or for the next round. */
  Schema.Struct({ phase: Schema.Literal("changes"), link: Schema.String }),
  /** All pages are read: series that were named but never told are asked for, and after a listing, what it didn't have. */
  Schema.Struct({
    phase: Schema.Literal("closing"),
    link: Schema.String,
    listing: Schema.Boolean,
    /** Up to which id it is known what the listing didn't have. */
    after: Schema.String
  }),
  /** The calendar is no longer in the list: its events are marked as gone. */
  Schema.Struct({ phase: Schema.Literal("removed") })
])
export type Sync = typeof Sync.Type

const View = Schema.Struct({
  calendar: Schema.String,
  of: Schema.Number,
  from: Schema.Number,
  to: Schema.Number,
  sync: Sync,
  /** Series of which occurrences have come, and they themselves not yet. */
  waiting: Schema.Array(Schema.String),
  /** Events that are no longer shown: they were deleted, or are elsewhere. */
  doubts: Schema.Array(Doubt)
})
export type View = typeof View.Type

const State = Schema.Struct({
  /** Names by id. */
  calendars: Schema.Record(Schema.String, Schema.String),
  /** Stretches of calendars by their key. */
  views: Schema.Record(Schema.String, View),
  /** Views that this round still has to see; a round that was interrupted is finished before the next begins. */
  todo: Schema.Array(Schema.String)
})
export type State = typeof State.Type

const decode = Schema.decodeUnknownOption(State)

/** A checkpoint that can't be read is of an earlier version: all is listed anew, and merged. */
export const stateOf = (checkpoint: Checkpoint | null): State =>
  Option.getOrElse(decode(checkpoint), () => ({ calendars: {}, views: {}, todo: [] }))

/** Whichever part of a stretch is read, its rows and items are those of the stretch. */
export const viewKey = ({ calendar, of }: Pick<View, "calendar" | "of">): string =>
  `${calendar} ${new Date(of).toISOString().slice(0, 10)}`

export const withView = (state: State, key: string, change: Partial<View>): State => {
  const view = state.views[key]
  return view === undefined ? state : { ...state, views: { ...state.views, [key]: { ...view, ...change } } }
}

/** The view is done for this round. */
export const seen = (state: State, key: string): State => ({
  ...state,
  todo: state.todo.filter((other) => other !== key)
})

export const without = (state: State, key: string): State => ({
  ...seen(state, key),
  views: Object.fromEntries(Object.entries(state.views).filter(([known]) => known !== key))
})
