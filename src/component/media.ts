/** What can be learned from a picture's or video's bytes, read once. */
import { Context, type Effect, Schema } from "effect"
import type { Entry } from "./archive.ts"
import { EpochMillis, WallMillis } from "./column.ts"
import type { SourceError } from "./error.ts"

const Instant = Schema.Number.pipe(Schema.fromBrand("EpochMillis", EpochMillis))
const Wall = Schema.Number.pipe(Schema.fromBrand("WallMillis", WallMillis))

export const MediaFacts = Schema.Struct({
  /** By content, not by extension. Null: the format isn't known (then nothing below but the hashes is). */
  mimeType: Schema.NullOr(Schema.String),
  kind: Schema.NullOr(Schema.Literals(["photo", "video"])),
  bytes: Schema.Number,
  /** SHA-256 of the file, lower-case hexadecimal. */
  contentHash: Schema.String,
  /** SHA-256 of the picture without its metadata; of the file where the format isn't known. */
  pictureHash: Schema.String,
  /** Pixels, after the orientation is applied. */
  width: Schema.NullOr(Schema.Number),
  height: Schema.NullOr(Schema.Number),
  /** EXIF orientation, 1 to 8. */
  orientation: Schema.NullOr(Schema.Number),
  /**
   * The camera's clock: the time of taking, else of digitizing, else of the last change; of each kind what EXIF says, else
   * XMP, else IPTC. QuickTime creation for videos.
   */
  takenLocal: Schema.NullOr(Wall),
  /** The instant, when the file states an offset or GPS time, or (videos) keeps UTC. */
  takenAt: Schema.NullOr(Instant),
  /** The stated offset from UTC in minutes. */
  offsetMinutes: Schema.NullOr(Schema.Number),
  /** WGS 84 degrees; null when absent, 0,0 or out of range. */
  latitude: Schema.NullOr(Schema.Number),
  longitude: Schema.NullOr(Schema.Number),
  /** Metres above sea level. */
  altitude: Schema.NullOr(Schema.Number),
  cameraMake: Schema.NullOr(Schema.String),
  cameraModel: Schema.NullOr(Schema.String),
  /** Apple's or Google's id that links the halves of a live photo. */
  livePhotoId: Schema.NullOr(Schema.String),
  /** What people wrote counts before what the camera did: XMP, else IPTC, else EXIF. */
  title: Schema.NullOr(Schema.String),
  description: Schema.NullOr(Schema.String),
  /** Names of the people on the picture. */
  people: Schema.Array(Schema.String),
  /** What was wrong with the metadata, if anything; the picture is kept all the same. */
  warning: Schema.NullOr(Schema.String)
})
export type MediaFacts = typeof MediaFacts.Type

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
