/** When a picture was taken: the instant, the date at the place and its zone, from sources that may disagree. */
import { EpochMillis, type LocalDate, type WallMillis } from "../../src/component/column.ts"
import { type Zones, dateAt, fixedZone, offsetBetween } from "./zone.ts"

/** Whom to believe where a sidecar and the camera disagree. */
export type TimePreference = "camera" | "sidecar"

export interface TimeEvidence {
  /** The instant that a sidecar states. */
  readonly stated: EpochMillis | null
  /** The instant that the file itself states. */
  readonly exact: EpochMillis | null
  /** The camera's clock. */
  readonly wall: WallMillis | null
  /** The offset from UTC that the file states, in minutes. */
  readonly offsetMinutes: number | null
  /** The zone where the coordinates lie. */
  readonly placeZone: string | null
  /** The zone to assume where nothing says better. */
  readonly assumedZone: string
  /** The time of the run: nothing was taken after it. */
  readonly now: EpochMillis
}

export interface Moment {
  readonly takenAt: EpochMillis | null
  readonly localDate: LocalDate | null
  readonly timeZone: string | null
}

const DAY = 86_400_000
// The oldest photograph, and a year beyond which a date is a broken number.
const EARLIEST = Date.UTC(1826, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)
// A sidecar repeats the camera's time to the second; a satellite's time may be older than the picture.
const EQUAL = 2000
const FIX_AGE = 90_000

const plausible = <T extends number>(time: T | null): T | null =>
  time !== null && time >= EARLIEST && time < LATEST ? time : null

const fromFile = (
  zones: Zones,
  { placeZone, assumedZone }: TimeEvidence,
  exact: EpochMillis | null,
  wall: WallMillis | null
) => exact ?? (wall === null ? null : zones.instant(placeZone ?? assumedZone, wall))

/** A sidecar's time in the future is an error, if the file knows one in the past. */
const trusted = (stated: EpochMillis | null, file: EpochMillis | null, now: EpochMillis): EpochMillis | null =>
  stated !== null && file !== null && stated > now + DAY && file <= now + DAY ? null : stated

export const momentOf = (zones: Zones, evidence: TimeEvidence, preference: TimePreference): Moment => {
  const { placeZone, assumedZone, offsetMinutes, now } = evidence
  const exact = plausible(evidence.exact)
  const wall = plausible(evidence.wall)
  const file = fromFile(zones, evidence, exact, wall)
  const stated = trusted(plausible(evidence.stated), file, now)
  const implied = wall === null || stated === null ? null : offsetBetween(wall, stated, EQUAL)
  const offset =
    offsetMinutes !== null
      ? offsetMinutes * 60_000
      : ((wall === null || exact === null ? null : offsetBetween(wall, exact, FIX_AGE)) ?? implied)
  // A clock without a zone or place says less than a sidecar that agrees with it up to an offset.
  const cameras = exact === null && placeZone === null && implied !== null ? stated : file
  const takenAt = preference === "sidecar" ? (stated ?? file) : (cameras ?? stated)
  if (takenAt === null) return { takenAt, localDate: null, timeZone: placeZone }
  if (placeZone !== null) {
    const ahead = zones.offset(placeZone, takenAt)
    // A clock that a sidecar took for UTC still shows the right date.
    const mistaken = implied === 0 && exact === null && wall !== null && ahead !== 0
    return { takenAt, localDate: mistaken ? dateAt(EpochMillis(wall), 0) : dateAt(takenAt, ahead), timeZone: placeZone }
  }
  const assumed = zones.offset(assumedZone, takenAt)
  const ahead = offset ?? assumed
  return {
    takenAt,
    localDate: dateAt(takenAt, ahead),
    timeZone: ahead === assumed ? assumedZone : fixedZone(ahead)
  }
}
