/** The time as the servers see it: it runs by itself, and tests move it. */
export interface ServerClock {
  /** Milliseconds since 1970, with fractions. */
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
}

/** A clock that starts at the given time, or at that of the machine. */
export const serverClock = (start: number = Date.now()): ServerClock => {
  const zero = performance.now()
  let moved = 0
  return {
    now: () => start + moved + performance.now() - zero,
    advance: (milliseconds) => {
      moved += milliseconds
    }
  }
}
