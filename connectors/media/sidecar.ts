/** What a file beside a picture says about it, whatever its format. */
import type { EpochMillis, WallMillis } from "../../src/component/column.ts"

/** WGS 84 degrees; metres above sea level. */
export interface Position {
  readonly latitude: number
  readonly longitude: number
  readonly altitude: number | null
}

export interface Sidecar {
  readonly title: string | null
  readonly description: string | null
  /** The instant, where it is stated. */
  readonly takenAt: EpochMillis | null
  /** The camera's clock, where only that is stated. */
  readonly takenLocal: WallMillis | null
  readonly position: Position | null
  /** Names of the people on the picture. */
  readonly people: ReadonlyArray<string>
}

/** A position, unless it is out of range, or the 0,0 or -180 that stands for none. */
export const positionOf = (latitude: unknown, longitude: unknown, altitude: unknown): Position | null => {
  if (typeof latitude !== "number" || typeof longitude !== "number") return null
  if (!(Math.abs(latitude) <= 90 && longitude > -180 && longitude <= 180)) return null
  if (latitude === 0 && longitude === 0) return null
  return {
    latitude,
    longitude,
    altitude: typeof altitude === "number" && Number.isFinite(altitude) && altitude !== 0 ? altitude : null
  }
}
