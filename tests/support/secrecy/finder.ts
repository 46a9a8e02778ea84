/** Finds any of thousands of long strings in gigabytes, in one pass. */

/** Bytes that are looked at together. */
const GRAM = 8
const BITS = 22

const hash = (bytes: Buffer, at: number): number =>
  (Math.imul(bytes.readInt32LE(at), 0x9e3779b1) ^ Math.imul(bytes.readInt32LE(at + 4), 0x85ebca6b)) >>> (32 - BITS)

/**
 * Looks at every `stride`th gram of a text only: wherever a needle stands, one of its first `stride` grams is among them.
 * Needles are at least `shortest` bytes long.
 */
export const finder = (needles: Iterable<string>, shortest: number): ((text: Buffer) => ReadonlySet<string>) => {
  const stride = shortest - GRAM + 1
  const marked = new Uint8Array(1 << BITS)
  const byGram = new Map<string, Array<{ readonly needle: string; readonly bytes: Buffer; readonly offset: number }>>()
  for (const needle of needles) {
    const bytes = Buffer.from(needle)
    for (let offset = 0; offset < stride; offset++) {
      marked[hash(bytes, offset)] = 1
      const gram = bytes.toString("latin1", offset, offset + GRAM)
      const known = byGram.get(gram) ?? []
      known.push({ needle, bytes, offset })
      byGram.set(gram, known)
    }
  }
  return (text) => {
    const found = new Set<string>()
    for (let at = 0; at + GRAM <= text.length; at += stride) {
      if (marked[hash(text, at)] === 0) continue
      for (const { bytes, needle, offset } of byGram.get(text.toString("latin1", at, at + GRAM)) ?? []) {
        const start = at - offset
        if (start >= 0 && bytes.equals(text.subarray(start, start + bytes.length))) found.add(needle)
      }
    }
    return found
  }
}
