/** Photos and videos as they are kept at a provider, each with bytes of its own, made when they are asked for. */
import { type NonEmpty, type Random, stream } from "../../../src/sample/random.ts"
import { type Palette, cropped, jpegFile, makePalette, pictureOf } from "../../../src/sample/picture.ts"
import type { Exif } from "../../../src/sample/exif.ts"
import { type Position, dinners, home, outings, walks } from "../../../src/sample/places.ts"
import { videoFile } from "../../../src/sample/video.ts"
import { DAY_MS } from "./moment.ts"

export interface Photo {
  readonly id: string
  readonly fileName: string
  readonly mimeType: string
  readonly kind: "photo" | "video"
  /** Milliseconds since 1970, whole seconds. */
  readonly takenAt: number
  /** In pixels. */
  readonly size: () => { readonly width: number; readonly height: number }
  readonly camera: { readonly make: string; readonly model: string } | null
  readonly description: string | null
  /** Only such ones can be seen through the Library API. */
  readonly appCreated: boolean
  /** Of a video, whether it can be fetched. */
  readonly ready: boolean
  readonly albums: ReadonlyArray<string>
  /** As the camera wrote it, with the place. */
  readonly original: () => Buffer
  /** What the provider hands out: without the place. */
  readonly download: () => Buffer
  readonly thumbnail: () => Buffer
}

export interface PhotoAlbum {
  readonly id: string
  readonly title: string
}

export interface Shelf {
  readonly user: string
  /** In the order in which they were added, removed ones left out: the truth to test against. */
  readonly photos: () => ReadonlyArray<Photo>
  readonly albums: () => ReadonlyArray<PhotoAlbum>
  readonly get: (id: string) => Photo | undefined
  /** New ones of the generator's; their ids. */
  readonly add: (count: number) => ReadonlyArray<string>
  /** One of the test's own, or another version of one that is there. */
  readonly put: (photo: Photo) => void
  readonly remove: (count: number) => ReadonlyArray<string>
}

export interface ShelfOptions {
  readonly seed: number
  readonly user: string
  readonly size: number
  /** Milliseconds since 1970: photos are taken between these. */
  readonly from: number
  readonly to: number
}

const CAMERAS: NonEmpty<NonNullable<Photo["camera"]>> = [
  { make: "Google", model: "Pixel 9" },
  { make: "Apple", model: "iPhone 15 Pro" },
  { make: "NIKON CORPORATION", model: "NIKON Z 6_2" }
]
const SPOTS: NonEmpty<Position> = [home, ...walks, ...dinners, ...outings]
const ALBUMS: NonEmpty<PhotoAlbum> = [
  { id: "ALBUM-1", title: "Summer ☀️" },
  { id: "ALBUM-2", title: "Scans" },
  { id: "ALBUM-3", title: "" }
]

const exifTime = (at: number) => new Date(at).toISOString().slice(0, 19).replaceAll("-", ":").replace("T", " ")

const exifOf = ({ takenAt, camera }: Pick<Photo, "takenAt" | "camera">, position: Position | null): Exif => ({
  make: camera?.make ?? "",
  model: camera?.model ?? "",
  software: null,
  orientation: 1,
  byteOrder: "little",
  localTime: exifTime(takenAt),
  offset: "+00:00",
  position
})

const stillOf = (palette: () => Palette, random: Random, name: string, common: Pick<Photo, "takenAt" | "camera">) => {
  const position = random.pick(SPOTS)
  const picture = () => pictureOf(palette(), name)
  return {
    kind: "photo" as const,
    mimeType: "image/jpeg",
    size: picture,
    ready: true,
    original: () => jpegFile(palette(), picture(), exifOf(common, position)),
    download: () => jpegFile(palette(), picture(), exifOf(common, null)),
    thumbnail: () => jpegFile(palette(), cropped(picture()), null)
  }
}

const videoOf = (palette: () => Palette, random: Random, name: string, takenAt: number) => {
  const position = random.pick(SPOTS)
  return {
    kind: "video" as const,
    mimeType: "video/mp4",
    size: () => ({ width: 64, height: 48 }),
    ready: random.chance(0.9),
    original: () => videoFile(name, takenAt, position),
    download: () => videoFile(name, takenAt, null),
    thumbnail: () => jpegFile(palette(), pictureOf(palette(), name), null)
  }
}

const photoAt = (palette: () => Palette, { seed, user, from, to }: ShelfOptions, index: number): Photo => {
  const random = stream("photo", seed, user, index)
  const name = `${seed} ${user} ${index}`
  const days = Math.max(1, Math.floor((to - from) / DAY_MS))
  const takenAt =
    Math.floor((from + random.integer(0, days - 1) * DAY_MS) / 1000) * 1000 + random.integer(0, 86_399) * 1000
  const camera = random.chance(0.9) ? random.pick(CAMERAS) : null
  const video = random.chance(0.05)
  const number = String((index % 9999) + 1).padStart(4, "0")
  const content = video ? videoOf(palette, random, name, takenAt) : stillOf(palette, random, name, { takenAt, camera })
  return {
    id: `A${Buffer.from(name).toString("base64url")}`,
    // Counters start again: names are no keys.
    fileName: video ? `PXL_${number}.mp4` : `IMG_${number}.jpg`,
    takenAt,
    camera,
    description: random.chance(0.1) ? `Photo number ${index}` : null,
    appCreated: random.chance(0.5),
    albums: random.chance(0.3) ? [random.pick(ALBUMS).id] : [],
    ...content
  }
}

const remembered = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

export const shelfOf = (options: ShelfOptions): Shelf => {
  const palette = remembered(makePalette)
  const photos = new Map<string, Photo>()
  let made = 0
  const add = (count: number): ReadonlyArray<string> =>
    Array.from({ length: count }, () => {
      const photo = photoAt(palette, options, made)
      made++
      photos.set(photo.id, photo)
      return photo.id
    })
  add(options.size)
  return {
    user: options.user,
    photos: () => [...photos.values()],
    albums: () => ALBUMS,
    get: (id) => photos.get(id),
    add,
    put: (photo) => {
      photos.set(photo.id, photo)
    },
    remove: (count) => {
      const ids = [...photos.keys()].slice(0, count)
      for (const id of ids) photos.delete(id)
      return ids
    }
  }
}
