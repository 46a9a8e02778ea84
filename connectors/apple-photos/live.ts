/** Which still and which video are one live photo, and why. */
import { type LivePair, isSameMoment, pairsOf, sameByName } from "../media/live.ts"
import { sameButForDigit } from "./naming.ts"
import type { Shot } from "./picture.ts"

export interface Half {
  readonly shot: Shot
  readonly words: string
}

export interface LivePhotos {
  readonly halfOf: ReadonlyMap<Shot, Half>
  /** All that are no pictures of their own. */
  readonly halves: ReadonlySet<Shot>
}

interface Rule {
  readonly words: string
  readonly fits: (still: Shot, half: Shot) => boolean
}

const inOneFolder = (one: Shot, other: Shot): boolean => one.picture.place.folder === other.picture.place.folder

const knowsTime = ({ facts }: Shot): boolean => facts.takenAt !== null || facts.takenLocal !== null

const haveOneId = ({ facts }: Shot, { facts: { livePhotoId } }: Shot): boolean =>
  facts.livePhotoId !== null && facts.livePhotoId === livePhotoId

/** Without two ids there is the name, within a folder, and the time. */
const mayBeOne = (still: Shot, half: Shot): boolean =>
  (still.facts.livePhotoId === null || half.facts.livePhotoId === null) && inOneFolder(still, half)

const closeInTime = (still: Shot, half: Shot): boolean =>
  knowsTime(still) && knowsTime(half) && isSameMoment(still.facts, half.facts)

const BY_ID = "by Apple's content identifier"

// Cameras count names anew: `IMG_0861.MOV` may be no half of `IMG_0861.HEIC`, and `IMG_0861-1.MOV` may be.
const RULES: ReadonlyArray<Rule> = [
  {
    words: BY_ID,
    fits: (still, half) => haveOneId(still, half) && inOneFolder(still, half) && sameByName(still.name, half.name)
  },
  { words: BY_ID, fits: (still, half) => haveOneId(still, half) && inOneFolder(still, half) },
  { words: BY_ID, fits: haveOneId },
  {
    words: "by its name and time",
    fits: (still, half) => mayBeOne(still, half) && sameByName(still.name, half.name) && closeInTime(still, half)
  },
  {
    words: "by its time, and its name but for a digit",
    fits: (still, half) => mayBeOne(still, half) && sameButForDigit(still.name, half.name) && closeInTime(still, half)
  },
  {
    words: "by its name: one of them knows no time",
    fits: (still, half) =>
      mayBeOne(still, half) && sameByName(still.name, half.name) && !(knowsTime(still) && knowsTime(half))
  }
]

/** Copies of a still, or of a half, from overlapping exports share what one of them found. */
const withCopies = (shots: ReadonlyArray<Shot>, pairs: ReadonlyMap<Shot, Half>): LivePhotos => {
  const byStill = new Map([...pairs].map(([still, half]) => [still.facts.contentHash, half]))
  const moving = new Set([...pairs.values()].map(({ shot }) => shot.facts.contentHash))
  const halfOf = new Map<Shot, Half>()
  const halves = new Set<Shot>()
  for (const shot of shots) {
    const half = pairs.get(shot) ?? byStill.get(shot.facts.contentHash)
    if (moving.has(shot.facts.contentHash)) halves.add(shot)
    else if (half !== undefined) halfOf.set(shot, half)
  }
  return { halfOf, halves }
}

export const livePhotos = (shots: ReadonlyArray<Shot>): LivePhotos => {
  const pairs = new Map<Shot, Half>()
  const taken = new Set<Shot>()
  for (const { words, fits } of RULES) {
    const found: ReadonlyArray<LivePair<Shot>> = pairsOf(
      shots.filter((shot) => !taken.has(shot)),
      (still, half) => still.facts.kind !== "video" && half.facts.kind !== "photo" && fits(still, half)
    )
    for (const { still, half } of found) {
      pairs.set(still, { shot: half, words: `live half ${half.name} ${words}` })
      taken.add(still).add(half)
    }
  }
  return withCopies(shots, pairs)
}

/** What was decided against: the video of the still's name that is a recording of its own. */
export const strangerOf = (still: Shot, shots: ReadonlyArray<Shot>, { halves }: LivePhotos): string | null => {
  const stranger = shots.find(
    (shot) =>
      shot !== still &&
      shot.facts.kind === "video" &&
      still.facts.kind === "photo" &&
      !halves.has(shot) &&
      inOneFolder(still, shot) &&
      sameByName(still.name, shot.name)
  )
  if (stranger === undefined) return null
  const { livePhotoId } = stranger.facts
  const told = still.facts.livePhotoId !== null && livePhotoId !== null
  return `${stranger.name} is another recording, by its ${told ? "content identifier" : "time"}`
}
