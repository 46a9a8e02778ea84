/** The element of every source's stream: records with the checkpoint that covers them. */
import type { Columns, Json, Row, Uuid } from "./column.ts"

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

/** Inputs left out on purpose. */
export interface Skip {
  readonly reason: string
  readonly count: number
  /** An example or two, to look at. */
  readonly examples?: ReadonlyArray<string>
}

/** Opaque to the engine: what a stream needs to continue after this batch. */
export type Checkpoint = Json

export interface Batch<C extends Columns> {
  readonly records: ReadonlyArray<Record<C>>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
  /** Covers this batch and all before it (I2). */
  readonly checkpoint: Checkpoint
  /** How far the source is, in its own unit; `total` when it is known. */
  readonly progress?: { readonly done: number; readonly total?: number; readonly unit: "records" | "bytes" }
}
