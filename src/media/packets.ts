/** Metadata in a file beside EXIF: found, but not yet read, since most of it says nothing that EXIF doesn't. */
import type { Range, Source, Structure } from "./source.ts"

export interface Packets {
  /** The main XMP packet first, then what didn't fit into it. */
  readonly xmp: ReadonlyArray<Buffer>
  /** Photoshop's resources, IPTC among them. */
  readonly photoshop: Buffer | null
}

export const NO_PACKETS: Packets = { xmp: [], photoshop: null }

/** Of two places that may hold packets, each kind from the first that does. */
export const eitherOf = (first: Packets, second: Packets): Packets =>
  second === NO_PACKETS
    ? first
    : {
        xmp: first.xmp.length > 0 ? first.xmp : second.xmp,
        photoshop: first.photoshop ?? second.photoshop
      }

/** A file's structure, and what it holds of other metadata. */
export interface Described extends Structure {
  readonly packets: Packets
}

/** Editors' notes of their work reach some 100 KB; what is larger isn't read, but holds pictures or malice. */
export const LARGEST_PACKET = 1 << 20

/** The packet at a place of the source, as the only one; of one too large, just enough to see that it is. */
export const packetAt = (source: Source, range: Range | undefined): Packets =>
  range === undefined || range.end <= range.start
    ? NO_PACKETS
    : {
        xmp: [Buffer.from(source.bytes(range.start, Math.min(range.end, range.start + LARGEST_PACKET + 1)))],
        photoshop: null
      }
