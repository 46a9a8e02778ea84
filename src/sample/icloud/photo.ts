/** The iPhone's pictures as iCloud has them. Most are the very files of the Takeout; every fourth lays a trap. */
import { createHash } from "node:crypto"
import { EpochMillis } from "../../component/column.ts"
import { pngFile } from "../graphic.ts"
import { type Look, liveBytes, mediaBytes, plainLook } from "../look.ts"
import type { Palette } from "../picture.ts"
import type { Position } from "../places.ts"
import { type NonEmpty, cycled, stream } from "../random.ts"
import type { Shot } from "../shots.ts"
import { HOUR, SECOND, weekdayOf } from "../time.ts"
import { videoFile } from "../video.ts"
import type { Days } from "../whereabouts.ts"

export type CloudTrap = "live" | "live-jpeg" | "live-beside-stranger" | "screenshot" | "recently-deleted" | "hidden"

export interface CloudFile {
  readonly name: string
  /** Made as it is asked for. */
  readonly content: () => Uint8Array
}

export interface CloudPhoto {
  readonly file: CloudFile
  /** The moving half of a live photo. */
  readonly half: CloudFile | null
  readonly kind: "photo" | "live-photo" | "video"
  readonly folder: "Photos" | "Recently Deleted"
  /** 1 or 2. */
  readonly part: number
  readonly trap: CloudTrap | null
  /** Equal to the Takeout's `asset` where the picture is the same. */
  readonly asset: string
  readonly takenAt: EpochMillis
  /** As the file itself has it. */
  readonly position: Position | null
  readonly favorite: boolean
  readonly hidden: boolean
  /** Titles of the lists that have its name. */
  readonly albums: ReadonlyArray<string>
  readonly memories: ReadonlyArray<string>
}

const TRAPS: NonEmpty<CloudTrap> = [
  "live",
  "live-beside-stranger",
  "screenshot",
  "recently-deleted",
  "live-jpeg",
  "hidden"
]

/** Every fifth day counts from the same number as the day before, so that two parts have one name for two pictures. */
const stemOf = (day: number, rank: number): string => {
  const counting = day % 5 === 0 ? day - 1 : day
  return `IMG_${String((counting + 1) * 27 + rank + 1).padStart(4, "0")}`
}

const partOf = (day: number): number => (Math.abs(day) % 2) + 1

/** Titles of lists are file names: nothing stands in them that files don't like. */
const listName = (title: string): string => title.replaceAll(/[/:]/g, "-")

const albumsOf = (days: Days, { day, event, index }: Shot): ReadonlyArray<string> => {
  const trip = days.tripOn(day)
  return [
    ...(trip !== null && index % 3 !== 0 ? [listName(trip.destination.album)] : []),
    ...(event?.album ? [listName(event.album)] : [])
  ]
}

const ownLook = (look: Look): Look => {
  const shot = { ...look.shot, id: `${look.shot.id}/icloud` }
  return { ...look, shot, asset: shot.id }
}

/** A video of nobody's picture, some hours before, whose name is that of another's live half. */
const stranger = (photo: CloudPhoto, look: Look, stem: string): CloudPhoto => {
  const asset = `${look.asset}/stranger`
  const takenAt = EpochMillis(photo.takenAt - 5 * HOUR - 2222 * SECOND)
  return {
    ...photo,
    file: { name: `${stem}.MOV`, content: () => videoFile(asset, takenAt, look.shot.position) },
    half: null,
    kind: "video",
    asset,
    takenAt,
    position: look.shot.position,
    favorite: false,
    albums: [],
    memories: []
  }
}

const photosOf = (palette: Palette, days: Days, shot: Shot, rank: number): ReadonlyArray<CloudPhoto> => {
  const look = plainLook(shot, stream("look", shot.id))
  const stem = stemOf(shot.day, rank)
  const trap = shot.index % 4 === 0 ? cycled(TRAPS, shot.day + shot.index / 4) : null
  const plain: CloudPhoto = {
    file: { name: `${stem}.JPG`, content: () => mediaBytes(palette, look) },
    half: null,
    kind: "photo",
    folder: "Photos",
    part: partOf(shot.day),
    trap,
    asset: look.asset,
    takenAt: shot.at,
    position: look.exif?.position ?? null,
    favorite: shot.index % 7 === 3,
    hidden: false,
    albums: albumsOf(days, shot),
    memories: days.tripOn(shot.day) === null || shot.index % 2 === 0 ? [] : ["On the road"]
  }
  if (trap === null) return [plain]
  const own = ownLook(look)
  const content = () => mediaBytes(palette, own)
  const other: CloudPhoto = { ...plain, file: { name: `${stem}.JPG`, content }, asset: own.asset }
  const live = (extension: string, half: string): CloudPhoto => ({
    ...other,
    file: { name: `${stem}${extension}`, content },
    half: { name: half, content: () => liveBytes(own) },
    kind: "live-photo"
  })
  switch (trap) {
    case "live":
      return [live(".HEIC", `${stem}.MOV`)]
    case "live-jpeg":
      return [live(".JPG", `${stem}.MOV`)]
    case "live-beside-stranger": {
      const photo = live(".HEIC", `${stem}-1.MOV`)
      return [photo, stranger(photo, own, stem)]
    }
    case "screenshot": {
      // Neither time nor place: Apple's table has its minute.
      const png: Look = { ...own, format: "png", exif: null }
      const file = { name: `${stem}.PNG`, content: () => mediaBytes(palette, png) }
      return [{ ...other, file, position: null, albums: [], memories: [] }]
    }
    case "recently-deleted":
      return [{ ...other, folder: "Recently Deleted", favorite: false, albums: [], memories: [] }]
    case "hidden":
      return [{ ...other, hidden: true }]
  }
}

/** A day's pictures, in the order of their times. */
export const photosOn = (palette: Palette, days: Days, day: number): ReadonlyArray<CloudPhoto> =>
  days
    .shots(day)
    .filter(({ camera }) => camera === "iphone")
    .flatMap((shot, rank) => photosOf(palette, days, shot, rank))

/** What Apple calls a checksum: opaque, and the same for a picture in every export. */
export const checksumOf = ({ asset }: CloudPhoto, half: boolean): string =>
  `A${createHash("sha256").update(`${asset} ${half}`).digest("base64").slice(0, 26)}`

/** Other people's pictures, in an album that they share. On Sundays. */
export const sharedOn = (seed: number, day: number): ReadonlyArray<CloudFile & { readonly asset: string }> => {
  if (weekdayOf(day) !== 6) return []
  const asset = `${seed}/${day}/shared`
  return [{ asset, name: `IMG_${String(2000 + day)}.PNG`, content: () => pngFile(asset) }]
}
