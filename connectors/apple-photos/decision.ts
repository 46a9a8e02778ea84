/** All that is decided about the pictures of a family together, once their bytes are known, and how that is told. */
import { xmpWords } from "../folder/beside.ts"
import { type DetailsMatch, matchDetails } from "./details.ts"
import { type Original, originalOf } from "./edit.ts"
import { type Half, livePhotos, strangerOf } from "./live.ts"
import type { DetailsRow, Family, Shot } from "./picture.ts"

/** What is known of one picture that becomes a record. */
export interface Decision {
  readonly shot: Shot
  /** Undefined: no table speaks of where it lies. */
  readonly details: DetailsMatch | undefined
  readonly original: Original | null
  readonly half: Half | undefined
  /** A video of its name that isn't its half, in words. */
  readonly stranger: string | null
}

export interface Decisions {
  readonly decisions: ReadonlyArray<Decision>
  readonly unusedRows: ReadonlyArray<DetailsRow>
}

const isInLibrary = ({ picture: { place } }: Shot): boolean => place.area === "library" || place.area === "deleted"

const copyKey = ({ picture, facts }: Shot): string => `${picture.place.path}#${facts.contentHash}`

/** Copies of a picture in overlapping exports share the row that one of them found. */
const withCopies = (matches: ReadonlyMap<Shot, DetailsMatch>): ReadonlyMap<Shot, DetailsMatch> => {
  const found = new Map([...matches].flatMap(([shot, match]) => (match.row === null ? [] : [[copyKey(shot), match]])))
  return new Map(
    [...matches].map(([shot, match]) => [shot, match.row === null ? (found.get(copyKey(shot)) ?? match) : match])
  )
}

export const decide = (shots: ReadonlyArray<Shot>, family: Family): Decisions => {
  const { matches: own, unused } = matchDetails(shots.filter(isInLibrary), family)
  const matches = withCopies(own)
  const live = livePhotos(shots)
  const pictures = shots.filter((shot) => !live.halves.has(shot))
  const decisions = pictures.map((shot): Decision => {
    const original = originalOf(shot, pictures)
    const details = matches.get(shot)
    const served = details?.status === "orphan" && original?.shot ? matches.get(original.shot) : details
    const half = live.halfOf.get(shot)
    return {
      shot,
      details: served,
      original,
      half,
      stranger: half === undefined ? strangerOf(shot, shots, live) : null
    }
  })
  return { decisions, unusedRows: unused }
}

export const isDeleted = ({ shot, details }: Decision): boolean =>
  shot.picture.place.area === "deleted" || details?.row?.deleted === true

const statusOf = ({ shot, details, original, half }: Decision): "matched" | "ambiguous" | "orphan" => {
  if (details?.status === "ambiguous" || original?.isAmbiguous === true) return "ambiguous"
  const isXmpFound = xmpWords(shot.picture.xmp)?.isFound
  if (details?.status === "matched" || isXmpFound === true || half !== undefined || original?.shot) return "matched"
  return details?.status === "orphan" || isXmpFound === false || original !== null ? "orphan" : "matched"
}

/** How sidecar, details, original and half were found; null: there was nothing to find. */
export const wordsOf = (decision: Decision): string | null => {
  const { shot, details, original, half, stranger } = decision
  const words = [
    xmpWords(shot.picture.xmp)?.words,
    details?.words,
    original?.words,
    half?.words,
    stranger,
    isDeleted(decision) ? "in Recently Deleted" : null
  ].flatMap((some) => some ?? [])
  return words.length === 0 ? null : `${statusOf(decision)}: ${words.join("; ")}`
}
