/** How far a place's clocks are ahead of UTC. */

export interface Zones {
  /** In minutes at an instant; null: the zone isn't known. */
  readonly offsetMinutes: (zone: string, instant: number) => number | null
}

const DAY = 86_400_000

/** Zones by IANA name, each looked up once. */
export const makeZones = (): Zones => {
  const known = new Map<string, ((instant: number) => number) | null>()
  return {
    offsetMinutes: (zone, instant) => {
      let offset = known.get(zone)
      if (offset === undefined) {
        const format = lookUp(zone)
        offset = format === null ? null : byDays(format)
        known.set(zone, offset)
      }
      return offset === null ? null : offset(instant)
    }
  }
}

/** Asking Intl is slow: where a day begins and ends with the same offset, it has that offset all through. */
const byDays = (format: Intl.DateTimeFormat): ((instant: number) => number) => {
  const exact = (instant: number) =>
    minutesOf(format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "")
  const edges = new Map<number, number>()
  const edge = (day: number) => {
    const before = edges.get(day)
    if (before !== undefined) return before
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

const lookUp = (timeZone: string): Intl.DateTimeFormat | null => {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })
  } catch {
    return null
  }
}

/** `GMT`, `GMT-03:30` */
const minutesOf = (name: string): number => {
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const ahead = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return sign === "-" ? 0 - ahead : ahead
}
