/** Names of edited copies: Google appends a word in the account's language, and may clip it. */
import { type FileName, parseName } from "../media/name.ts"

const WORDS = [
  "edited",
  "bearbeitet",
  "modifié",
  "modificato",
  "bewerkt",
  "editado",
  "ha editado",
  "editat",
  "edytowane",
  "編集済み",
  "编辑",
  "effects",
  "motion",
  "animation",
  "smile",
  "collage",
  "mix"
]

// Names of media have at most 51 units with their extension; some of them go to a number.
const LONG = 46

/** The name of the original, where the name is that of an edited copy: `x-edited(1).jpg` is made of `x(1).jpg`. */
export const originalName = ({ base, number, extension }: FileName): FileName | null => {
  const dash = base.lastIndexOf("-")
  if (dash <= 0) return null
  const word = base.slice(dash + 1).toLowerCase()
  const clipped = base.length + extension.length >= LONG
  if (!WORDS.some((known) => known === word || (clipped && known.startsWith(word)))) return null
  const inner = parseName(base.slice(0, dash) + extension)
  return number === "" ? inner : { base: base.slice(0, dash), number, extension }
}
