/** Samples as columns: numbers in buffers, and repeated texts as codes of a dictionary. */
import type { Kind, Sample } from "./sample.ts"

/** New words of a dictionary since the last part. */
export interface Words {
  readonly codes: Int32Array<ArrayBuffer>
  readonly columns: ReadonlyArray<ReadonlyArray<string | null>>
}

/** Rows on their way from a thread to the database. Buffers may be longer than `count`. */
export interface Rows {
  readonly count: number
  /** Milliseconds since 1970; NaN is NULL. */
  readonly starts: Float64Array<ArrayBuffer>
  readonly ends: Float64Array<ArrayBuffer>
  readonly created: Float64Array<ArrayBuffer>
  readonly values: Float64Array<ArrayBuffer>
  /** Codes of kinds; of words, where -1 is NULL. */
  readonly kinds: Int32Array<ArrayBuffer>
  readonly texts: Int32Array<ArrayBuffer>
  readonly metadata: Int32Array<ArrayBuffer>
  /** Minutes ahead of UTC. */
  readonly offsets: Int32Array<ArrayBuffer>
  readonly newKinds: Words
  readonly newWords: Words
}

export const NONE = -1

/** More would only fill memory: what comes again after that gets a second code, which means the same. */
const MOST = 1 << 16

/** Codes for texts. Several dictionaries share a table where each has its own remainder by `step`. */
class Codes {
  readonly #known = new Map<string, number>()
  readonly #first: number
  readonly #step: number
  #next = 0
  #codes: Array<number> = []
  #rows: Array<ReadonlyArray<string | null>> = []

  constructor(first: number, step: number) {
    this.#first = first
    this.#step = step
  }

  of(key: string, row: ReadonlyArray<string | null>): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= MOST) this.#known.clear()
    const code = this.#first + this.#next++ * this.#step
    this.#known.set(key, code)
    this.#codes.push(code)
    this.#rows.push(row)
    return code
  }

  take(columns: number): Words {
    const rows = this.#rows
    const words = {
      codes: Int32Array.from(this.#codes),
      columns: Array.from({ length: columns }, (_, column) => rows.map((row) => row[column] ?? null))
    }
    this.#codes = []
    this.#rows = []
    return words
  }
}

const KIND_COLUMNS = 5

/** Collects rows until they are taken; its dictionaries last. */
export class RowBuilder {
  readonly #kinds: Codes
  readonly #words: Codes
  #count = 0
  #capacity = 0
  #starts = new Float64Array(0)
  #ends = new Float64Array(0)
  #created = new Float64Array(0)
  #values = new Float64Array(0)
  #kindCodes = new Int32Array(0)
  #texts = new Int32Array(0)
  #metadata = new Int32Array(0)
  #offsets = new Int32Array(0)

  /** Of `step` builders, this is number `first`. */
  constructor(first: number, step: number) {
    this.#kinds = new Codes(first, step)
    this.#words = new Codes(first, step)
    this.#reserve(1024)
  }

  kind({ device, source, type, unit, version }: Kind): number {
    const row = [type, unit, source, version, device]
    return this.#kinds.of(JSON.stringify(row), row)
  }

  word(text: string): number {
    return this.#words.of(text, [text])
  }

  add(
    kind: number,
    start: number,
    end: number,
    created: number,
    offset: number,
    value: number,
    text: number,
    metadata: number
  ): void {
    if (this.#count === this.#capacity) this.#reserve(this.#capacity * 2)
    const at = this.#count++
    this.#kindCodes[at] = kind
    this.#starts[at] = start
    this.#ends[at] = end
    this.#created[at] = created
    this.#offsets[at] = offset
    this.#values[at] = value
    this.#texts[at] = text
    this.#metadata[at] = metadata
  }

  /** Gives the code of the sample's kind. */
  addSample(sample: Sample): number {
    const { created, end, metadata, offset, start, text, value } = sample
    const kind = this.kind(sample.kind)
    const word = (given: string | null) => (given === null ? NONE : this.word(given))
    this.add(kind, start, end, created, offset, value, word(text), word(metadata))
    return kind
  }

  /** The rows since the last time. */
  take(): Rows {
    const rows: Rows = {
      count: this.#count,
      starts: this.#starts,
      ends: this.#ends,
      created: this.#created,
      values: this.#values,
      kinds: this.#kindCodes,
      texts: this.#texts,
      metadata: this.#metadata,
      offsets: this.#offsets,
      newKinds: this.#kinds.take(KIND_COLUMNS),
      newWords: this.#words.take(1)
    }
    const expected = Math.max(this.#count, 1024)
    this.#count = 0
    this.#starts = this.#ends = this.#created = this.#values = new Float64Array(0)
    this.#kindCodes = this.#texts = this.#metadata = this.#offsets = new Int32Array(0)
    this.#reserve(Math.ceil(expected * 1.1))
    return rows
  }

  #reserve(capacity: number): void {
    this.#capacity = capacity
    this.#starts = grown(this.#starts, new Float64Array(capacity))
    this.#ends = grown(this.#ends, new Float64Array(capacity))
    this.#created = grown(this.#created, new Float64Array(capacity))
    this.#values = grown(this.#values, new Float64Array(capacity))
    this.#kindCodes = grown(this.#kindCodes, new Int32Array(capacity))
    this.#texts = grown(this.#texts, new Int32Array(capacity))
    this.#metadata = grown(this.#metadata, new Int32Array(capacity))
    this.#offsets = grown(this.#offsets, new Int32Array(capacity))
  }
}

const grown = <A extends { readonly set: (from: A) => void }>(from: A, to: A): A => {
  to.set(from)
  return to
}

/** The buffers of rows, which another thread can have without a copy. */
export const buffersOf = (rows: Rows): Array<ArrayBuffer> =>
  [rows.starts, rows.ends, rows.created, rows.values, rows.kinds, rows.texts, rows.metadata, rows.offsets].map(
    ({ buffer }) => buffer
  )
