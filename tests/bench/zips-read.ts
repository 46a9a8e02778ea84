/** The least that reading zips takes: one thread, pieces of 8 MB, one SHA-256 of each picture. `node zips-read.ts ZIP…`. */
import { createHash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"
import yauzl from "yauzl"

const PIECE = 8 * 1024 * 1024
const LOCAL_HEADER = 30

interface Place {
  readonly header: number
  readonly bytes: number
}

const pictures = (path: string): Promise<ReadonlyArray<Place>> =>
  new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: false }, (failure, zip) => {
      if (failure !== null) return reject(failure)
      const places: Array<Place> = []
      zip.on("entry", ({ fileName, relativeOffsetOfLocalHeader, uncompressedSize }) => {
        if (fileName.endsWith(".jpg")) places.push({ header: relativeOffsetOfLocalHeader, bytes: uncompressedSize })
      })
      zip.on("error", reject)
      zip.on("end", () => resolve(places))
    })
  })

let hashed = 0
for (const path of process.argv.slice(2)) {
  const places = await pictures(path)
  const file = openSync(path, "r")
  const piece = Buffer.allocUnsafe(PIECE)
  let start = 0
  let end = 0
  /** What the piece holds from an offset on, at most `length`; reads the next piece where it holds nothing of it. */
  const bytesAt = (offset: number, length: number): Buffer => {
    if (offset < start || offset >= end) {
      start = offset
      end = offset + readSync(file, piece, 0, PIECE, offset)
    }
    return piece.subarray(offset - start, Math.min(offset - start + length, end - start))
  }
  for (const { bytes, header } of places) {
    let head = bytesAt(header, LOCAL_HEADER)
    if (head.length < LOCAL_HEADER) {
      start = end
      head = bytesAt(header, LOCAL_HEADER)
    }
    let at = header + LOCAL_HEADER + head.readUInt16LE(26) + head.readUInt16LE(28)
    const hash = createHash("sha256")
    for (let left = bytes; left > 0;) {
      const part = bytesAt(at, left)
      if (part.length === 0) throw new Error(`${path} ends at ${at}`)
      hash.update(part)
      at += part.length
      left -= part.length
    }
    hash.digest()
    hashed++
  }
  closeSync(file)
}
console.log(hashed)
