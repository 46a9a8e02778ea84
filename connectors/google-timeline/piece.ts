/** Pieces of a file, each a JSON array of its own, set aside for DuckDB. */
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { type SourceError, sourceError } from "../../src/component/error.ts"

/** A file with the records of a part of another file. */
export interface Piece {
  readonly path: string
  /** Of the records, without the brackets around them. */
  readonly bytes: number
  /** Where the part begins in its file. */
  readonly position: number
  /** Between its end and the next piece: a comma, and so many bytes less one of blanks. */
  readonly seam: number
}

/** A temporary folder for pieces, which goes with the scope. */
export const pieceFolder = Effect.acquireRelease(
  Effect.tryPromise({ try: () => mkdtemp(join(tmpdir(), "keepsake-timeline-")), catch: (cause) => unwritable(cause) }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const unwritable = (cause: unknown): SourceError =>
  sourceError(
    "temporary-files",
    `Temporary files can't be written or read in ${tmpdir()}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Free some space there, or name another folder in TMPDIR, and run again."
  )

export const writeTemporary = (path: string, content: string) =>
  Effect.tryPromise({ try: () => writeFile(path, content, { mode: 0o600 }), catch: unwritable })

const OPEN = Buffer.from("[")
const CLOSE = Buffer.from("]")

const writeArray = (path: string, records: Buffer) =>
  Effect.tryPromise({
    try: async () => {
      await using handle = await open(path, "w", 0o600)
      await handle.writev([OPEN, records, CLOSE])
    },
    catch: unwritable
  })

/**
 * Writes parts of `window`, which begins at `offset` of its file. The next record after the last part begins at `end`;
 * `number` tells them from pieces that are there already.
 */
export const setAside = (
  folder: string,
  window: Buffer,
  offset: number,
  parts: ReadonlyArray<{ readonly start: number; readonly end: number }>,
  end: number,
  number: number
): Effect.Effect<ReadonlyArray<Piece>, SourceError> =>
  Effect.forEach(parts, (part, index) => {
    const path = join(folder, `piece-${number + index}.json`)
    const piece: Piece = {
      path,
      bytes: part.end - part.start,
      position: offset + part.start,
      seam: (parts[index + 1]?.start ?? end) - part.end
    }
    return Effect.as(writeArray(path, window.subarray(part.start, part.end)), piece)
  })

/** The part as it was, but for the kind of blanks in the seam behind it. */
export const readBack = ({ bytes, path, seam }: Piece): Effect.Effect<Buffer, SourceError> =>
  Effect.map(Effect.tryPromise({ try: () => readFile(path), catch: unwritable }), (content) =>
    Buffer.concat([content.subarray(1, 1 + bytes), Buffer.from(",".padEnd(seam))])
  )

export const discard = (pieces: ReadonlyArray<Piece>): Effect.Effect<void, SourceError> =>
  Effect.forEach(pieces, ({ path }) => Effect.tryPromise({ try: () => rm(path), catch: unwritable }), { discard: true })
