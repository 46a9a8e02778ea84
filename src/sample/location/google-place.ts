/** How Google names places and writes coordinates and times. */
import { createHash } from "node:crypto"
import type { EpochMillis } from "../../component/column.ts"
import type { Place, Position } from "../places.ts"
import { MINUTE } from "../time.ts"
import type { Days } from "../whereabouts.ts"

/** Opaque, and the same for a place for good. */
export const placeId = ({ latitude, longitude, name }: Place): string =>
  `ChIJ${createHash("sha256").update(`${name} ${latitude} ${longitude}`).digest("base64url").slice(0, 23)}`

const WRAP = 2 ** 32

/** Degrees times ten million. `wrapped` adds 2^32 to what is negative, as Google's unsigned numbers do at times. */
export const e7 = (degrees: number, wrapped: boolean): number => {
  const value = Math.round(degrees * 1e7)
  return wrapped && value < 0 ? value + WRAP : value
}

/** `2023-03-06T10:15:30.000+01:00`, the clocks of the zone. */
export const localIso = ({ offsetAt }: Pick<Days, "offsetAt">, instant: EpochMillis, zone: string): string => {
  const offset = offsetAt(instant, zone)
  const size = Math.abs(offset)
  const part = (value: number) => String(value).padStart(2, "0")
  const local = new Date(instant + offset * MINUTE).toISOString().slice(0, 23)
  return `${local}${offset < 0 ? "-" : "+"}${part(Math.floor(size / 60))}:${part(size % 60)}`
}

/** `48.2121000°, 16.3442000°` */
export const degrees = ({ latitude, longitude }: Position, decimals: number): string =>
  `${latitude.toFixed(decimals)}°, ${longitude.toFixed(decimals)}°`

/** `geo:48.212100,16.344200` */
export const geoUri = ({ latitude, longitude }: Position): string =>
  `geo:${latitude.toFixed(6)},${longitude.toFixed(6)}`

/** Elements of a JSON array, one a line, piece by piece. */
export function* elements(days: Iterable<ReadonlyArray<string>>): Generator<string> {
  let first = true
  for (const lines of days) {
    if (lines.length === 0) continue
    yield `${first ? "" : ","}\n${lines.join(",\n")}`
    first = false
  }
}

/** A value for each day from `from` to before `to`. */
export function* eachDay<T>(from: number, to: number, make: (day: number) => T): Generator<T> {
  for (let day = from; day < to; day++) yield make(day)
}
