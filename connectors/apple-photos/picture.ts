/** What is known of a picture before and after its bytes are read. */
import type { Entry } from "../../src/component/archive.ts"
import type { MediaFacts } from "../../src/component/media.ts"
import type { XmpFile } from "../folder/beside.ts"
import type { Unit } from "../media/batches.ts"
import type { Named } from "../media/live.ts"
import type { AlbumItem, MediaSource } from "../media/row.ts"
import type { Place } from "./layout.ts"
import type { Details } from "./table.ts"

export const DELETED = "in Recently Deleted (`include_deleted: true` reads these too)"
export const NOT_MEDIA = "not a picture or video"

export interface Picture extends Named {
  readonly entry: Entry
  readonly place: Place
  /** What the name promises; null: nothing, so that the content must tell. */
  readonly kind: MediaSource["kind"] | null
  readonly xmp: XmpFile | undefined
  /** The shared album whose folder it lies in, and who shares it. */
  readonly sharedAlbum: AlbumItem | null
  readonly sharers: MediaSource["sharers"]
}

/** A picture that could be read. */
export interface Shot extends Named {
  readonly picture: Picture
  readonly facts: MediaFacts
}

/** A row of details, and the table that it stands in. */
export interface DetailsRow extends Details {
  readonly table: string
  readonly folder: string
  readonly part: string
}

/** A name in the list of an album. */
export interface Listing {
  readonly album: AlbumItem
  readonly name: string
  /** How often the list has it: then that many pictures of the name are in the album. */
  readonly times: number
}

/** All that may belong together by its names; for the library, from all parts. */
export interface Family extends Unit {
  /** To be read: as many as entries, in their order. */
  readonly pictures: ReadonlyArray<Picture>
  /** In Recently Deleted, and not wanted. */
  readonly deleted: ReadonlyArray<Picture>
  readonly rows: ReadonlyArray<DetailsRow>
  readonly listings: ReadonlyArray<Listing>
}
