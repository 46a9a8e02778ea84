/** A thread's work: parts of files in, columns out. No Effect here: a thread starts faster without. */
import { readGpx } from "./gpx.ts"
import { PointBuilder, type Points } from "./points.ts"
import { RowBuilder, type Rows, buffersOf } from "./rows.ts"
import { type Scanned, Scanner, type Wanted } from "./scan.ts"
import { fromBytes } from "./text.ts"

export interface Job {
  /** What the bytes are: a part of an export, or a whole route. */
  readonly format: "xml" | "gpx"
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where in its file the part begins. */
  readonly offset: number
}

export interface Outcome extends Scanned {
  readonly rows: Rows
  readonly points: Points
}

/** Which of several readers it is: their codes don't meet. */
export interface Place {
  readonly wanted: Wanted
  readonly number: number
  readonly of: number
}

/** Does jobs one after the other; what it learns of one serves the next. */
export const makeReader = ({ number, of, wanted }: Place): ((job: Job) => Outcome) => {
  const rows = new RowBuilder(number, of)
  const points = new PointBuilder()
  const scanner = new Scanner(wanted, rows, points)
  const scan = ({ bytes, format, offset }: Job): Scanned => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
    if (format === "xml") return scanner.scan(text, offset)
    return { refused: readGpx(fromBytes(text), points), passed: new Map(), closed: true, rest: null }
  }
  return (job) => {
    const scanned = scan(job)
    return { ...scanned, rows: rows.take(), points: points.take() }
  }
}

/** What can go to another thread without a copy. */
export const transferable = ({ points, rows }: Outcome): Array<ArrayBuffer> => [
  ...buffersOf(rows),
  ...points.numbers.map(({ buffer }) => buffer),
  points.kinds.buffer
]
