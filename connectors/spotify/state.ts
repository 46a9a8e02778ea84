/** Where the sync of an account's playlists stands: the checkpoint. */
import { Option, Schema } from "effect"
import type { Checkpoint } from "../../src/component/batch.ts"
import { uuid5 } from "../../src/component/id.ts"
import { Playlist } from "./playlist-item.ts"

const State = Schema.Struct({
  /** The list of playlists as far as it is read, and the link to its next page; null: it is read to its end. */
  list: Schema.NullOr(Schema.Struct({ next: Schema.NullOr(Schema.String), found: Schema.Array(Playlist) })),
  /** Playlists whose items are still to be read, and how far the first of them is. */
  todo: Schema.Array(Playlist),
  page: Schema.NullOr(Schema.Struct({ next: Schema.String, position: Schema.Int })),
  /** Playlists that are no longer listed: to be marked as gone. */
  left: Schema.Array(Schema.String),
  /** By id: the version whose items are stored. */
  known: Schema.Record(Schema.String, Schema.String)
})
export type State = typeof State.Type

const decode = Schema.decodeUnknownOption(State)

/** A checkpoint that can't be read is of an earlier version: all is listed anew, and merged. */
export const stateOf = (checkpoint: Checkpoint | null): State =>
  Option.getOrElse(decode(checkpoint), () => ({ list: null, todo: [], page: null, left: [], known: {} }))

/** Differs where the playlist does: its snapshot, its name, who may see it. */
export const versionOf = (playlist: Playlist): string => uuid5(["version", JSON.stringify(playlist)])

/** The first playlist of `todo` is done. */
export const done = ({ known, todo: [first, ...todo], ...state }: State): State => ({
  ...state,
  todo,
  page: null,
  known: first === undefined ? known : { ...known, [first.id]: versionOf(first) }
})

export const without = ({ known, left, ...state }: State, id: string): State => ({
  ...state,
  left: left.filter((other) => other !== id),
  known: Object.fromEntries(Object.entries(known).filter(([other]) => other !== id))
})
