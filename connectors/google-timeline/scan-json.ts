/** Where JSON values end: by depth, over the bytes. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** `{`, `[`, `}` and `]` are 0x7b, 0x5b, 0x7d and 0x5d: one bit apart. */
const CASE = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

/** Space, tab, line feed, carriage return. */
export const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** The first position from `at` on that isn't blank; `bytes.length` where all are. */
export const afterBlanks = (bytes: Uint8Array, at: number): number => {
  let position = at
  while (position < bytes.length && isBlank(bytes[position])) position++
  return position
}

/** The first position from `at` on that is neither blank nor a comma. */
export const afterCommas = (bytes: Uint8Array, at: number): number => {
  let position = at
  while (position < bytes.length && (isBlank(bytes[position]) || bytes[position] === COMMA)) position++
  return position
}

/** Behind the string that begins at `start`; -1 where it doesn't end before `limit`. */
export const endOfString = (bytes: Uint8Array, start: number, limit: number): number => {
  let position = start + 1
  while (position < limit) {
    const byte = bytes[position]
    if (byte === QUOTE) return position + 1
    position += byte === BACKSLASH ? 2 : 1
  }
  return -1
}

/** Behind the object or array that begins at `start`; -1 where it doesn't end before `limit`. */
export const endOfNested = (bytes: Uint8Array, start: number, limit: number): number => {
  let depth = 0
  let position = start
  // Strings are skipped here and not by a call: this loop sees every byte.
  while (position < limit) {
    const byte = bytes[position] ?? 0
    position++
    if (byte === QUOTE) {
      while (position < limit && bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1
      position++
    } else if ((byte | CASE) === OPEN) depth++
    else if ((byte | CASE) === CLOSE) {
      depth--
      if (depth === 0) return position
    }
  }
  return -1
}
