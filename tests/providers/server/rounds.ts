/** Listings in pages: what is listed is fixed when a listing starts, and a page can be asked for again. */
import { stream } from "../../../src/sample/random.ts"

export interface Page<T, C> {
  readonly items: ReadonlyArray<T>
  /** Where the next page starts; null on the last one. */
  readonly next: string | null
  /** What was remembered when the listing started. */
  readonly context: C
}

export interface Rounds<T, C> {
  /** Starts a listing; the token is that of its first page. */
  readonly open: (items: ReadonlyArray<T>, context: C) => string
  /** Null for a token that is none. */
  readonly page: (token: string, size: number) => Page<T, C> | null
  readonly contextOf: (token: string) => C | null
}

const encode = (round: number, offset: number, empty: boolean) =>
  Buffer.from(`${round}.${offset}.${empty ? "e" : "f"}`).toString("base64url")

const decode = (token: string) => {
  const parts = /^(\d+)\.(\d+)\.([ef])$/.exec(Buffer.from(token, "base64url").toString())
  return parts === null ? null : { round: Number(parts[1]), offset: Number(parts[2]), empty: parts[3] === "e" }
}

/** `ragged` is the share of pages that are shorter than they could be, or empty, though more follow. */
export const roundsOf = <T, C>(name: string, seed: number, ragged: number): Rounds<T, C> => {
  const rounds: Array<{ readonly items: ReadonlyArray<T>; readonly context: C }> = []
  return {
    open: (items, context) => {
      rounds.push({ items, context })
      return encode(rounds.length - 1, 0, false)
    },
    contextOf: (token) => rounds[decode(token)?.round ?? -1]?.context ?? null,
    page: (token, size) => {
      const place = decode(token)
      const round = rounds[place?.round ?? -1]
      if (place === null || round === undefined) return null
      const { items, context } = round
      const random = stream("page", name, seed, token)
      const short = random.chance(ragged) && items.length > 0
      // An empty page follows no empty page: there is an end to it.
      const empty = short && !place.empty && random.chance(0.4)
      const taken = empty ? 0 : short ? random.integer(1, size) : size
      const end = Math.min(items.length, place.offset + taken)
      const next = end < items.length ? encode(place.round, end, taken === 0) : null
      return { items: items.slice(place.offset, end), next, context }
    }
  }
}
