/** What the Photos Picker and the Photos Library answer, as far as it is read. */
import { Schema } from "effect"
import { DurationText } from "../../src/component/fields.ts"

const optional = Schema.optionalKey

export const Session = Schema.Struct({
  id: Schema.NonEmptyString,
  /** Where the person picks. */
  pickerUri: Schema.NonEmptyString,
  mediaItemsSet: optional(Schema.Boolean),
  /** Left out once the person has picked. */
  pollingConfig: optional(Schema.Struct({ pollInterval: optional(DurationText), timeoutIn: optional(DurationText) }))
})

/** Items are decoded one by one, so that one of another shape doesn't spoil the page. */
export const MediaPage = Schema.Struct({
  mediaItems: optional(Schema.Array(Schema.Json)),
  nextPageToken: optional(Schema.String)
})

const Camera = { cameraMake: optional(Schema.String), cameraModel: optional(Schema.String) }

export const PickedItem = Schema.Struct({
  id: Schema.NonEmptyString,
  createTime: optional(Schema.String),
  type: optional(Schema.String),
  mediaFile: Schema.Struct({
    baseUrl: Schema.NonEmptyString,
    mimeType: optional(Schema.String),
    filename: optional(Schema.String),
    mediaFileMetadata: optional(
      Schema.Struct({
        ...Camera,
        width: optional(Schema.Number),
        height: optional(Schema.Number),
        videoMetadata: optional(Schema.Struct({ processingStatus: optional(Schema.String) }))
      })
    )
  })
})

export const LibraryItem = Schema.Struct({
  id: Schema.NonEmptyString,
  description: optional(Schema.String),
  baseUrl: Schema.NonEmptyString,
  mimeType: optional(Schema.String),
  filename: optional(Schema.String),
  mediaMetadata: optional(
    Schema.Struct({
      creationTime: optional(Schema.String),
      /** 64-bit numbers are strings. */
      width: optional(Schema.NumberFromString),
      height: optional(Schema.NumberFromString),
      photo: optional(Schema.Struct(Camera)),
      video: optional(Schema.Struct({ ...Camera, status: optional(Schema.String) }))
    })
  )
})

const Album = Schema.Struct({
  id: Schema.NonEmptyString,
  title: optional(Schema.String),
  mediaItemsCount: optional(Schema.String)
})
export type Album = typeof Album.Type

export const AlbumPage = Schema.Struct({
  albums: optional(Schema.Array(Album)),
  nextPageToken: optional(Schema.String)
})
