/** The element of every source's stream: records with the checkpoint that covers them. */
import type { Effect } from "effect"
import type { Columns, Json, Row, Uuid } from "./column.ts"
import type { DatabaseError } from "./error.ts"
import type { Sql } from "./sql.ts"

/** Where exactly a record lies, so that a memory can be followed down to it. */
export interface Origin {
  /** The archive or file, as named in the pipeline's `path`; the API for provider streams. */
  readonly archive: string
  /** The member of the archive (zip entry, path below the folder) or the provider's object. */
  readonly member: string | null
}

export interface Record<C extends Columns> {
  /** Unique and stable within the account: the provider's id, or path and content. Decides new, changed, duplicate. */
  readonly sourceId: string
  /** The entity that the record describes. Several records may describe one. */
  readonly id: Uuid
  readonly origin: Origin
  readonly row: Row<C>
  /** The provider reports that the item is gone (I7): marked, never removed. */
  readonly gone?: boolean
}

/** An input that could not become a record: kept, shown, and to be replayed. */
export interface Reject {
  readonly code: string
  /** Why, and what to do about it. */
  readonly reason: string
  readonly origin: Origin
  /** Byte offset or line in the member, where it is known. */
  readonly position?: number
  /** The raw bytes, less fields that are dropped while parsing. */
  readonly raw?: Uint8Array
}

/** Inputs left out on purpose, or out of reach. */
export interface Skip {
  readonly reason: string
  /** Null: nobody can say how many there are, or whether there are any. */
  readonly count: number | null
  /** An example or two, to look at. */
  readonly examples?: ReadonlyArray<string>
}

/** Something at a provider, as it came, where records are made of several: an event, a series, an exception to it. */
export interface Item {
  /** What is listed together: a calendar. */
  readonly scope: string
  /** Which belong together: a series and its exceptions. */
  readonly group: string
  /** The provider's own. */
  readonly id: string
  /** All of it, also what nobody knows yet. */
  readonly raw: Json
}

/** What is kept of items beside the records: in staging, next to them. */
export interface KeptItems {
  /** All items of some groups; `listed` are those that the provider still has, as far as a listing is done. */
  readonly of: (
    scope: string,
    groups: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Item & { readonly listed: boolean }>, DatabaseError>
  /** Whole groups of listed items, in the order of the groups' names, from after `group` on, until there are `most` items. */
  readonly after: (scope: string, group: string, most: number) => Effect.Effect<ReadonlyArray<Item>, DatabaseError>
  /** Items by the provider's own ids, whichever group they are in. */
  readonly withIds: (
    scope: string,
    ids: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Item & { readonly listed: boolean }>, DatabaseError>
  /** What the listing that is being read has not had so far, in the order of the ids, from after `id` on. */
  readonly unlisted: (scope: string, id: string, most: number) => Effect.Effect<ReadonlyArray<Item>, DatabaseError>
}

/** A batch of a full listing. What the provider no longer has is known when it ends, also when it was interrupted (I7). */
export interface Listing {
  /** The value of the stream's `scope` column in the rows that are listed; without such a column, any name. */
  readonly scope: string
  /** The first batch: nothing is seen yet. */
  readonly begins?: true
  /** The last one: what was not seen is gone. */
  readonly ends?: true
  /** With the end: which rows of the scope were listed, as a condition on them; without it, all. What lies outside is not gone. */
  readonly among?: Sql
  /** Source ids of what is there as well, and becomes no record of this batch. */
  readonly present?: ReadonlyArray<string>
  /** Something is there of which nobody can read what it is: nothing can be said to be gone then. */
  readonly unread?: true
}

/** Opaque to the engine: what a stream needs to continue after this batch. */
export type Checkpoint = Json

export interface Batch<C extends Columns> {
  readonly records: ReadonlyArray<Record<C>>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
  /** Where records are made of several: kept in the same transaction. */
  readonly items?: ReadonlyArray<Item>
  readonly listing?: Listing
  /** Covers this batch and all before it (I2). */
  readonly checkpoint: Checkpoint
  /** How far the source is, in its own unit; `total` when it is known. */
  readonly progress?: { readonly done: number; readonly total?: number; readonly unit: "records" | "bytes" }
}
