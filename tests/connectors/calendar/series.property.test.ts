import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DAY, utcMidnight } from "../../../connectors/calendar/clock.ts"
import { calendar, event, found, outcome, rows } from "../ics/calendar-text.ts"
import { change, daily } from "./daily.ts"

const part = fc.oneof(
  fc.constantFrom(daily(), daily("SEQUENCE:1", "SUMMARY:b"), daily("EXDATE:20240610T030000Z", "SEQUENCE:1")),
  fc.constantFrom(
    change(":20240610T030000Z", "DTSTART:20240610T100000Z", "SUMMARY:moved"),
    change(":20240611T030000Z", "STATUS:CANCELLED", "SEQUENCE:3"),
    change(";RANGE=THISANDFUTURE:20240611T030000Z", "DTSTART:20240611T050000Z")
  ),
  fc.constantFrom(
    event("UID:b", "DTSTART:20240609"),
    event("DTSTART:20240609"),
    event("UID:c"),
    "BEGIN:VTODO\r\nEND:VTODO"
  )
)
const files = fc
  .array(fc.array(part, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    Object.fromEntries(parts.map((each, index) => [`${index}.ics`, calendar("X-WR-CALNAME:one", ...each)]))
  )

/** What is stored: the first record of each key. */
const stored = (read: Readonly<Record<string, string>>) =>
  [
    ...new Map(
      outcome(read)
        .records.toReversed()
        .map(({ sourceId, id, row }) => [sourceId, { id, row }])
    )
  ].toSorted(([a], [b]) => (a < b ? -1 : 1))

describe("properties of reading", () => {
  it("the order of files, and of events in them, doesn't matter", () => {
    fc.assert(
      fc.property(files, (read) => {
        const reversed = Object.fromEntries(Object.entries(read).toReversed())
        expect(stored(reversed)).toEqual(stored(read))
      })
    )
  })

  it("reading everything twice changes nothing", () => {
    fc.assert(
      fc.property(files, (read) => {
        const again = Object.fromEntries(Object.entries(read).map(([name, text]) => [`copy-${name}`, text]))
        expect(stored({ ...read, ...again })).toEqual(stored(read))
      })
    )
  })

  it("every event is a record, a reject or a skip", () => {
    fc.assert(
      fc.property(files, (read) => {
        const { events, rejects } = found(read)
        const result = outcome(read)
        const written = Object.values(read).join("").split("BEGIN:VEVENT").length - 1
        expect(events.length + rejects.length).toBe(written)
        expect(
          result.records.length + result.skipped.reduce((sum, { count }) => sum + (count ?? 0), 0)
        ).toBeGreaterThanOrEqual(events.length)
      })
    )
  })

  it("a zoned series has the wall times that a search day by day finds", () => {
    const from = fc.integer({ min: utcMidnight(2023, 1, 1) / DAY, max: utcMidnight(2024, 12, 1) / DAY })
    const time = fc.integer({ min: 4, max: 23 })
    fc.assert(
      fc.property(
        from,
        time,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 30 }),
        (first, hour, interval, count) => {
          const basic = (wall: number) => new Date(wall).toISOString().replace(/[-:]|\.000Z/g, "")
          const wall = first * DAY + hour * 3_600_000
          const text = calendar(
            event(
              "UID:a",
              `DTSTART;TZID=America/New_York:${basic(wall)}`,
              `RRULE:FREQ=DAILY;INTERVAL=${interval};COUNT=${count}`
            )
          )
          const shown = new Intl.DateTimeFormat("sv-SE", {
            timeZone: "America/New_York",
            dateStyle: "short",
            timeStyle: "medium"
          })
          const expected = Array.from({ length: count }, (_, index) =>
            new Date(wall + index * interval * DAY).toISOString().slice(0, 19).replace("T", " ")
          )
          expect(rows(text, { horizon: wall + 1000 * DAY }).map((row) => shown.format(row.starts_at ?? 0))).toEqual(
            expected
          )
        }
      ),
      { numRuns: 50 }
    )
  })

  it("never throws, whatever the text", () => {
    const line = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "RDATE",
            "EXDATE",
            "RECURRENCE-ID",
            "GEO",
            "SEQUENCE",
            "ATTENDEE",
            "X-WR-TIMEZONE",
            "TZID"
          ),
          fc.constantFrom(":", ";TZID=Europe/Zurich:", ";TZID=X:", ";VALUE=DATE:", ";"),
          fc.oneof(
            fc.string(),
            fc.constantFrom(
              "20240101",
              "00010101T000000",
              "99991231T235959Z",
              "P1D",
              "-PT1H",
              "FREQ=DAILY",
              "FREQ=YEARLY;UNTIL=99991231",
              "20240101T000000Z/PT1H"
            )
          )
        )
        .map((each) => each.join("")),
      fc.constantFrom(
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "END:STANDARD",
        "END:VTIMEZONE",
        "UID:a"
      ),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        outcome({ "a.ics": `BEGIN:VCALENDAR\n${lines.join("\n")}` }, { horizon: utcMidnight(2024, 3, 1) })
      }),
      { numRuns: 500 }
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void outcome({ "a.ics": bytes })))
  })
})
