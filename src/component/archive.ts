/** Archives as components see them: zips in parts, folders and single files as one catalogue of entries. */
import { Context, type Effect, type Scope, type Stream } from "effect"
import type { EpochMillis } from "./column.ts"
import type { Reject, Skip } from "./batch.ts"
import type { SourceError } from "./error.ts"

/** One file in an archive set. Reading is by offset: a catalogue costs no open handles. */
export interface Entry {
  /** The archive's path as it was found; the file itself where the set is a folder. */
  readonly archive: string
  /** Below the archive's root, `/` between segments, Unicode NFC, no `.` or `..`. */
  readonly path: string
  /** Uncompressed, in bytes. */
  readonly size: number
  readonly modifiedAt: EpochMillis | null
  /** CRC-32 of the content, where the archive's directory states it. */
  readonly crc32: number | null
  /** Where the bytes lie; opaque to components, plain data so that a worker thread can have it. */
  readonly location: EntryLocation
}

export type EntryLocation =
  | { readonly kind: "file"; readonly file: string }
  | {
      readonly kind: "zip"
      readonly file: string
      readonly headerOffset: number
      readonly compressedSize: number
      readonly size: number
      readonly method: "stored" | "deflate"
      readonly crc32: number
    }

export interface ArchiveFacts {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: EpochMillis
  /** Of when its content is: what an older export says doesn't replace what a newer one said. Null: folders don't tell. */
  readonly exportedAt: EpochMillis | null
}

export interface ArchiveSet {
  /** The archives found, in the order of their names. */
  readonly archives: ReadonlyArray<ArchiveFacts>
  /** Changes when any archive's path, size or time changes, or its directory's content. */
  readonly fingerprint: string
  /** All readable entries: sorted by archive, then by position; `._*`, `.DS_Store` and folders left out. */
  readonly entries: ReadonlyArray<Entry>
  /** Entries that can't be used: paths that climb out, encrypted, unknown compression, absurd ratios (zip bombs). */
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

export interface OpenOptions {
  /** Follow zips inside of zips (iCloud's shared albums). Default false. */
  readonly nested?: boolean
}

/** Opens what a pipeline's `path` names: a file, folder, zip, glob, or several of them. Local only. */
export class Archives extends Context.Service<
  Archives,
  {
    /** Reads directories only. Fails when nothing is there, or an archive is cut or not what it seems. */
    readonly open: (
      path: string | ReadonlyArray<string>,
      options?: OpenOptions
    ) => Effect.Effect<ArchiveSet, SourceError>
    /** The whole content of an entry, checked against its size and CRC. */
    readonly read: (entry: Entry, options?: { readonly maxBytes?: number }) => Effect.Effect<Uint8Array, SourceError>
    /** The content in pieces, for entries too large for memory. */
    readonly stream: (entry: Entry) => Stream.Stream<Uint8Array, SourceError>
    /** A plain file with the content, for readers that need one (DuckDB): the file itself, or a copy that ends with the scope. */
    readonly asFile: (entry: Entry) => Effect.Effect<string, SourceError, Scope.Scope>
  }
>()("keepsake/component/Archives") {}
