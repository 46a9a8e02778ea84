/** A trap: something that real exports do and that importers stumble over. It turns an ordinary picture into files. */
import type { Look } from "./look.ts"
import type { Random } from "./random.ts"

/** A file that is no picture of the life. */
export interface OtherFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly fate: "orphan-sidecar" | "reject" | "ignored"
  readonly why: string
}

export interface Piece {
  readonly looks: ReadonlyArray<Look>
  readonly others: ReadonlyArray<OtherFile>
}

export interface Trap {
  readonly name: string
  /** The picture's place can't be known afterwards. */
  readonly hidesPlace: boolean
  readonly make: (plain: Look, random: Random) => Piece
}

export const piece = (...looks: ReadonlyArray<Look>): Piece => ({ looks, others: [] })

export const trap = (name: string, make: Trap["make"]): Trap => ({ name, hidesPlace: false, make })

export const hidingTrap = (name: string, make: Trap["make"]): Trap => ({ name, hidesPlace: true, make })
