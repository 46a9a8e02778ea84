/** How a shot appears in an export: its file's name, format and metadata, and the sidecar that serves it. */
import { createHash } from "node:crypto"
import { EpochMillis } from "../component/column.ts"
import type { Exif } from "./exif.ts"
import { gifFile, pngFile } from "./graphic.ts"
import { type Palette, cropped, jpegFile, pictureOf } from "./picture.ts"
import { type Random, cycled } from "./random.ts"
import type { CameraName, KnownPlaces, Shot } from "./shots.ts"
import { type MediaName, type Sidecar, type SidecarStyle, fileName, sidecarName } from "./sidecar.ts"
import { SECOND, clip, compactTime, offsetMinutes } from "./time.ts"
import { videoFile } from "./video.ts"

export interface Look {
  readonly shot: Shot
  /** Equal for all files that show the same picture. */
  readonly asset: string
  readonly name: MediaName
  readonly format: "jpeg" | "png" | "gif" | "video"
  readonly exif: Exif | null
  readonly sidecar: Sidecar | null
  /** File name of the picture that this is an edit of. */
  readonly editedFrom: string | null
  /** File name of the moving half. */
  readonly liveVideo: string | null
}

const CAMERAS: { readonly [K in CameraName]: Pick<Exif, "make" | "model" | "software" | "byteOrder"> } = {
  pixel: { make: "Google", model: "Pixel 7", software: "HDR+ 1.0.540104767zd", byteOrder: "little" },
  iphone: { make: "Apple", model: "iPhone 13", software: "16.3.1", byteOrder: "big" },
  nikon: { make: "NIKON CORPORATION", model: "NIKON D3500", software: null, byteOrder: "little" },
  lumix: { make: "Panasonic", model: "DC-TZ95", software: null, byteOrder: "little" }
}

/** Cameras that count begin again after 9999: in a year no two pictures of a day's first 27 share a number. */
const counter = ({ day, index }: Shot): string =>
  String(((((day * 27 + index) % 9999) + 9999) % 9999) + 1).padStart(4, "0")

/** `20230306_101530`, the local time. */
export const stamp = ({ at, zone }: Shot): string => compactTime(at, offsetMinutes(at, zone)).replace("T", "_")

const plainName = (shot: Shot): MediaName => {
  switch (shot.camera) {
    case "pixel": {
      const thousandths = String((shot.index * 137 + 11) % 1000).padStart(3, "0")
      return { stem: `PXL_${compactTime(shot.at).replace("T", "_")}${thousandths}`, number: null, extension: ".jpg" }
    }
    case "iphone":
      return { stem: `IMG_${counter(shot)}`, number: null, extension: ".JPG" }
    case "nikon":
      return { stem: `DSC_${counter(shot)}`, number: null, extension: ".JPG" }
    case "lumix":
      return { stem: `P1${counter(shot)}`, number: null, extension: ".JPG" }
  }
}

const offsetText = (minutes: number): string => {
  const part = (value: number) => String(value).padStart(2, "0")
  const size = Math.abs(minutes)
  return `${minutes < 0 ? "-" : "+"}${part(Math.floor(size / 60))}:${part(size % 60)}`
}

interface ExifDetails extends Pick<Exif, "orientation" | "position"> {
  readonly offset: boolean
}

const exifOf = (shot: Shot, details: ExifDetails): Exif => {
  const minutes = offsetMinutes(shot.at, shot.zone)
  const local = compactTime(shot.at, minutes)
  const date = `${local.slice(0, 4)}:${local.slice(4, 6)}:${local.slice(6, 8)}`
  return {
    ...CAMERAS[shot.camera],
    orientation: details.orientation,
    localTime: `${date} ${local.slice(9, 11)}:${local.slice(11, 13)}:${local.slice(13, 15)}`,
    offset: details.offset ? offsetText(minutes) : null,
    position: details.position
  }
}

const photoId = (file: string, shot: Shot): string =>
  `AF1Qip${createHash("sha256").update(`${shot.id} ${file}`).digest("base64url").slice(0, 38)}`

/** The sidecar of a file; `changes` say what is unusual about it. */
export const sidecarOf = (
  shot: Shot,
  name: MediaName,
  style: SidecarStyle,
  changes: Partial<Sidecar> = {}
): Sidecar => ({
  file: sidecarName(name, style),
  title: `${name.stem}${name.extension}`,
  description: shot.index % 9 === 4 ? "A good day, all in all; see also the next one." : "",
  timestamp: String(shot.at / SECOND),
  created: shot.at / SECOND + 600 + (shot.index % 7) * 90,
  views: (shot.day + shot.index * 3) % 40,
  place: shot.position,
  cameraPlace: shot.position,
  people: shot.people,
  photoId: photoId(fileName(name), shot),
  origin: { mobileUpload: { deviceType: shot.camera === "iphone" ? "IOS_PHONE" : "ANDROID_PHONE" } },
  broken: false,
  ...changes
})

/** The big camera knows no place; at times Google guesses it all the same. */
const knownPlaces = (shot: Shot, random: Random): KnownPlaces => {
  const { known, position } = shot
  if (known !== null) return known
  if (shot.needsPlace) return { camera: position, google: position }
  if (shot.camera === "nikon") return { camera: null, google: random.chance(0.5) ? position : null }
  return random.chance(0.93) ? { camera: position, google: position } : { camera: null, google: null }
}

/** Phones know their zone; cameras show what they were set to. */
const isPhone = (camera: CameraName): boolean => camera === "pixel" || camera === "iphone"

/** A shot with nothing unusual about it. */
export const plainLook = (shot: Shot, random: Random): Look => {
  const name = plainName(shot)
  const { camera, google } = knownPlaces(shot, random)
  const orientation = cycled([1, 1, 1, 6, 1, 1, 8, 1, 1, 3], random.integer(0, 9))
  const offset = isPhone(shot.camera) && random.chance(0.75)
  const style: SidecarStyle = random.chance(0.5) ? "legacy" : "supplemental"
  return {
    shot,
    asset: shot.id,
    name,
    format: "jpeg",
    exif: exifOf(shot, { orientation, position: camera, offset }),
    sidecar: sidecarOf(shot, name, style, { place: google, cameraPlace: camera }),
    editedFrom: null,
    liveVideo: null
  }
}

/** The same picture under another name, its sidecar in the given style. */
export const renamed = (look: Look, name: MediaName, style: SidecarStyle, changes: Partial<Sidecar> = {}): Look => {
  const { place, cameraPlace } = look.sidecar ?? { place: null, cameraPlace: null }
  return { ...look, name, sidecar: sidecarOf(look.shot, name, style, { place, cameraPlace, ...changes }) }
}

/** Another picture of the same scene, seconds later. */
export const nextLook = (look: Look, seconds: number): Look => {
  const shot = { ...look.shot, id: `${look.shot.id}+${seconds}`, at: EpochMillis(look.shot.at + seconds * SECOND) }
  const exif = look.exif === null ? null : exifOf(shot, { ...look.exif, offset: look.exif.offset !== null })
  return { ...look, shot, asset: shot.id, exif }
}

/** A look whose file itself says when it was taken, whatever its sidecar says. */
export const selfDated = (look: Look): Look => {
  const { exif, shot } = look
  if (exif === null) return look
  return { ...look, exif: exifOf(shot, { ...exif, offset: true }) }
}

/** The file's content. An edit is the picture that its original shows, cropped. */
export const mediaBytes = (palette: Palette, { asset, shot, format, exif, editedFrom, sidecar }: Look): Buffer => {
  switch (format) {
    case "jpeg": {
      const picture = pictureOf(palette, editedFrom === null ? asset : shot.id)
      return jpegFile(palette, editedFrom === null ? picture : cropped(picture), exif)
    }
    case "png":
      return pngFile(asset)
    case "gif":
      return gifFile(asset)
    case "video":
      return videoFile(asset, shot.at, sidecar?.cameraPlace ?? null)
  }
}

/** The moving half of a live photo. */
export const liveBytes = ({ shot, exif }: Look): Buffer => videoFile(`${shot.id} live`, shot.at, exif?.position ?? null)

const WORDS = "walk_by_the_river_with_all_of_us_before_the_rain_came_down_and_then_home"

/** A stem of exactly so many UTF-16 units, which no other shot has. */
export const longStem = (shot: Shot, length: number, prefix = "Screenshot"): string => {
  const start = `${prefix}_${stamp(shot)}_`
  return `${start}${WORDS.slice(0, clip(length - start.length, 0, WORDS.length))}`
}
