/** What lasts for long: where the person lives and works. Even seeds move house; odd ones have a flat for weekends. */
import type { Place } from "../places.ts"
import { flat, homes, offices } from "./places.ts"

/** The first day without the first job, and the first with the second. */
export const JOB_ENDS = 492
export const NEXT_JOB_BEGINS = 511

/** The first night in the second home. */
const MOVES = 430

export interface Era {
  readonly kind: "home" | "second-home" | "work"
  readonly place: Place
  /** Days, from the first to before the last; without an end where it goes on. */
  readonly from: number
  readonly to: number
}

const [firstHome, secondHome] = homes
const [firstOffice, secondOffice] = offices

export const hasFlat = (seed: number): boolean => seed % 2 !== 0

/** Where the person lives on a day. */
export const homeOn = (seed: number, day: number): Place => (hasFlat(seed) || day < MOVES ? firstHome : secondHome)

/** Whose colleagues are invited on a day. */
export const jobOn = (day: number): "first-job" | "second-job" => (day < NEXT_JOB_BEGINS ? "first-job" : "second-job")

/** Where the person works; null between the jobs. */
export const officeOn = (day: number): Place | null =>
  day < JOB_ENDS ? firstOffice : day >= NEXT_JOB_BEGINS ? secondOffice : null

export const eras = (seed: number): ReadonlyArray<Era> => [
  { kind: "home", place: firstHome, from: -Infinity, to: hasFlat(seed) ? Infinity : MOVES },
  hasFlat(seed)
    ? { kind: "second-home", place: flat, from: -Infinity, to: Infinity }
    : { kind: "home", place: secondHome, from: MOVES, to: Infinity },
  { kind: "work", place: firstOffice, from: -Infinity, to: JOB_ENDS },
  { kind: "work", place: secondOffice, from: NEXT_JOB_BEGINS, to: Infinity }
]
