/** Entries of zips. An export has hundreds of thousands, so their numbers lie next to each other, not in objects (I9). */
import type { Entry, EntryLocation } from "../component/archive.ts"
import { EpochMillis } from "../component/column.ts"
import type { ZipRange } from "./zip-directory.ts"

/** What an entry is made of, but for its path. */
export interface ZipFacts {
  /** Of the local header, from the start of the file. */
  readonly headerOffset: number
  readonly compressedSize: number
  readonly size: number
  readonly crc32: number
  /** NaN where it isn't known. */
  readonly modifiedAt: number
  readonly compressed: boolean
}

const FIELDS = 6

/** The entries of one zip. */
export class ZipEntries {
  readonly archive: string
  readonly range: ZipRange
  #numbers: Float64Array
  #count = 0

  constructor(archive: string, range: ZipRange, atMost: number) {
    this.archive = archive
    this.range = range
    this.#numbers = new Float64Array(atMost * FIELDS)
  }

  add(path: string, facts: ZipFacts): Entry {
    const index = this.#count++
    const { headerOffset, compressedSize, size, crc32, modifiedAt, compressed } = facts
    this.#numbers.set([headerOffset, compressedSize, size, crc32, modifiedAt, compressed ? 1 : 0], index * FIELDS)
    return new ZipEntry(this, index, path)
  }

  facts(index: number): ZipFacts {
    const [headerOffset = 0, compressedSize = 0, size = 0, crc32 = 0, modifiedAt = 0, compressed = 0] =
      this.#numbers.subarray(index * FIELDS, (index + 1) * FIELDS)
    return { headerOffset, compressedSize, size, crc32, modifiedAt, compressed: compressed === 1 }
  }

  size(index: number): number {
    return this.#numbers[index * FIELDS + 2] ?? 0
  }
}

class ZipEntry implements Entry {
  readonly path: string
  readonly #zip: ZipEntries
  readonly #index: number

  constructor(zip: ZipEntries, index: number, path: string) {
    this.#zip = zip
    this.#index = index
    this.path = path
  }

  get archive(): string {
    return this.#zip.archive
  }

  get size(): number {
    return this.#zip.size(this.#index)
  }

  get modifiedAt(): EpochMillis | null {
    const { modifiedAt } = this.#zip.facts(this.#index)
    return Number.isNaN(modifiedAt) ? null : EpochMillis(modifiedAt)
  }

  get crc32(): number {
    return this.#zip.facts(this.#index).crc32
  }

  get location(): EntryLocation {
    const { compressed, compressedSize, crc32, headerOffset, size } = this.#zip.facts(this.#index)
    const method = compressed ? "deflate" : "stored"
    return { kind: "zip", file: this.#zip.range.file, headerOffset, compressedSize, size, method, crc32 }
  }
}
