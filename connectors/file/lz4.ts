/** Unpacks LZ4 frames, in which most programs pack Arrow files unless they are asked for something else. */

const MAGIC = 0x184d2204
const END = 0

/** Throws where the frame is damaged. */
export const unpackLz4 = (frame: Uint8Array): Uint8Array => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Error("no LZ4 frame")
  const flags = frame[4] ?? 0
  const checksum = (flags & 0x10) === 0 ? 0 : 4
  const out = new Output(frame.length * 4)
  // Flags and block size; perhaps the content's size, and a dictionary; and a checksum of these.
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4)
  for (let length = view.getUint32(at, true); length !== END; length = view.getUint32(at, true)) {
    const end = at + 4 + (length & 0x7fffffff)
    if (end > frame.length) throw new Error("the LZ4 frame is cut")
    const block = frame.subarray(at + 4, end)
    if (length >= 0x80000000) out.append(block)
    else unpackBlock(block, out)
    at = end + checksum
  }
  return out.bytes()
}

/** Blocks may refer to what was unpacked before them. */
const unpackBlock = (block: Uint8Array, out: Output): void => {
  let at = 0
  const length = (nibble: number): number => {
    let total = nibble
    for (let more = nibble === 15 ? 255 : 0; more === 255; total += more) more = block[at++] ?? 0
    return total
  }
  while (at < block.length) {
    const token = block[at++] ?? 0
    const literals = length(token >> 4)
    if (at + literals > block.length) throw new Error("the LZ4 block is cut")
    out.append(block.subarray(at, at + literals))
    at += literals
    // The last sequence has nothing but literals.
    if (at >= block.length) return
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
    at += 2
    out.repeat(distance, length(token & 15) + 4)
  }
}

class Output {
  #bytes: Uint8Array
  #size = 0

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(1024, expected))
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#size)
    this.#size += bytes.length
  }

  /** What was written so far back, again; where that is nearer than long, it repeats itself. */
  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#size) throw new Error("the LZ4 block refers to nothing")
    this.#reserve(length)
    for (let done = 0; done < length;) {
      const part = Math.min(length - done, distance + done)
      const from = this.#size - distance
      this.#bytes.copyWithin(this.#size + done, from, from + part)
      done += part
    }
    this.#size += length
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + more))
    larger.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = larger
  }
}
