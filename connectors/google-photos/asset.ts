/** A photo or video as Google lists it, whichever of its two APIs does. */
import { Result } from "effect"
import { EpochMillis, type Json } from "../../src/component/column.ts"
import { readItem } from "../../src/component/item.ts"
import { LibraryItem, PickedItem } from "./shape.ts"

export interface Asset {
  readonly id: string
  readonly fileName: string
  readonly mimeType: string | null
  readonly kind: "photo" | "video"
  readonly createdAt: EpochMillis | null
  readonly width: number | null
  readonly height: number | null
  readonly camera: string | null
  readonly description: string | null
  /** Of videos: `READY`, `PROCESSING`, `FAILED`. */
  readonly status: string
  /** Where its bytes are, for an hour. */
  readonly baseUrl: string
  /** All that Google says, less the address of its bytes, which is another each time. */
  readonly raw: Json
}

export type ReadAsset = (raw: Json) => Result.Result<Asset, string>

const instantOf = (text: string | undefined): EpochMillis | null => {
  const time = Date.parse(text ?? "")
  return Number.isNaN(time) ? null : EpochMillis(time)
}

interface Camera {
  readonly cameraMake?: string
  readonly cameraModel?: string
}

const cameraOf = ({ cameraMake, cameraModel }: Camera = {}): string | null =>
  [cameraMake, cameraModel].filter((part) => part !== undefined && part !== "").join(" ") || null

/** The value without `baseUrl`, however deep. */
const lasting = (value: Json): Json => {
  if (value === null || typeof value !== "object") return value
  if (Array.isArray(value)) return value.map((item: Json) => lasting(item))
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "baseUrl")
      .map(([key, inner]) => [key, lasting(inner)])
  )
}

const readPickedItem = readItem(PickedItem)
const readLibraryItem = readItem(LibraryItem)

export const pickedAsset: ReadAsset = (raw) =>
  Result.map(readPickedItem(raw), ({ createTime, id, mediaFile, type }) => {
    const { baseUrl, filename, mediaFileMetadata: metadata, mimeType } = mediaFile
    const video = type === "VIDEO" || mimeType?.startsWith("video/") === true
    return {
      id,
      fileName: filename ?? id,
      mimeType: mimeType ?? null,
      kind: video ? "video" : "photo",
      createdAt: instantOf(createTime),
      width: metadata?.width ?? null,
      height: metadata?.height ?? null,
      camera: cameraOf(metadata),
      description: null,
      status: metadata?.videoMetadata?.processingStatus ?? "READY",
      baseUrl,
      raw: lasting(raw)
    }
  })

export const libraryAsset: ReadAsset = (raw) =>
  Result.map(readLibraryItem(raw), ({ baseUrl, description, filename, id, mediaMetadata: metadata, mimeType }) => {
    const video = metadata?.video !== undefined || mimeType?.startsWith("video/") === true
    return {
      id,
      fileName: filename ?? id,
      mimeType: mimeType ?? null,
      kind: video ? "video" : "photo",
      createdAt: instantOf(metadata?.creationTime),
      width: metadata?.width ?? null,
      height: metadata?.height ?? null,
      camera: cameraOf(metadata?.video ?? metadata?.photo),
      description: description ?? null,
      status: metadata?.video?.status ?? "READY",
      baseUrl,
      raw: lasting(raw)
    }
  })
