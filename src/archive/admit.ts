/** Which lines of a zip's directory become entries, and why the others don't. */
import type { Entry } from "../component/archive.ts"
import type { Reject } from "../component/batch.ts"
import { entryPath } from "./entry-path.ts"
import { type LeftOut, fileLeftOut } from "./left-out.ts"
import { LOCAL_HEADER_BYTES } from "./local-header.ts"
import { ZipEntries } from "./zip-entry.ts"
import type { ZipDirectory, ZipRange, ZipRecord } from "./zip-directory.ts"

export interface Admitted {
  readonly entries: ReadonlyArray<Entry>
  readonly rejects: ReadonlyArray<Reject>
  readonly leftOut: ReadonlyArray<LeftOut>
}

export const nothingAdmitted: Admitted = { entries: [], rejects: [], leftOut: [] }

const MB = 1024 * 1024

// DEFLATE can't do better than 1032:1, and nothing that people keep comes near.
const MOST_RATIO = 1000
const RATIO_FROM = 10 * MB
const MOST_TOTAL_RATIO = 200
const TOTAL_FROM = 100 * MB

const methods = new Map<number, "stored" | "deflate">([
  [0, "stored"],
  [8, "deflate"]
])

/**
 * Judges a zip's directory; entries come by position. `archive` is what entries and rejects name as their origin,
 * `prefix` is put before their paths (for a zip within an archive: its own path and `/`).
 */
export const admit = (archive: string, prefix: string, range: ZipRange, directory: ZipDirectory): Admitted => {
  const zip = new ZipEntries(archive, range, directory.records.length)
  const entries: Array<Entry> = []
  const rejects: Array<Reject> = []
  const leftOut: Array<LeftOut> = []
  const totalLimit = Math.max(TOTAL_FROM, range.bytes * MOST_TOTAL_RATIO)
  let taken = 0
  let total = 0

  for (const record of directory.records.toSorted((left, right) => left.offset - right.offset)) {
    const reject = (code: string, reason: string) =>
      rejects.push({ code, reason, origin: { archive, member: prefix + record.name }, position: record.offset })
    const end = record.offset + LOCAL_HEADER_BYTES + record.nameBytes + record.compressedSize
    const overlaps = record.offset < taken
    const outOfBounds = end > directory.offset
    // A false size must not take the entries behind it along.
    if (!overlaps && !outOfBounds) taken = end
    if (record.name.endsWith("/")) continue
    const named = entryPath(record.name)
    if (named._tag === "Unsafe") {
      reject("entry-unsafe-path", `Not read: ${named.reason}. Rename it in the archive if it is yours.`)
      continue
    }
    const path = prefix + named.path
    const reason = record.symbolicLink ? "symbolic links" : fileLeftOut(named.path)
    if (reason !== null) {
      leftOut.push({ reason, path })
      continue
    }
    const method = methods.get(record.method)
    if (record.encrypted) reject("entry-encrypted", "It is encrypted: unpack it with its password and read the folder.")
    else if (method === undefined)
      reject("entry-method", `Its compression (method ${record.method}) is unknown: zip it again with DEFLATE.`)
    else if (overlaps) reject("entry-overlap", "It shares bytes with another entry, as only forged or damaged zips do.")
    else if (outOfBounds || (method === "stored" && record.size !== record.compressedSize))
      reject("entry-out-of-bounds", "The archive's directory contradicts itself about it: download the archive again.")
    else if (isBomb(record) || total + record.size > totalLimit)
      reject("entry-bomb", `It claims ${record.size} bytes made of ${record.compressedSize}: a zip bomb.`)
    else {
      total += record.size
      entries.push(
        zip.add(path, {
          headerOffset: range.start + record.offset,
          compressedSize: record.compressedSize,
          size: record.size,
          crc32: record.crc32,
          modifiedAt: record.modifiedAt > ZIP_EPOCH ? record.modifiedAt : Number.NaN,
          compressed: method === "deflate"
        })
      )
    }
  }
  return { entries, rejects, leftOut }
}

const isBomb = ({ size, compressedSize }: ZipRecord): boolean => size > RATIO_FROM && size > compressedSize * MOST_RATIO

// Writers that know no time write the zip format's first day, or zeros, which decode to before it.
const ZIP_EPOCH = Date.UTC(1980, 0, 1)
