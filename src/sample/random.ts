/** Random numbers that are the same on every machine: a life is made again from its seed, day by day, in any order. */
import { createHash } from "node:crypto"

export type NonEmpty<T> = readonly [T, ...ReadonlyArray<T>]

export interface Random {
  /** Uniform in [0, 1), in steps of 2^-32. */
  readonly next: () => number
  /** A uniform integer from `low` to `high`, both included. */
  readonly integer: (low: number, high: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(items: NonEmpty<T>) => T
}

/**
 * The stream of random numbers that belongs to a name, such as `("shots", seed, day)`.
 * The generator is sfc32 (Doty-Humphrey, PractRand), its state the first 128 bits of the name's SHA-256.
 */
export const stream = (...name: ReadonlyArray<string | number>): Random => {
  const digest = createHash("sha256").update(name.join("\u001f")).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = digest.readInt32LE(12)
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0]
  }
}

/** The item at `index`, counted around the end, for negative numbers too. */
export const cycled = <T>(items: NonEmpty<T>, index: number): T =>
  items[((index % items.length) + items.length) % items.length] ?? items[0]
