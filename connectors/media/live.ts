/** The two halves of live and motion photos: a still, and a short video with the same name. */
import type { MediaFacts } from "../../src/component/media.ts"
import { type FileName, mayBeLiveHalf, mayBeLiveStill, parseName } from "./name.ts"
import { offsetBetween } from "./zone.ts"

/** A file by its name within one folder. */
export interface Named {
  readonly name: string
}

export interface LivePair<F> {
  readonly still: F
  readonly half: F
}

const MOTION = /\.(?:mp|mv)(?:~\d+)?$/i

// `PXL_1.MP.jpg` and `PXL_1.MP`, `IMG_1.HEIC` and `IMG_1-1.MOV`: all that has this in common may belong together.
const groupOf = ({ base, number }: FileName): string => base.replace(MOTION, "").replace(/-\d$/, "") + number

/** Files of one folder, in groups that may hold pairs; the files of other groups stand alone. */
export const liveGroups = <F extends Named>(files: ReadonlyArray<F>): ReadonlyArray<ReadonlyArray<F>> => {
  const halves = new Map<string, Array<F>>()
  for (const file of files) {
    const parsed = parseName(file.name)
    if (mayBeLiveHalf(parsed)) halves.set(groupOf(parsed), [])
  }
  if (halves.size === 0) return []
  for (const file of files) halves.get(groupOf(parseName(file.name)))?.push(file)
  return [...halves.values()].filter((group) => group.some(({ name }) => mayBeLiveStill(parseName(name))))
}

/** Do the names say that they are halves of one? `IMG_1.HEIC` + `IMG_1.MOV`; `PXL_1.MP(2).jpg` + `PXL_1(2).MP`. */
export const sameByName = (still: string, half: string): boolean => {
  const picture = parseName(still)
  const video = parseName(half)
  return (
    picture.number === video.number && (picture.base === video.base || picture.base === video.base + video.extension)
  )
}

// HEIC before the JPEG made from it; MP and MV, which are nothing else, before MOV and MP4.
const rank = (name: string): number => {
  const extension = parseName(name).extension.toLowerCase()
  return [".heic", ".heif", ".hif", ".mp", ".mv", ""].includes(extension.replace(/~\d+$/, "")) ? 0 : 1
}

const inOrder = <F extends Named>(files: ReadonlyArray<F>): ReadonlyArray<F> =>
  files.toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** Pairs each still of a group with at most one video: of those that fit, the first by name, whatever their order. */
export const pairsOf = <F extends Named>(
  group: ReadonlyArray<F>,
  fits: (still: F, half: F) => boolean
): ReadonlyArray<LivePair<F>> => {
  const free = new Set(inOrder(group.filter(({ name }) => mayBeLiveHalf(parseName(name)))))
  const stills = inOrder(group.filter(({ name }) => mayBeLiveStill(parseName(name))))
  return stills.flatMap((still) => {
    const half = [...free].find((candidate) => fits(still, candidate))
    if (half === undefined) return []
    free.delete(half)
    return [{ still, half }]
  })
}

// A live photo's video starts a moment before its still.
const APART = 15_000

type Times = Pick<MediaFacts, "takenAt" | "takenLocal">

/** False where the times say that these are two recordings; cameras that state no offset are off by one. */
export const isSameMoment = (still: Times, half: Times): boolean => {
  if (half.takenAt === null) return true
  if (still.takenAt !== null) return Math.abs(still.takenAt - half.takenAt) <= APART
  return still.takenLocal === null || offsetBetween(still.takenLocal, half.takenAt, APART) !== null
}
