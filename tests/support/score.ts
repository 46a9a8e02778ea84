/** How well what was found agrees with what is true. */

export interface Score {
  readonly right: number
  readonly found: number
  readonly told: number
}

/** With what is wrong, in words. */
export interface Judged {
  readonly score: Score
  readonly wrong: ReadonlyArray<string>
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

export const precision = ({ found, right }: Score): number => share(right, found)
export const recall = ({ right, told }: Score): number => share(right, told)

/** The harmonic mean of precision and recall. */
export const f1 = ({ found, right, told }: Score): number => share(2 * right, found + told)

export const plus = (left: Score, score: Score): Score => ({
  right: left.right + score.right,
  found: left.found + score.found,
  told: left.told + score.told
})

export const nothing: Score = { right: 0, found: 0, told: 0 }

/** Of members, each once. */
export const ofSets = (found: ReadonlySet<string>, told: ReadonlySet<string>): Score => ({
  right: found.intersection(told).size,
  found: found.size,
  told: told.size
})

const pairs = (count: number): number => (count * (count - 1)) / 2

const pairsWithin = (keys: ReadonlyArray<string>): number =>
  [...Map.groupBy(keys, (key) => key).values()].reduce((sum, group) => sum + pairs(group.length), 0)

/** Of groups: pairs that are in one group by what was found, by the truth, and by both. */
export const ofPairs = (members: ReadonlyArray<{ readonly found: string; readonly told: string }>): Score => ({
  right: pairsWithin(members.map(({ found, told }) => JSON.stringify([found, told]))),
  found: pairsWithin(members.map(({ found }) => found)),
  told: pairsWithin(members.map(({ told }) => told))
})

/** From the first to before the last. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** How much two spans share of what either covers. */
export const overlap = (left: Span, right: Span): number => {
  const both = Math.min(left.end, right.end) - Math.max(left.start, right.start)
  return both <= 0 ? 0 : both / (Math.max(left.end, right.end) - Math.min(left.start, right.start))
}

/** Pairs of spans that overlap by `least` or more, each span in one pair at most, the best first. */
export const matched = <F extends Span, T extends Span>(
  found: ReadonlyArray<F>,
  told: ReadonlyArray<T>,
  least: number
): ReadonlyArray<readonly [F, T]> => {
  const candidates = found
    .flatMap((left) => told.map((right) => ({ left, right, shared: overlap(left, right) })))
    .filter(({ shared }) => shared >= least)
    .toSorted((one, other) => other.shared - one.shared)
  const [usedFound, usedTold] = [new Set<F>(), new Set<T>()]
  return candidates.flatMap(({ left, right }) => {
    if (usedFound.has(left) || usedTold.has(right)) return []
    usedFound.add(left)
    usedTold.add(right)
    return [[left, right] as const]
  })
}
