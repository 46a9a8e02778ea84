/** From the bytes of a file to rows of a temporary table: DuckDB reads them, in pieces that can be read side by side. */
import { Effect, Fiber } from "effect"
import type { Archives, Entry } from "../../src/component/archive.ts"
import type { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { eachPart } from "./bytes.ts"
import { type Opener, lastSeam } from "./opener.ts"
import { type Loading, insertItems, insertSpan, readingOf } from "./insert.ts"
import { type Piece, discard, readBack, setAside } from "./piece.ts"
import type { ArrayName } from "./shape.ts"
import { MAX_RECORD, makeWalker } from "./walk.ts"

const MIB = 1024 ** 2

/** So much of a file is in memory at a time; less at first, so that DuckDB has something to begin with. */
const WINDOW = 32 * MIB
const FIRST_WINDOW = 16 * MIB
/** DuckDB reads one JSON array with one thread, so it is given several. */
const PIECE = 8 * MIB
/** So much is set aside before DuckDB reads it, while the next is set aside: each of its statements has a price. */
const SPAN = 64 * MIB
/** So much is walked through to learn how the records begin, and in one go where walking is all there is. */
const STRIDE = MIB / 2

const NOTHING = Buffer.alloc(0)

/** Cuts `window` from `from` on into arrays; the last record is left out, as its end can't be told from here. */
const cut = (window: Buffer, from: number, openers: ReadonlyArray<Opener>) => {
  const parts: Array<{ readonly start: number; readonly end: number }> = []
  let at = from
  for (let to = from + PIECE; at < window.length; to += PIECE) {
    const seam = lastSeam(window, at, Math.min(to, window.length), openers)
    if (seam !== null && seam.end > at) {
      parts.push({ start: at, end: seam.end })
      at = seam.next
    }
    if (to >= window.length) break
  }
  return { parts, at }
}

/** Reads one file into the table. Gives what is wrong with the file as a whole; what could be read of it stays. */
export const loadFile = Effect.fnUntraced(function* (
  loading: Loading,
  entry: Entry,
  file: number,
  advance: (bytes: number) => Effect.Effect<void>
): Effect.fn.Return<SourceError | null, SourceError | DatabaseError, Archives | Database> {
  const walker = makeWalker(new Set<ArrayName>(loading.target.arrays.keys()))
  const memory = Buffer.allocUnsafe(Math.min(WINDOW, entry.size) + MAX_RECORD + 2 * MIB)
  let filled = 0
  /** Where in the file the memory begins. */
  let offset = 0
  /** What DuckDB is reading: from where the walk stands. */
  let reading: { readonly given: ReadonlyArray<Piece>; readonly done: Fiber.Fiber<boolean, DatabaseError> } | null =
    null
  /** What DuckDB is to read next: seams and all, from there on to where the memory begins. */
  let span: ReadonlyArray<Piece> = []
  let pieces = 0
  let wanted = Math.min(FIRST_WINDOW, memory.length)

  /** Walks up to `until`, and inserts what it finds. Gives where the walk has come to. */
  const walk = Effect.fnUntraced(function* (
    window: Buffer,
    position: number,
    part: { readonly from: number; readonly until: number; readonly final: boolean }
  ) {
    let at = part.from
    while (true) {
      const walked = walker.walk(window, at, Math.min(part.until, at + STRIDE), part.final)
      yield* insertItems(loading, file, window, position, walked.items)
      const stuck = walked.at === at
      at = walked.at
      if (stuck || at >= part.until || at >= window.length) return at
    }
  })

  /** Waits for what DuckDB is reading. Gives the pieces that it can't read, or finds rows to reject in. */
  const finishReading = Effect.fnUntraced(function* () {
    if (reading === null) return []
    const { done, given } = reading
    reading = null
    if (!(yield* Fiber.join(done))) return given
    yield* discard(given)
    return []
  })

  /** Has DuckDB begin with the span, once it is through with the one before. False: that has to be walked through first. */
  const handOver = Effect.fnUntraced(function* () {
    const unread = yield* finishReading()
    if (unread.length > 0) {
      span = [...unread, ...span]
      return false
    }
    if (span.length > 0) {
      const given = span
      span = []
      const array = walker.standing()?.array ?? ""
      reading = { given, done: yield* Effect.forkChild(insertSpan(loading, file, array, given)) }
    }
    return true
  })

  /** Walks through what DuckDB didn't read of the span and before it. Gives what is left over. */
  const settle = Effect.fnUntraced(function* () {
    const unread = (yield* handOver()) ? yield* finishReading() : span
    span = []
    const array = walker.standing()?.array ?? ""
    let rest = NOTHING
    for (const piece of unread) {
      const asBefore = unread.length > 1 && rest.length === 0 && walker.standing()?.array === array
      if (asBefore && (yield* insertSpan(loading, file, array, [piece]))) continue
      const window = Buffer.concat([rest, yield* readBack(piece)])
      const at = yield* walk(window, piece.position - rest.length, { from: 0, until: window.length, final: false })
      rest = window.subarray(at)
    }
    yield* discard(unread)
    return rest
  })

  /** Puts what was left over before what the memory holds from `at` on. */
  const prepend = (rest: Buffer, at: number): void => {
    memory.copyWithin(rest.length, at, filled)
    rest.copy(memory)
    filled += rest.length - at
    offset += at - rest.length
  }

  const load = Effect.fnUntraced(function* (final: boolean) {
    const standing = walker.standing()
    if (reading === null && span.length === 0 && (standing?.openers.length ?? 0) === 0)
      prepend(NOTHING, yield* walk(memory.subarray(0, filled), offset, { from: 0, until: STRIDE, final }))
    const { array, openers } = walker.standing() ?? { array: "", openers: [] }
    if (filled > STRIDE && openers.length > 0 && readingOf(loading.target, array) !== null) {
      const { at, parts } = cut(memory.subarray(0, filled), 0, openers)
      span = [...span, ...(yield* setAside(loading.folder, memory, offset, parts, at, pieces))]
      pieces += parts.length
      prepend(NOTHING, at)
      const bytes = span.reduce((sum, piece) => sum + piece.bytes, 0)
      const waits = reading !== null && bytes < SPAN
      if (parts.length > 0 && !final && (waits || (yield* handOver()))) return
    }
    // Whatever isn't cut is walked through, and the walk goes on from the end of the span.
    prepend(yield* settle(), 0)
    const stuck = filled >= WINDOW
    if (final || stuck)
      prepend(NOTHING, yield* walk(memory.subarray(0, filled), offset, { from: 0, until: filled, final }))
  })

  const failure = yield* eachPart(entry, {
    room: () => ({ memory, from: filled, most: Math.max(0, wanted - filled) }),
    take: Effect.fnUntraced(function* (bytes) {
      filled += bytes
      yield* advance(bytes)
      if (filled < wanted) return
      wanted = Math.min(WINDOW, memory.length)
      yield* load(false)
    })
  })
  yield* load(true)
  return failure
})
