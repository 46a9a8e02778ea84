/** Which sidecar names a picture's name may have led to. Always derived from the picture, never the other way round. */
import { type FileName, stemOf } from "../media/name.ts"

/** UTF-16 units that Google keeps of a sidecar's name, before its number and `.json`. */
const KEPT = 46
const SUPPLEMENT = ".supplemental-metadata"

/** How surely a name leads to a sidecar: `whole` shows the picture's extension, the others may fit several pictures. */
export type Certainty = "whole" | "clipped" | "stem"

export interface SidecarName {
  /** With `.json`. */
  readonly name: string
  readonly certainty: Certainty
}

/** Old and new naming, whole or clipped at whatever length. */
const wholeNames = (full: string, number: string): ReadonlyArray<SidecarName> =>
  Array.from({ length: SUPPLEMENT.length + 1 }, (_, length) => ({
    name: `${full}${SUPPLEMENT.slice(0, length)}${number}.json`,
    certainty: "whole"
  }))

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** The first 46 units. Half a character at the end is dropped or replaced by those who can't write it. */
const clips = (text: string): ReadonlyArray<string> => {
  if (text.length <= KEPT) return []
  const clip = text.slice(0, KEPT)
  if (!isHighSurrogate(clip.charCodeAt(KEPT - 1))) return [clip]
  const whole = clip.slice(0, -1)
  return [whole, `${whole}\ufffd`, `${whole}?`, `${whole}_`]
}

/** Archives write names in either Unicode form, and clip them in the one that they have. */
const clippedNames = (full: string, number: string): ReadonlyArray<SidecarName> => {
  const decomposed = full.normalize("NFD")
  const all = decomposed === full ? clips(full) : [...clips(full), ...clips(decomposed)]
  return all.map((clip) => ({ name: `${clip.normalize("NFC")}${number}.json`, certainty: "clipped" }))
}

/** `x (2).jpg` was called so by its owner; `x(2).jpg` got its number from Google. */
export const hasOwnNumber = ({ base, number }: FileName): boolean => number !== "" && base.endsWith(" ")

/** The names of a picture's own sidecar: each group is to be tried only if those before it lead nowhere. */
export const sidecarNames = (name: FileName): ReadonlyArray<ReadonlyArray<SidecarName>> => {
  const { base, number, extension } = name
  const asWritten = stemOf(name) + extension
  const numbered = number === "" || hasOwnNumber(name) ? [] : [base + extension]
  const forms: ReadonlyArray<readonly [full: string, stem: string, number: string]> = [
    ...numbered.map((full) => [full, base, number] as const),
    [asWritten, stemOf(name), ""]
  ]
  return [
    forms.flatMap(([full, , at]) => wholeNames(full, at)),
    forms.flatMap(([full, , at]) => clippedNames(full, at)),
    extension === ""
      ? []
      : forms.flatMap(([, stem, at]) =>
          [stem, `${stem}.`].map((start) => ({ name: `${start}${at}.json`, certainty: "stem" as const }))
        )
  ]
}

/**
 * The sidecar that a numbered picture shares with the one without a number: Google does so where the name is so
 * long that nothing of the extension is left (`…_P.jpg` and `…_P(1).jpg`). Of short names it would be a stranger's.
 */
export const sharedNames = (name: FileName): ReadonlyArray<SidecarName> =>
  name.number === "" || hasOwnNumber(name) || name.base.length < KEPT
    ? []
    : clippedNames(name.base + name.extension, "")

/**
 * Whether a title can have led to a file name: what file systems forbid became `_`, and the end may be clipped.
 * A title without an extension fits any.
 */
export const titleFits = (text: string, { base, extension }: FileName): boolean => {
  const title = text.normalize("NFC")
  const dot = title.lastIndexOf(".")
  const ending = dot > 0 ? title.slice(dot).toLowerCase() : ""
  const named = ending === extension.toLowerCase()
  const stem = named && ending !== "" ? title.slice(0, dot) : title
  if (!named && /^\.[a-z0-9]{2,5}$/.test(ending) && /[a-z]/.test(ending)) return false
  const limit = KEPT + 1 - extension.length
  if (stem.length < base.length || (stem.length > base.length && base.length < limit)) return false
  return Array.from({ length: base.length }, (_, at) => at).every((at) => base[at] === stem[at] || base[at] === "_")
}
