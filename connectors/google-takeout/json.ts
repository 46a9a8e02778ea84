/** What a JSON file of a photo export says: it may describe a picture, an album, or something else. */
import { Result } from "effect"
import { EpochMillis } from "../../src/component/column.ts"
import { kindByName } from "../media/name.ts"
import { type Position, type Sidecar, positionOf } from "../media/sidecar.ts"
import type { Broken } from "../media/sidecars.ts"

export interface PhotoSidecar extends Sidecar {
  readonly trashed: boolean
  /** Taken by a partner who shares all pictures. */
  readonly fromPartner: boolean
  /** Who said something about it, or liked it, in a shared album. */
  readonly sharers: ReadonlyArray<string>
}

export interface AlbumMetadata {
  /** Null: untitled. */
  readonly title: string | null
  readonly description: string | null
  /** Who said something in it, or liked it: nobody else who shares it is told. */
  readonly sharers: ReadonlyArray<string>
}

export type TakeoutJson =
  | { readonly kind: "picture"; readonly sidecar: PhotoSidecar }
  | { readonly kind: "album"; readonly album: AlbumMetadata }
  | { readonly kind: "other" }

type Fields = { readonly [key: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string | null => (typeof value === "string" && value.trim() !== "" ? value : null)

/** Epochs are texts of seconds, at times numbers; `"0"` means unknown. */
const timeOf = (value: unknown): EpochMillis | null => {
  const stamp = isFields(value) ? value["timestamp"] : undefined
  const seconds = typeof stamp === "number" || textOf(stamp) !== null ? Number(stamp) : 0
  return Number.isFinite(seconds) && seconds !== 0 ? EpochMillis(seconds * 1000) : null
}

const placeOf = (value: unknown): Position | null =>
  isFields(value) ? positionOf(value["latitude"], value["longitude"], value["altitude"]) : null

const namesIn = (value: unknown, field: string): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    const name = isFields(one) ? textOf(one[field]) : null
    return name === null ? [] : [name]
  })

const sharersOf = (fields: Fields): ReadonlyArray<string> => [
  ...new Set(namesIn(fields["sharedAlbumComments"], "contentOwnerName"))
]

// `fromPartnerSharing` is an empty object: it counts by presence.
const isPartners = (origin: unknown): boolean => isFields(origin) && origin["fromPartnerSharing"] !== undefined

const sidecarOf = (fields: Fields): PhotoSidecar => ({
  title: textOf(fields["title"]),
  description: textOf(fields["description"]),
  takenAt: timeOf(fields["photoTakenTime"]),
  takenLocal: null,
  // What Google or the person says of the place, before what the camera said.
  position: placeOf(fields["geoData"]) ?? placeOf(fields["geoDataExif"]),
  people: namesIn(fields["people"], "name"),
  trashed: fields["trashed"] === true,
  fromPartner: isPartners(fields["googlePhotosOrigin"]),
  sharers: sharersOf(fields)
})

const OF_PICTURES = [
  "photoTakenTime",
  "creationTime",
  "geoDataExif",
  "googlePhotosOrigin",
  "imageViews",
  "url",
  "photoLastModifiedTime"
]

const albumOf = (fields: Fields): AlbumMetadata => ({
  title: textOf(fields["title"]),
  description: textOf(fields["description"]),
  sharers: sharersOf(fields)
})

/** A title alone describes an album, unless it names a picture. */
const classify = (fields: Fields): TakeoutJson => {
  const older = fields["albumData"]
  if (isFields(older)) return { kind: "album", album: albumOf({ ...fields, ...older }) }
  if (OF_PICTURES.some((key) => fields[key] !== undefined)) return { kind: "picture", sidecar: sidecarOf(fields) }
  const { title } = fields
  if (typeof title !== "string") return { kind: "other" }
  return kindByName(title) === null
    ? { kind: "album", album: albumOf(fields) }
    : { kind: "picture", sidecar: sidecarOf(fields) }
}

// A text with characters that nobody can read is a broken one.
const decoder = new TextDecoder("utf-8", { fatal: true })

export const readJson = (bytes: Uint8Array): TakeoutJson | Broken =>
  Result.match(
    Result.try({
      try: (): unknown => JSON.parse(decoder.decode(bytes)),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    }),
    {
      onFailure: (reason): Broken => ({ kind: "broken", reason, raw: bytes }),
      onSuccess: (value): TakeoutJson => (isFields(value) ? classify(value) : { kind: "other" })
    }
  )
