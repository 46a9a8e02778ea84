/** Cameras whose clocks are wrong: one runs fast until it is set right, one stays in the zone of home. */
import { EpochMillis } from "../../component/column.ts"
import type { Place } from "../places.ts"
import type { CameraName } from "../shots.ts"
import { MINUTE, SECOND, offsetMinutes } from "../time.ts"

/** Days after which the fast one is set right, and the seconds that it gains on each. */
export const SET_RIGHT = 183
export const GAIN = 3.2

export const HOME_ZONE = "Europe/Vienna"

interface Told {
  readonly at: EpochMillis
  readonly zone: string
}

/**
 * What the files of a picture tell of its time. Google repeats a camera's clock: it takes it for the local time where it
 * knows the place, and for the time of home where not.
 */
export const toldBy = (camera: CameraName, taken: EpochMillis, day: number, place: Place, placed: boolean): Told => {
  const whole = EpochMillis(Math.floor(taken / SECOND) * SECOND)
  switch (camera) {
    case "pixel":
    case "iphone":
      return { at: whole, zone: place.zone }
    case "nikon": {
      const days = ((day % SET_RIGHT) + SET_RIGHT) % SET_RIGHT
      return { at: EpochMillis(whole + Math.round(days * GAIN) * SECOND), zone: place.zone }
    }
    case "lumix": {
      if (!placed) return { at: whole, zone: HOME_ZONE }
      const ahead = offsetMinutes(whole, HOME_ZONE) - offsetMinutes(whole, place.zone)
      return { at: EpochMillis(whole + ahead * MINUTE), zone: place.zone }
    }
  }
}
