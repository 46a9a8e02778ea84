/** How far a place's clocks are ahead of UTC. */
import { byDays } from "../calendar/by-days.ts"

export interface Zones {
  /** In minutes at an instant; null: the zone isn't known. */
  readonly offsetMinutes: (zone: string, instant: number) => number | null
}

/** Zones by IANA name, each looked up once. */
export const makeZones = (): Zones => {
  const known = new Map<string, ((instant: number) => number) | null>()
  return {
    offsetMinutes: (zone, instant) => {
      let offset = known.get(zone)
      if (offset === undefined) {
        const format = lookUp(zone)
        offset = format === null ? null : offsetOf(format)
        known.set(zone, offset)
      }
      return offset === null ? null : offset(instant)
    }
  }
}

const offsetOf = (format: Intl.DateTimeFormat): ((instant: number) => number) =>
  byDays((instant) => minutesOf(format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? ""))

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
