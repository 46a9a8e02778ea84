/** What a file's kinds of metadata say together: for time and place EXIF comes first, for texts what people wrote. */
import type { EpochMillis } from "../component/column.ts"
import type { MediaFacts } from "../component/media.ts"
import { type Clock, bestClock, instantOf } from "../component/time.ts"
import { type XmpFacts, readXmp } from "../component/xmp.ts"
import { type IptcFacts, holdsIptc, readIptc } from "./iptc.ts"
import { LARGEST_PACKET, type Packets } from "./packets.ts"
import { type Place, placeOf } from "./place.ts"

/** What a camera says: EXIF in pictures, the index in videos. */
export interface CameraFacts extends Place {
  readonly orientation: number | null
  readonly clock: Clock | null
  /** An instant that doesn't depend on the camera's zone: of satellites, or of a video's index. */
  readonly instant: EpochMillis | null
  readonly cameraMake: string | null
  readonly cameraModel: string | null
  readonly livePhotoId: string | null
  readonly title: string | null
  readonly description: string | null
}

/** Facts in the metadata, as opposed to those in the picture. */
export type Stated = Omit<
  MediaFacts,
  "mimeType" | "kind" | "bytes" | "contentHash" | "pictureHash" | "width" | "height" | "warning"
>

export interface Told {
  readonly facts: Stated
  readonly warning: string | null
}

/** Reads of the packets only those that may add to what the camera says. Never throws. */
export const factsOf = (camera: CameraFacts, packets: Packets): Told => {
  const { xmp, warning } = xmpOf(camera, packets)
  const iptc = iptcOf(camera, packets, xmp)
  const clock = bestClock(
    [camera.clock, ...xmp.map((packet) => packet.clock), iptc?.clock ?? null].filter((found) => found !== null)
  )
  const place = placeIn(camera, xmp)
  return {
    warning,
    facts: {
      orientation: camera.orientation,
      takenLocal: clock?.local ?? null,
      takenAt: takenAt(clock, camera.instant),
      offsetMinutes: clock?.offsetMinutes ?? null,
      latitude: place.latitude,
      longitude: place.longitude,
      altitude: place.altitude,
      cameraMake: camera.cameraMake,
      cameraModel: camera.cameraModel,
      livePhotoId: camera.livePhotoId,
      title: firstOf(xmp, ({ title }) => title) ?? iptc?.title ?? camera.title,
      description: firstOf(xmp, ({ description }) => description) ?? iptc?.description ?? camera.description,
      people: [...new Set(xmp.flatMap(({ people }) => people))]
    }
  }
}

const firstOf = (xmp: ReadonlyArray<XmpFacts>, pick: (facts: XmpFacts) => string | null): string | null => {
  for (const facts of xmp) {
    const found = pick(facts)
    if (found !== null) return found
  }
  return null
}

/** A receiver that lost the sky repeats its last time: further from the camera's clock than any zone, it isn't believed. */
const FURTHEST = 15 * 3_600_000

const takenAt = (clock: Clock | null, instant: EpochMillis | null): EpochMillis | null => {
  if (clock !== null && clock.offsetMinutes !== null) return instantOf(clock.local, clock.offsetMinutes)
  return clock !== null && instant !== null && Math.abs(instant - clock.local) > FURTHEST ? null : instant
}

const placeIn = (camera: CameraFacts, xmp: ReadonlyArray<XmpFacts>): Place => {
  if (camera.latitude !== null) return camera
  const places = xmp.map(({ latitude, longitude, altitude }) => placeOf(latitude, longitude, altitude))
  return places.find(({ latitude }) => latitude !== null) ?? camera
}

/** Where these stand, there may be a title, a description or a person: most packets only say which program was used. */
const TEXTS = [":title", ":description", "PersonInImage", "RegionList", "PersonDisplayName"]
const TIMES = ["DateTimeOriginal", "DateCreated", "DateTimeDigitized", "CreateDate"]
const PLACES = ["GPSLatitude"]

const lacksTime = ({ clock }: CameraFacts) => clock?.event !== "taken" || clock.offsetMinutes === null

const NO_XMP = { xmp: [], warning: null }

const xmpOf = (
  camera: CameraFacts,
  packets: Packets
): { readonly xmp: ReadonlyArray<XmpFacts>; readonly warning: string | null } => {
  if (packets.xmp.length === 0) return NO_XMP
  const wanted = [...TEXTS, ...(lacksTime(camera) ? TIMES : []), ...(camera.latitude === null ? PLACES : [])]
  const xmp: Array<XmpFacts> = []
  let warning: string | null = null
  for (const packet of packets.xmp) {
    if (!wanted.some((name) => packet.includes(name))) continue
    if (packet.length > LARGEST_PACKET) {
      warning = "The XMP metadata is too large to be read."
      continue
    }
    try {
      xmp.push(readXmp(packet))
    } catch (cause) {
      warning = `The XMP metadata is damaged: ${cause instanceof Error ? cause.message : String(cause)}`
    }
  }
  return { xmp, warning }
}

const iptcOf = (camera: CameraFacts, packets: Packets, xmp: ReadonlyArray<XmpFacts>): IptcFacts | null => {
  const { photoshop } = packets
  if (photoshop === null || photoshop.length > LARGEST_PACKET || !holdsIptc(photoshop)) return null
  const known = (pick: (facts: XmpFacts) => unknown) => xmp.some((facts) => pick(facts) !== null)
  const nothingNew = known(({ title }) => title) && known(({ description }) => description) && !lacksTime(camera)
  return nothingNew ? null : readIptc(photoshop)
}
