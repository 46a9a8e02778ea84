/** The bytes of a file, straight into memory that is there already. */
import { type FileHandle, open } from "node:fs/promises"
import { Effect, Stream } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import { type SourceError, sourceError } from "../../src/component/error.ts"

/** Takes bytes as they come. */
export interface Taker<E, R> {
  /** Where the next bytes go: at `from`, at most `most` of them. */
  readonly room: () => { readonly memory: Buffer; readonly from: number; readonly most: number }
  /** So many bytes have been put there. There is room for one more at least when it is done. */
  readonly take: (bytes: number) => Effect.Effect<void, E, R>
}

const STEP = 4 * 1024 ** 2

/** Pieces of an archive's member that are read ahead while others are taken. */
const AHEAD = 16

/** The file is what it is: no second try makes it better. */
const DAMAGE = new Set(["archive-damaged", "archive-truncated"])

/** Gives damage that was found on the way, after all bytes before it have been taken. */
export const eachPart = <E, R>(
  entry: Entry,
  taker: Taker<E, R>
): Effect.Effect<SourceError | null, E | SourceError, R | Archives> =>
  entry.location.kind === "file"
    ? Effect.as(fromFile(entry.location.file, entry.size, taker), null)
    : Effect.flatMap(Archives, (archives) => fromStream(archives.stream(entry), taker))

const failed = (file: string, cause: unknown): SourceError =>
  sourceError(
    "file-io",
    `${file} can't be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Check that its disk is connected and sound, and that you may read it; then run again.",
    { retryable: true }
  )

const changed = (file: string, expected: number, found: number): SourceError =>
  sourceError(
    "file-changed",
    `${file} changed while it was read: it had ${expected} bytes and now has ${found}.`,
    "Wait until nothing writes there any more, then run again."
  )

const fromFile = <E, R>(
  file: string,
  size: number,
  { room, take }: Taker<E, R>
): Effect.Effect<void, E | SourceError, R> =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => open(file), catch: (cause) => failed(file, cause) }),
    Effect.fnUntraced(function* (handle: FileHandle) {
      let read = 0
      while (true) {
        const { from, memory, most } = room()
        const { bytesRead } = yield* Effect.tryPromise({
          try: () => handle.read(memory, from, Math.min(STEP, most)),
          catch: (cause) => failed(file, cause)
        })
        if (bytesRead === 0) return yield* read === size ? Effect.void : changed(file, size, read)
        read += bytesRead
        yield* take(bytesRead)
      }
    }),
    (handle) => Effect.promise(() => handle.close())
  )

const fromStream = <E, R>(
  stream: Stream.Stream<Uint8Array, SourceError>,
  { room, take }: Taker<E, R>
): Effect.Effect<SourceError | null, E | SourceError, R> =>
  Effect.suspend(() => {
    let damage: SourceError | null = null
    const undamaged = stream.pipe(
      Stream.catchIf(
        (error) => DAMAGE.has(error.code),
        (error) => {
          damage = error
          return Stream.empty
        }
      ),
      Stream.buffer({ capacity: AHEAD })
    )
    return undamaged.pipe(
      Stream.runForEach(
        Effect.fnUntraced(function* (piece) {
          for (let done = 0; done < piece.length;) {
            const { from, memory, most } = room()
            const part = piece.subarray(done, done + most)
            memory.set(part, from)
            done += part.length
            yield* take(part.length)
          }
        })
      ),
      Effect.map(() => damage)
    )
  })
