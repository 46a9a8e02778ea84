/** Google's JSON beside each picture: how its name comes from the picture's, and what it says. */
import type { Json } from "../component/column.ts"
import type { Position } from "./places.ts"

/** `IMG_0412(1).JPG`: the number tells apart files that had one name. */
export interface MediaName {
  readonly stem: string
  readonly number: number | null
  /** With its dot; empty for none. */
  readonly extension: string
}

export interface Sidecar {
  readonly file: string
  readonly title: string
  readonly description: string
  /** Seconds since 1970 as Google writes them; `"0"` for unknown. */
  readonly timestamp: string
  /** Seconds since 1970 of the upload. */
  readonly created: number
  readonly views: number
  /** Google's or the person's word on the place, then the camera's. */
  readonly place: Position | null
  readonly cameraPlace: Position | null
  readonly people: ReadonlyArray<string>
  readonly photoId: string
  readonly origin: Json
  /** Cut off in the middle, as after a full disk. */
  readonly broken: boolean
}

/** Old exports say `X.jpg.json`, newer ones `X.jpg.supplemental-metadata.json`; some forget to clip it. */
export type SidecarStyle = "legacy" | "supplemental" | "unclipped"

const CLIP = 46
const SUFFIX = ".supplemental-metadata"

const numberText = ({ number }: MediaName) => (number === null ? "" : `(${number})`)

export const fileName = (name: MediaName): string => `${name.stem}${numberText(name)}${name.extension}`

/** Of name and suffix, 46 UTF-16 units are kept; the number comes behind them. */
export const sidecarName = (name: MediaName, style: SidecarStyle): string => {
  const full = `${name.stem}${name.extension}${style === "legacy" ? "" : SUFFIX}`
  return `${style === "unclipped" ? full : full.slice(0, CLIP)}${numberText(name)}.json`
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split(" ")

/** `{ timestamp, formatted }`, as in every Google date: `6 Mar 2023, 10:15:30 UTC`. */
export const googleTime = (timestamp: string): { readonly timestamp: string; readonly formatted: string } => {
  const time = new Date(Number(timestamp) * 1000)
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":")
  const formatted = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()] ?? ""} ${time.getUTCFullYear()}, ${clock} UTC`
  return { timestamp, formatted }
}

const googlePlace = (position: Position | null): Json => ({
  latitude: position?.latitude ?? 0,
  longitude: position?.longitude ?? 0,
  altitude: position?.altitude ?? 0,
  latitudeSpan: 0,
  longitudeSpan: 0
})

export const jsonBytes = (value: Json): Buffer => Buffer.from(JSON.stringify(value, null, 2))

export const sidecarBytes = (sidecar: Sidecar): Buffer => {
  const bytes = jsonBytes({
    title: sidecar.title,
    description: sidecar.description,
    imageViews: String(sidecar.views),
    creationTime: googleTime(String(sidecar.created)),
    photoTakenTime: googleTime(sidecar.timestamp),
    geoData: googlePlace(sidecar.place),
    geoDataExif: googlePlace(sidecar.cameraPlace),
    ...(sidecar.people.length === 0 ? {} : { people: sidecar.people.map((name) => ({ name })) }),
    url: `https://photos.google.com/photo/${sidecar.photoId}`,
    googlePhotosOrigin: sidecar.origin
  })
  return sidecar.broken ? bytes.subarray(0, Math.floor(bytes.length * 0.6)) : bytes
}
