/** What can be learned from a picture's or video's bytes, read once. */
import { Context, type Effect } from "effect"
import type { Entry } from "./archive.ts"
import type { EpochMillis, WallMillis } from "./column.ts"
import type { SourceError } from "./error.ts"

export interface MediaFacts {
  /** By content, not by extension. Null: the format isn't known (then nothing below but the hashes is). */
  readonly mimeType: string | null
  readonly kind: "photo" | "video" | null
  readonly bytes: number
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly contentHash: string
  /** SHA-256 of the picture without its metadata; of the file where the format isn't known. */
  readonly pictureHash: string
  /** Pixels, after the orientation is applied. */
  readonly width: number | null
  readonly height: number | null
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number | null
  /**
   * The camera's clock: the time of taking, else of digitizing, else of the last change; of each kind what EXIF says, else
   * XMP, else IPTC. QuickTime creation for videos.
   */
  readonly takenLocal: WallMillis | null
  /** The instant, when the file states an offset or GPS time, or (videos) keeps UTC. */
  readonly takenAt: EpochMillis | null
  /** The stated offset from UTC in minutes. */
  readonly offsetMinutes: number | null
  /** WGS 84 degrees; null when absent, 0,0 or out of range. */
  readonly latitude: number | null
  readonly longitude: number | null
  /** Metres above sea level. */
  readonly altitude: number | null
  readonly cameraMake: string | null
  readonly cameraModel: string | null
  /** Apple's or Google's id that links the halves of a live photo. */
  readonly livePhotoId: string | null
  /** What people wrote counts before what the camera did: XMP, else IPTC, else EXIF. */
  readonly title: string | null
  readonly description: string | null
  /** Names of the people on the picture. */
  readonly people: ReadonlyArray<string>
  /** What was wrong with the metadata, if anything; the picture is kept all the same. */
  readonly warning: string | null
}

/** A file that can't be a picture: empty, unreadable, cut short before its header ends. */
export interface UnreadableMedia {
  readonly code: "media-empty" | "media-unreadable" | "media-checksum"
  readonly reason: string
}

export type MediaResult =
  | { readonly _tag: "Facts"; readonly facts: MediaFacts }
  | { readonly _tag: "Unreadable"; readonly problem: UnreadableMedia }

/** Reads media in bulk. Results stand in the order of the entries. Fails only when an archive itself can't be read. */
export class MediaReader extends Context.Service<
  MediaReader,
  { readonly read: (entries: ReadonlyArray<Entry>) => Effect.Effect<ReadonlyArray<MediaResult>, SourceError> }
>()("keepsake/component/MediaReader") {}
