/** How Apple names files that belong together: copies of one name, edited copies, halves of live photos. */
import { parseName, stemOf } from "../media/name.ts"

/** Names are compared without regard to case and Unicode form. */
export const nameKey = (name: string): string => name.normalize("NFC").toLowerCase()

/** The stem of the original of an edited copy, `IMG_E1234` or `x_edited`; null: the name is no edited copy's. */
export const originalStem = (name: string): string | null => {
  const { base, number } = parseName(name)
  const [, camera, digits] = /^(IMG_)E(\d+.*)$/i.exec(base) ?? []
  if (camera !== undefined && digits !== undefined) return camera + digits + number
  const [, before] = /^(.+)_edited$/i.exec(base) ?? []
  return before === undefined ? null : before + number
}

// A second file of one name becomes `IMG_0861-1` or, with its four digits, `IMG_07401`.
const root = (stem: string): string =>
  nameKey(stem)
    .replace(/-\d$/, "")
    .replace(/^(img_e?\d{4})\d$/, "$1")

/** What all files that may belong together have in common. */
export const familyOf = (name: string): string => root(originalStem(name) ?? stemOf(parseName(name)))

/** Are the names the same but for the digit that a second file of one name gets? */
export const sameButForDigit = (one: string, other: string): boolean =>
  root(stemOf(parseName(one))) === root(stemOf(parseName(other)))

/** `IMG_0740.AAE` and `IMG_O0740.AAE` say how a picture was edited. */
export const isEditInstructions = (name: string): boolean => parseName(name).extension.toLowerCase() === ".aae"
