/** Traps of names: clipped, numbered, edited, and sidecars that serve several files. */
import { type Look, longStem, nextLook, renamed, selfDated, stamp } from "./look.ts"
import { type NonEmpty, type Random, cycled } from "./random.ts"
import { type SidecarStyle, fileName } from "./sidecar.ts"
import { type Trap, piece, trap } from "./trap.ts"

const JPG = ".jpg"

/** A name so long that exports clip its sidecar's. */
const clippedTo = (length: number, style: SidecarStyle, prefix?: string) => (plain: Look) =>
  piece(renamed(plain, { stem: longStem(plain.shot, length, prefix), number: null, extension: JPG }, style))

/** Another picture of the scene, in a file of the same name but for its number. */
const numbered = (look: Look, style: SidecarStyle): Look =>
  renamed(nextLook(look, 7), { ...look.name, number: 1 }, style)

const numberedPair = (style: SidecarStyle) => (plain: Look) =>
  piece(renamed(plain, plain.name, style), numbered(plain, style))

const EDITED = ["edited", "bearbeitet", "modifié", "modificato", "bewerkt", "editado", "ha editado", "editat"] as const
const EDITED_ELSEWHERE = ["edytowane", "編集済み", "编辑"] as const
const EFFECTS = ["EFFECTS", "SMILE", "MIX", "COLLAGE", "ANIMATION"] as const

/** A trap comes round about every 24 days: each time with the next of its variants. */
const inTurn = <T>(variants: NonEmpty<T>, { shot }: Look): T => cycled(variants, Math.floor(shot.day / 24))

/** Google keeps 47 units of a stem, whatever it ends with. */
const STEM = 47

const editOf = (look: Look, suffix: string): Look => ({
  ...look,
  asset: `${look.asset}~edit`,
  name: { ...look.name, stem: `${look.name.stem}-${suffix}`.slice(0, STEM) },
  editedFrom: fileName(look.name)
})

const withEdit = (look: Look, suffix: string) => piece(look, editOf(look, suffix))

const liveWith = (plain: Look, extension: string, stem: string, liveVideo: string) => {
  const name = { stem, number: null, extension }
  return piece({ ...renamed(plain, name, "supplemental"), liveVideo })
}

const styleOf = (random: Random): SidecarStyle => (random.chance(0.5) ? "legacy" : "supplemental")

export const nameTraps: ReadonlyArray<Trap> = [
  trap("clipped", clippedTo(47, "legacy")),
  trap("clipped-unicode", clippedTo(47, "supplemental", "Größe🎂日本語_é🌊")),
  trap("unclipped", clippedTo(44, "unclipped")),
  trap("stem-dot", clippedTo(45, "legacy")),
  trap("extension-dot", clippedTo(41, "supplemental")),
  trap("one-letter-suffix", clippedTo(40, "supplemental")),
  trap("cut-suffix", (plain, random) => clippedTo(random.integer(28, 38), "supplemental")(plain)),
  trap("numbered-legacy", numberedPair("legacy")),
  trap("numbered-supplemental", numberedPair("supplemental")),
  trap("numbered-clipped", (plain) => {
    const name = { stem: longStem(plain.shot, 44), number: null, extension: JPG }
    return numberedPair("supplemental")({ ...plain, name })
  }),
  // The numbered file lost its sidecar, and must not take the other's.
  trap("numbered-alone", (plain) => {
    const second = selfDated(numbered(plain, "legacy"))
    return piece(renamed(plain, plain.name, "legacy"), { ...second, sidecar: null })
  }),
  trap("spaced-number", (plain, random) => {
    const stem = `skytree ${stamp(plain.shot)} (2)`
    return piece(renamed(plain, { stem, number: null, extension: JPG }, styleOf(random)))
  }),
  trap("edited", (plain) => withEdit(plain, "edited")),
  trap("edited-localised", (plain) => withEdit(plain, inTurn(EDITED, plain))),
  trap("edited-elsewhere", (plain) => withEdit(plain, inTurn(EDITED_ELSEWHERE, plain))),
  trap("edited-truncated", (plain, random) => {
    const name = { stem: longStem(plain.shot, random.integer(41, 43)), number: null, extension: JPG }
    return withEdit(renamed(plain, name, "legacy"), random.pick(["edited", "bearbeitet"]))
  }),
  trap("edited-numbered", (plain) => {
    const first = renamed(plain, plain.name, "legacy")
    const second = numbered(plain, "legacy")
    return piece(first, second, editOf(second, "edited"))
  }),
  trap("effects", (plain) => withEdit(plain, inTurn(EFFECTS, plain))),
  // Two files of one burst with a single sidecar.
  trap("portrait-pair", (plain) => {
    const name = { stem: `IMG_${stamp(plain.shot)}_P`, number: null, extension: JPG }
    const first = renamed(plain, name, "legacy")
    const second = { ...first, asset: `${first.asset}~portrait`, name: { ...name, number: 1 } }
    return piece(first, second)
  }),
  trap("live-photo", (plain) => {
    const stem = `IMG_${stamp(plain.shot)}`
    return liveWith(plain, ".JPG", stem, `${stem}.MP4`)
  }),
  trap("live-photo-heic", (plain) => {
    const stem = `IMG_${stamp(plain.shot)}_HDR`
    return liveWith(plain, ".HEIC", stem, `${stem}.MP4`)
  }),
  trap("motion-photo", (plain) => {
    const stem = `PXL_${stamp(plain.shot)}.MP`
    return liveWith(plain, JPG, stem, stem)
  }),
  trap("motion-photo-bare", (plain) => {
    const stem = `MVIMG_${stamp(plain.shot)}`
    return liveWith(plain, JPG, stem, stem)
  })
]
