/** Which picture an edited copy was made of. */
import { parseName, stemOf } from "../media/name.ts"
import { nameKey, originalStem } from "./naming.ts"
import type { Shot } from "./picture.ts"

export interface Original {
  /** Null: it isn't here, or it can't be told which. */
  readonly shot: Shot | null
  readonly words: string
  readonly isAmbiguous: boolean
}

const extensionOf = ({ name }: Shot): string => parseName(name).extension.toLowerCase()

const likeness = (copy: Shot, original: Shot): number =>
  (copy.facts.kind === original.facts.kind ? 2 : 0) + (extensionOf(copy) === extensionOf(original) ? 1 : 0)

/** Editing keeps the time at which a picture was taken. */
const sameTime = ({ facts: one }: Shot, { facts: other }: Shot): boolean =>
  one.takenLocal !== null && one.takenLocal === other.takenLocal

/** The original among pictures that are no halves; null: the name is no edited copy's. Its folder comes before others. */
export const originalOf = (copy: Shot, shots: ReadonlyArray<Shot>): Original | null => {
  const stem = originalStem(copy.name)
  if (stem === null) return null
  const named = shots.filter((shot) => shot !== copy && nameKey(stemOf(parseName(shot.name))) === nameKey(stem))
  const beside = named.filter(({ picture }) => picture.place.folder === copy.picture.place.folder)
  // Another part may have another picture of the name.
  const possible = beside.length > 0 ? beside : named.filter((shot) => sameTime(copy, shot))
  const [first, ...others] = possible.toSorted((a, b) => likeness(copy, b) - likeness(copy, a))
  if (first === undefined)
    return named.length === 0
      ? { shot: null, words: "an edited copy whose original isn't here", isAmbiguous: false }
      : { shot: null, words: `an edited copy, perhaps of ${named[0]?.name} in another part`, isAmbiguous: true }
  const rivals = others.filter(
    (other) => likeness(copy, other) === likeness(copy, first) && other.facts.contentHash !== first.facts.contentHash
  )
  return rivals.length === 0
    ? { shot: first, words: `an edited copy of ${first.name}`, isAmbiguous: false }
    : { shot: null, words: `an edited copy of one of several ${first.name}`, isAmbiguous: true }
}
