/** The header in front of a zip entry's data. It alone says where the data starts. */

/** Its fixed part; the name and the extra fields follow. */
export const LOCAL_HEADER_BYTES = 30

/** How much to read for a header that is likely complete, name and extra fields included. */
export const LOCAL_HEADER_GUESS = 1024

const SIGNATURE = 0x04034b50

/**
 * The offset of an entry's data from the start of its local header, which is at `at` in `bytes`.
 * Null: no local header is there, or `bytes` ends within its fixed part.
 */
export const dataOffset = (bytes: Buffer, at: number): number | null =>
  at + LOCAL_HEADER_BYTES > bytes.length || bytes.readUInt32LE(at) !== SIGNATURE
    ? null
    : LOCAL_HEADER_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
