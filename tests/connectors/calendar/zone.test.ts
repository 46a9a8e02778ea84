import { DateTime } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DAY, HOUR } from "../../../connectors/calendar/clock.ts"
import { windowsZone } from "../../../connectors/calendar/windows-zones.ts"
import {
  type Zone,
  UTC,
  fixedZone,
  ianaZones,
  toInstant,
  toWall,
  zoneOfTransitions
} from "../../../connectors/calendar/zone.ts"
import { calendar, event, iso, rows } from "../ics/calendar-text.ts"

const iana = ianaZones()
const zone = (name: string): Zone => iana(name) ?? UTC
const at = (wall: string, name: string) => iso(toInstant(zone(name), Date.parse(`${wall}Z`)))

describe("toInstant", () => {
  it("takes a skipped time with the offset before the change", () => {
    expect(at("2024-03-31T02:30", "Europe/Zurich")).toBe("2024-03-31T01:30Z")
    expect(at("2024-03-10T02:00", "America/New_York")).toBe("2024-03-10T07:00Z")
  })

  it("takes the first of two equal times", () => {
    expect(at("2024-10-27T02:30", "Europe/Zurich")).toBe("2024-10-27T00:30Z")
    expect(at("2024-11-03T01:30", "America/New_York")).toBe("2024-11-03T05:30Z")
  })

  it("finds midnights that don't exist", () => {
    expect(at("2018-11-04T00:00", "America/Sao_Paulo")).toBe("2018-11-04T03:00Z")
  })

  it("knows days that were skipped as a whole", () => {
    expect(at("2011-12-31T00:00", "Pacific/Apia")).toBe("2011-12-30T10:00Z")
  })

  it("agrees with Effect's conversion, also around changes", () => {
    const names = ["Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]
    const days = fc.integer({ min: Date.UTC(1975, 0, 1) / DAY, max: Date.UTC(2035, 0, 1) / DAY })
    const quarters = fc.integer({ min: 0, max: 95 })
    fc.assert(
      fc.property(fc.constantFrom(...names), days, quarters, (name, day, quarter) => {
        const wall = day * DAY + quarter * 0.25 * HOUR
        const expected = DateTime.makeZonedUnsafe(wall, { timeZone: name, adjustForTimeZone: true })
        expect(iso(toInstant(zone(name), wall))).toBe(iso(DateTime.toEpochMillis(expected)))
      }),
      { numRuns: 500 }
    )
  })

  it("is undone by toWall, except for times that are skipped", () => {
    const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) })
    fc.assert(
      fc.property(instants, (instant) => {
        const wall = toWall(zone("Europe/London"), instant)
        expect([instant, instant - HOUR]).toContain(toInstant(zone("Europe/London"), wall))
      })
    )
  })
})

describe("ianaZones", () => {
  it("keeps the name that the file uses, in the usual case", () => {
    expect(["Asia/Kolkata", "Asia/Calcutta", "europe/zurich", "Europe/Kyiv"].map((name) => iana(name)?.name)).toEqual([
      "Asia/Kolkata",
      "Asia/Calcutta",
      "Europe/Zurich",
      "Europe/Kyiv"
    ])
  })

  it("knows nothing of other names", () => {
    expect(["Nowhere/Middle", "+01:00", "", "W. Europe Standard Time"].map(iana)).toEqual([null, null, null, null])
  })
})

describe("windowsZone", () => {
  it.each([
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["Eastern Standard Time 1", "America/New_York"],
    ["(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"],
    ["(GMT-05.00) Eastern Time (US & Canada)", "America/New_York"],
    ["(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"],
    ["Russia Time Zone 11", "Asia/Kamchatka"],
    ["(UTC) Coordinated Universal Time", "Etc/UTC"],
    ["Customized Time Zone", null],
    ["Europe/Berlin", null]
  ])("%s is %s", (name, expected) => {
    expect(windowsZone(name)).toBe(expected)
  })
})

describe("other zones", () => {
  it("have an offset before their first change, too", () => {
    const changing = zoneOfTransitions([
      { at: 2000, before: HOUR, after: 2 * HOUR },
      { at: 1000, before: 0, after: HOUR }
    ])
    expect([999, 1000, 1999, 2000].map(changing.offsetAt)).toEqual([0, HOUR, HOUR, 2 * HOUR])
  })

  it("may be a fixed offset, in the ways in which that is written", () => {
    const named = (name: string) => [fixedZone(name)?.name, fixedZone(name)?.offsetAt(0)]
    expect(named("GMT+0200")).toEqual(["Etc/GMT-2", 2 * HOUR])
    expect(named("UTC-5")).toEqual(["Etc/GMT+5", -5 * HOUR])
    expect(named("+05:30")).toEqual([null, 5.5 * HOUR])
    expect(named("(GMT+01.00) Somewhere")).toEqual(["Etc/GMT-1", HOUR])
    expect(fixedZone("UTC+99")).toBeNull()
    expect(fixedZone("Somewhere")).toBeNull()
  })
})

const definition = (tzid: string, ...more: ReadonlyArray<string>) =>
  [
    "BEGIN:VTIMEZONE",
    `TZID:${tzid}`,
    ...more,
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE"
  ].join("\r\n")

/** Start and zone of an event at 09:00 on a summer and a winter day in a zone of that name. */
const nine = (tzid: string, ...parts: ReadonlyArray<string>) => {
  const found = rows(
    calendar(...parts, event("UID:a", `DTSTART;TZID=${tzid}:20240701T090000`, `RDATE;TZID=${tzid}:20241201T090000`)),
    { timeZone: "Asia/Tokyo" }
  )
  return [...found.map((row) => iso(row.starts_at)), found[0]?.time_zone]
}
const IN_BERLIN = ["2024-07-01T07:00Z", "2024-12-01T08:00Z"]
const IN_NEW_YORK = ["2024-07-01T13:00Z", "2024-12-01T14:00Z"]

describe("zone names of iCalendar files", () => {
  it("W. Europe Standard Time: CLDR's Windows table", () => {
    expect(nine("W. Europe Standard Time")).toEqual([...IN_BERLIN, "Europe/Berlin"])
  })

  it("Eastern Standard Time 1: a second definition of the same zone", () => {
    expect(nine("Eastern Standard Time 1")).toEqual([...IN_NEW_YORK, "America/New_York"])
  })

  it("(UTC-05:00) Eastern Time (US & Canada): what Windows shows, in quotes or without", () => {
    expect(nine('"(UTC-05:00) Eastern Time (US & Canada)"')).toEqual([...IN_NEW_YORK, "America/New_York"])
    expect(nine("(UTC-05:00) Eastern Time (US & Canada)")).toEqual([...IN_NEW_YORK, "America/New_York"])
  })

  it("Customized Time Zone: the file's VTIMEZONE", () => {
    expect(nine("Customized Time Zone", definition("Customized Time Zone"))).toEqual([...IN_BERLIN, null])
  })

  it("tzone://Microsoft/Custom: the file's VTIMEZONE, in quotes or without", () => {
    const custom = definition("tzone://Microsoft/Custom")
    expect(nine('"tzone://Microsoft/Custom"', custom)).toEqual([...IN_BERLIN, null])
    expect(nine("tzone://Microsoft/Custom", custom)).toEqual([...IN_BERLIN, null])
  })

  it("tzone://Microsoft/Utc is UTC", () => {
    expect(nine("tzone://Microsoft/Utc")).toEqual(["2024-07-01T09:00Z", "2024-12-01T09:00Z", "UTC"])
  })

  it("rules get the name of the calendar's zone where they are the same", () => {
    const parts = ["X-WR-TIMEZONE:Europe/Zurich", definition("Customized Time Zone")]
    expect(nine("Customized Time Zone", ...parts)).toEqual([...IN_BERLIN, "Europe/Zurich"])
  })

  it("X-LIC-LOCATION says what zone is meant", () => {
    expect(nine("Home", definition("Home", "X-LIC-LOCATION:America/New_York"))).toEqual([
      ...IN_NEW_YORK,
      "America/New_York"
    ])
  })

  it("prefixes of Mozilla's and others' zones are left off", () => {
    expect(nine("/mozilla.org/20050126_1/America/New_York")).toEqual([...IN_NEW_YORK, "America/New_York"])
    expect(nine("/freeassociation.sourceforge.net/America/New_York")).toEqual([...IN_NEW_YORK, "America/New_York"])
  })

  it("an abbreviation means what the file defines", () => {
    expect(nine("CST", definition("CST"))).toEqual([...IN_BERLIN, null])
  })

  it("a fixed offset is one", () => {
    expect(nine("GMT-0300")).toEqual(["2024-07-01T12:00Z", "2024-12-01T12:00Z", "Etc/GMT+3"])
  })

  it("an unknown name is the calendar's zone, and is said", () => {
    expect(nine("Customized Time Zone")).toEqual(["2024-07-01T00:00Z", "2024-12-01T00:00Z", "Asia/Tokyo"])
  })

  it("rules that never end don't hang", () => {
    const hostile = definition("X").replaceAll("FREQ=YEARLY", "FREQ=SECONDLY")
    expect(nine("X", hostile)).toHaveLength(3)
  })
})
