/** Bytes to look at: a file in memory, or one too large for it that is read by offset. */
export interface Source {
  readonly size: number
  /** From `start` up to, not including, `end`; fewer where the source ends before. */
  readonly bytes: (start: number, end: number) => Buffer
}

/** Offsets of a part of a source, `end` excluded. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A source of bytes in memory. */
export const memorySource = (bytes: Uint8Array): Source => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { size: buffer.length, bytes: (start, end) => buffer.subarray(start, end) }
}

/** What a format's structure says of a picture or video. */
export interface Structure {
  /** Pixels as stored; `turned` says whether showing it swaps them. Null `turned`: the EXIF orientation decides. */
  readonly width: number | null
  readonly height: number | null
  readonly turned: boolean | null
  /** What is left without the metadata, in order; null where that is the whole file. */
  readonly picture: ReadonlyArray<Range> | null
  /** The TIFF block with the EXIF. */
  readonly exif: Buffer | null
  readonly warning: string | null
}

/** A file of which nothing but the format is known. */
export const NO_STRUCTURE: Structure = {
  width: null,
  height: null,
  turned: false,
  picture: null,
  exif: null,
  warning: null
}
