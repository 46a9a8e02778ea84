/**
 * How Takeout names sidecars and edited copies after a picture. A sidecar's name follows from the picture's, never the
 * other way round: of `name.ext`, or `name.ext.supplemental-metadata`, the first 46 UTF-16 units, then `(N)`, `.json`.
 */
import { type FileName, kindByName, parseName, stemOf } from "../media/name.ts"

const LIMIT = 46
const SUFFIX = ".supplemental-metadata"
const JSON_EXTENSION = ".json"

export const isJsonName = (name: string): boolean => name.toLowerCase().endsWith(JSON_EXTENSION)

/** A name and a number by which a picture and its sidecar meet: `IMG.JPG/(1)`. */
export type SidecarKey = `${string}/${string}`

const keyOf = (base: string, number: string): SidecarKey => `${base}/${number}`

/** Any beginning of the suffix may be left of it, down to its dot. */
const withoutSuffix = (base: string): string => {
  const dot = base.lastIndexOf(".")
  return dot > 0 && SUFFIX.startsWith(base.slice(dot)) ? base.slice(0, dot) : base
}

/** What a JSON file's name shows of its picture's. */
export const sidecarBase = (jsonName: string): string =>
  withoutSuffix(jsonName.slice(0, -JSON_EXTENSION.length).replace(/\(\d+\)$/, ""))

/** The keys of a JSON file: with its number read as one, and as a part of the name; with and without suffix. */
export const sidecarKeys = (jsonName: string): ReadonlyArray<SidecarKey> => {
  const whole = jsonName.slice(0, -JSON_EXTENSION.length)
  const [, base = whole, number = ""] = /^(.+)(\(\d+\))$/s.exec(whole) ?? []
  const keys = [keyOf(base, number), keyOf(withoutSuffix(base), number)]
  if (number !== "") keys.push(keyOf(whole, ""), keyOf(withoutSuffix(whole), ""))
  return keys.filter((key, at) => keys.indexOf(key) === at)
}

// A cut through a surrogate pair leaves half a character, which is dropped or replaced.
const cut = (text: string): ReadonlyArray<string> => {
  if (text.length <= LIMIT) return []
  const clipped = text.slice(0, LIMIT)
  const whole = clipped.slice(0, -1)
  return (clipped.isWellFormed() ? [clipped] : [whole, `${whole}\uFFFD`, `${whole}?`]).map((form) =>
    form.normalize("NFC")
  )
}

// Accents count twice where a system writes them apart from their letters.
const cuts = (text: string): ReadonlyArray<string> => {
  const decomposed = text.normalize("NFD")
  return decomposed === text ? cut(text) : [...cut(text), ...cut(decomposed)]
}

/** The keys of a picture's own sidecar: its number behind the extension, or in place as in `skytree (2).jpg`. */
export const ownKeys = ({ base, number, extension }: FileName): ReadonlyArray<SidecarKey> =>
  number === ""
    ? [keyOf(base + extension, "")]
    : [keyOf(base + extension, number), keyOf(base + number + extension, "")]

/**
 * Keys that show less than the name, so that other pictures may have them too: it was cut, or the picture was uploaded
 * without the extension that it has in the export.
 */
export const looseKeys = ({ base, number, extension }: FileName): ReadonlyArray<SidecarKey> => {
  const forms = [...cuts(base + extension), ...(extension === "" ? [] : [base])]
  const keys = forms.map((form) => keyOf(form, number))
  if (number === "" || base.length >= LIMIT) return keys
  const inPlace = [...cuts(base + number + extension), ...(extension === "" ? [] : [base + number])]
  return [...keys, ...inPlace.map((form) => keyOf(form, ""))]
}

/** The key of a sidecar that was cut shorter, to the length of its picture's name; null: the name is short anyway. */
export const shortKey = ({ base, number, extension }: FileName): SidecarKey | null => {
  const length = base.length + extension.length - JSON_EXTENSION.length
  return length < 20 || length >= LIMIT ? null : keyOf((base + extension).slice(0, length), number)
}

/** The keys of a sidecar without its picture's extension, where it shows one. */
export const stemKeys = (jsonName: string): ReadonlyArray<SidecarKey> =>
  sidecarKeys(jsonName).flatMap((key) => {
    const slash = key.lastIndexOf("/")
    const name = key.slice(0, slash)
    return kindByName(name) === null ? [] : [keyOf(stemOf(parseName(name)), key.slice(slash + 1))]
  })

/** The keys of a picture by its stem alone, among those of `stemKeys`. */
export const keysByStem = ({ base, number }: FileName): ReadonlyArray<SidecarKey> =>
  number === "" ? [keyOf(base, "")] : [keyOf(base, number), keyOf(base + number, "")]

/** Is the name so long that nothing of the extension is left in its sidecar's? */
export const isCut = ({ base }: FileName): boolean => base.length >= LIMIT

// What Google calls an edit, in the languages known; its own creations are always named in English.
const EDITS = (
  "edited|bearbeitet|modifié|modificato|bewerkt|editado|ha editado|editada|editat|edytowane|編集済み|编辑|已编辑|已編輯|編輯|" +
  "отредактировано|відредаговано|편집됨|muokattu|redigeret|redigerad|redigert|upravené|upraveno|düzenlendi|szerkesztett|" +
  "effects|motion|animation|smile|collage|mix"
)
  .split("|")
  .map((word) => `-${word}`)

const isPlausiblyCut = ({ base, number, extension }: FileName): boolean => (base + number + extension).length >= LIMIT

/**
 * Stems that the original of an edited copy may have, longest first: `x-edited(1).jpg` is an edit of `x(1).jpg`.
 * In long names the suffix itself is cut, down to its hyphen.
 */
export const originalStems = (name: FileName): ReadonlyArray<string> => {
  const { base, number } = name
  const dash = base.lastIndexOf("-")
  if (dash <= 0) return []
  const found = EDITS.filter(
    (suffix) => base.length > suffix.length && base.slice(-suffix.length).toLowerCase() === suffix
  )
  const stems = found.map((suffix) => base.slice(0, -suffix.length) + number)
  const tail = base.slice(dash).toLowerCase()
  if (isPlausiblyCut(name) && EDITS.some((suffix) => suffix !== tail && suffix.startsWith(tail)))
    stems.push(base.slice(0, dash) + number)
  return stems
}

/**
 * Does the title lead to this name? Names keep the beginning of the title, with `_` for what file systems forbid.
 * Null: there is no title.
 */
export const titleLeadsTo = (title: string | null, { base, extension }: FileName): boolean | null => {
  if (title === null) return null
  const text = title.normalize("NFC")
  const sameKind = parseName(text).extension.toLowerCase() === extension.toLowerCase()
  return sameKind && startsAlike(text, base)
}

/** Does the text begin with this name, where `_` stands for anything? */
export const startsAlike = (text: string, name: string): boolean => {
  if (text.startsWith(name)) return true
  if (text.length < name.length) return false
  for (let index = 0; index < name.length; index++) if (name[index] !== "_" && name[index] !== text[index]) return false
  return true
}
