/** Copies of a file as bad disks, broken downloads and busy people make them; the same for the same seed. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Random, stream } from "../../../src/sample/random.ts"

/** How many copies of each file; `KEEPSAKE_FUZZ` sets it. */
export const COPIES = Number(process.env["KEEPSAKE_FUZZ"] ?? 50)

const cut = (bytes: Uint8Array, random: Random) => bytes.slice(0, random.integer(0, bytes.length - 1))

const flipped = (bytes: Uint8Array, random: Random) => {
  const copy = Uint8Array.from(bytes)
  for (let flips = random.integer(1, 5); flips > 0; flips--) {
    const at = random.integer(0, bytes.length - 1)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7))
  }
  return copy
}

/** A piece from anywhere, put anywhere. */
const spliced = (bytes: Uint8Array, random: Random) => {
  const from = random.integer(0, bytes.length - 1)
  const piece = bytes.slice(from, from + random.integer(1, 200))
  const at = random.integer(0, bytes.length)
  return Uint8Array.from([...bytes.slice(0, at), ...piece, ...bytes.slice(at)])
}

const same = (bytes: Uint8Array) => bytes

export interface Spoiled {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The `index`th bad copy: cut, with flipped bits, with a piece too much, or under another format's name. */
export const spoil = (name: string, bytes: Uint8Array, extensions: ReadonlyArray<string>, index: number): Spoiled => {
  const random = stream("spoil", name, index)
  const stem = name.replace(/\.\w+$/, "")
  const own = name.slice(stem.length)
  const damage = random.pick([cut, flipped, spliced, same])
  const renamed = damage === same || random.chance(0.2)
  const extension = renamed ? (extensions[random.integer(0, extensions.length - 1)] ?? own) : own
  return { name: `${stem}-${index}${extension}`, bytes: damage(bytes, random) }
}

/** Writes files below a folder, and names it. */
export const writeFiles = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}
