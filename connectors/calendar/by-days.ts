/** Offsets of zones, day by day. */

const DAY = 86_400_000

/**
 * Asking Intl is slow, and a series asks thousands of times: where a day begins and ends with the same offset, it has
 * that offset all through.
 */
export const byDays = (exact: (instant: number) => number): ((instant: number) => number) => {
  const edges = new Map<number, number>()
  const edge = (day: number) => {
    const known = edges.get(day)
    if (known !== undefined) return known
    const offset = exact(day * DAY)
    edges.set(day, offset)
    return offset
  }
  return (instant) => {
    const day = Math.floor(instant / DAY)
    const offset = edge(day)
    return offset === edge(day + 1) ? offset : exact(instant)
  }
}
