import { describe, expect, it } from "vitest"
import { calendar, event, iso, outcome, rows } from "./calendar-text.ts"

const times = (text: string, reading = {}) =>
  rows(text, reading).map((row) => [iso(row.starts_at), iso(row.ends_at), row.local_start_date, row.local_end_date])
const row = (...lines: ReadonlyArray<string>) => rows(calendar(event("UID:a", "DTSTART:20240609T030000Z", ...lines)))[0]

describe("times of events", () => {
  it("a date-only DTEND is exclusive and is never an instant", () => {
    const text = calendar(event("UID:a", "DTSTART;VALUE=DATE:20240701", "DTEND;VALUE=DATE:20240704"))
    expect(times(text)).toEqual([["2024-06-30T22:00Z", "2024-07-03T22:00Z", "2024-07-01", "2024-07-03"]])
    expect(rows(text)[0]?.all_day).toBe(true)
  })

  it("a date-only DTEND after a time is that day's midnight", () => {
    const text = calendar(event("UID:a", "DTSTART;TZID=Europe/Zurich:20240701T200000", "DTEND;VALUE=DATE:20240702"))
    expect(times(text)).toEqual([["2024-07-01T18:00Z", "2024-07-01T22:00Z", "2024-07-01", "2024-07-01"]])
  })

  it("floating times are the calendar's own, or else the pipeline's", () => {
    const floating = event("UID:a", "DTSTART:20240701T090000", "DTEND:20240701T100000")
    expect(times(calendar(floating), { timeZone: "Asia/Tokyo" })[0]?.[0]).toBe("2024-07-01T00:00Z")
    expect(rows(calendar(floating), { timeZone: "Asia/Tokyo" })[0]?.time_zone).toBe("Asia/Tokyo")
  })

  it("only X-WR-TIMEZONE is given", () => {
    const text = calendar(
      "X-WR-TIMEZONE:America/New_York",
      event("UID:floating", "DTSTART:20240701T090000"),
      event("UID:day", "DTSTART;VALUE=DATE:20240702"),
      event("UID:utc", "DTSTART:20240704T013000Z")
    )
    expect(rows(text).map((each) => [each.uid, iso(each.starts_at), each.local_start_date, each.time_zone])).toEqual([
      ["floating", "2024-07-01T13:00Z", "2024-07-01", "America/New_York"],
      ["day", "2024-07-02T04:00Z", "2024-07-02", "America/New_York"],
      ["utc", "2024-07-04T01:30Z", "2024-07-03", "America/New_York"]
    ])
  })

  it("X-WR-TIMEZONE may have a Windows name, and none at all is passed over", () => {
    const zone = (name: string) =>
      rows(calendar(`X-WR-TIMEZONE:${name}`, event("UID:a", "DTSTART:20240701T090000")))[0]?.time_zone
    expect(["Eastern Standard Time", "nonsense", ""].map(zone)).toEqual([
      "America/New_York",
      "Europe/Zurich",
      "Europe/Zurich"
    ])
  })

  it("DURATION stands for DTEND: days on the calendar, hours by the clock", () => {
    const lasting = (duration: string) =>
      times(calendar(event("UID:a", "DTSTART;TZID=Europe/Zurich:20240330T120000", `DURATION:${duration}`)))[0]?.[1]
    expect(lasting("P1D")).toBe("2024-03-31T10:00Z")
    expect(lasting("PT24H")).toBe("2024-03-31T11:00Z")
    expect(lasting("P1W")).toBe("2024-04-06T10:00Z")
    expect(lasting("P1DT30M")).toBe("2024-03-31T10:30Z")
  })

  it("a date alone is one day, a time alone has no length", () => {
    expect(times(calendar(event("UID:a", "DTSTART;VALUE=DATE:20240701")))).toEqual([
      ["2024-06-30T22:00Z", "2024-07-01T22:00Z", "2024-07-01", "2024-07-01"]
    ])
    expect(times(calendar(event("UID:a", "DTSTART:20240701T120000Z")))).toEqual([
      ["2024-07-01T12:00Z", "2024-07-01T12:00Z", "2024-07-01", "2024-07-01"]
    ])
  })

  it("equal dates for start and end are one day; DURATION of an all-day event is in days", () => {
    const day = ["2024-06-30T22:00Z", "2024-07-01T22:00Z", "2024-07-01", "2024-07-01"]
    expect(times(calendar(event("UID:a", "DTSTART:20240701", "DTEND:20240701")))).toEqual([day])
    expect(times(calendar(event("UID:a", "DTSTART:20240701", "DURATION:PT24H")))).toEqual([day])
  })

  it("a day of 23 hours is one day", () => {
    expect(times(calendar(event("UID:a", "DTSTART:20240331", "DTEND:20240401")))).toEqual([
      ["2024-03-30T23:00Z", "2024-03-31T22:00Z", "2024-03-31", "2024-03-31"]
    ])
  })

  it("start and end may have zones of their own", () => {
    const flight = event(
      "UID:a",
      "DTSTART;TZID=Europe/Zurich:20240701T130000",
      "DTEND;TZID=America/New_York:20240701T160000"
    )
    expect(times(calendar(flight))).toEqual([["2024-07-01T11:00Z", "2024-07-01T20:00Z", "2024-07-01", "2024-07-01"]])
  })

  it("what ends at midnight ends on the day before; an end before the start is left out, and said", () => {
    expect(times(calendar(event("UID:a", "DTSTART:20240701T200000", "DTEND:20240702T000000")))[0]?.[3]).toBe(
      "2024-07-01"
    )
    const backwards = calendar(event("UID:a", "DTSTART:20240701T200000Z", "DTEND:20240701T190000Z"))
    expect(times(backwards)[0]?.slice(0, 2)).toEqual(["2024-07-01T20:00Z", "2024-07-01T20:00Z"])
    expect(outcome({ "a.ics": backwards }).skipped).toEqual([
      { reason: "an end before the start; the event is kept without it", count: 1, examples: ["20240701T190000Z"] }
    ])
  })

  it("dates at the ends of time are kept as DuckDB reads them; lengths beyond it are refused", () => {
    expect(times(calendar(event("UID:a", "DTSTART:99991231T235959Z")))[0]?.slice(2)).toEqual([
      "10000-01-01",
      "10000-01-01"
    ])
    expect(times(calendar(event("UID:a", "DTSTART:99991231")))[0]?.slice(2)).toEqual(["9999-12-31", "9999-12-31"])
    const long = outcome({ "a.ics": calendar(event("UID:a", "DTSTART:20240609", "DURATION:P99999999999D")) })
    expect(long.rejects.map(({ code }) => code)).toEqual(["ics-bad-date"])
  })

  it("an instant in UTC without an end begins and ends on the calendar's date", () => {
    expect(times(calendar(event("UID:a", "DTSTART:20240609T230000Z")))[0]?.slice(2)).toEqual([
      "2024-06-10",
      "2024-06-10"
    ])
  })

  it("24:00 is the end of the day, a leap second the second before", () => {
    expect(times(calendar(event("UID:a", "DTSTART:20240701T230000Z", "DTEND:20240701T240000Z")))[0]?.[1]).toBe(
      "2024-07-02T00:00Z"
    )
    expect(iso(row("DTEND:20240630T235960Z")?.ends_at ?? null)).toBe("2024-06-30T23:59:59.000Z")
  })
})

describe("what events say", () => {
  it("a cancelled event keeps title and times", () => {
    const cancelled = row("STATUS:CANCELLED", "SUMMARY:Picnic", "DTEND:20240609T040000Z")
    expect([cancelled?.status, cancelled?.title, iso(cancelled?.ends_at ?? null)]).toEqual([
      "cancelled",
      "Picnic",
      "2024-06-09T04:00Z"
    ])
  })

  it("METHOD:CANCEL cancels all; without STATUS an event is confirmed", () => {
    const lines = ["UID:a", "DTSTART:20240609T030000Z"]
    expect(rows(calendar("METHOD:CANCEL", event(...lines)))[0]?.status).toBe("cancelled")
    expect([row(), row("STATUS:TENTATIVE")].map((each) => each?.status)).toEqual(["confirmed", "tentative"])
  })

  it("GEO and Apple's structured location are coordinates; 0,0 and the impossible are not", () => {
    const place = (...lines: ReadonlyArray<string>) => [row(...lines)?.latitude, row(...lines)?.longitude]
    const apple = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS=Bundesplatz 3;X-TITLE=Bundeshaus:geo:46.9466,7.4442"
    expect(place("GEO:47.3769;8.5417")).toEqual([47.3769, 8.5417])
    expect(place("GEO:47.3769\\;8.5417")).toEqual([47.3769, 8.5417])
    expect(place(apple)).toEqual([46.9466, 7.4442])
    expect(row(apple)?.location_text).toBe("Bundeshaus")
    for (const none of ["GEO:0;0", "GEO:91;8", "GEO:nowhere", "GEO:"]) expect(place(none)).toEqual([null, null])
  })

  it("organiser and attendees are people, each once; rooms are not", () => {
    const people = row(
      'ORGANIZER;CN="Ana Meier":mailto:Ana@Example.com',
      "ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:mailto:ana@example.com",
      "ATTENDEE;CN=bo@example.com;PARTSTAT=NEEDS-ACTION:MAILTO:bo@example.com",
      "ATTENDEE;CUTYPE=ROOM;CN=Room 3:mailto:room3@example.com",
      "ATTENDEE;CN=Cy;EMAIL=cy@example.com:/principals/cy",
      "ATTENDEE;CN=Di:invalid:nomail"
    )
    expect(people?.attendees).toEqual([
      { name: "Ana Meier", address: "ana@example.com", role: "organiser", response: "accepted" },
      { name: null, address: "bo@example.com", role: "attendee", response: "needs-action" },
      { name: "Cy", address: "cy@example.com", role: "attendee", response: null },
      { name: "Di", address: null, role: "attendee", response: null }
    ])
  })

  it("texts lose their escapes; empty ones are null", () => {
    const said = row(String.raw`SUMMARY:Ana\, Bo\; Cy`, "DESCRIPTION:", String.raw`LOCATION:A\nB`)
    expect([said?.title, said?.description, said?.location_text]).toEqual(["Ana, Bo; Cy", null, "A\nB"])
  })

  it("the calendar is X-WR-CALNAME, or the file's name, or what the pipeline says", () => {
    const text = calendar("X-WR-CALNAME:Family", event("UID:a", "DTSTART:20240609"))
    expect(rows(text)[0]?.calendar).toBe("Family")
    expect(row()?.calendar).toBe("file")
    expect(rows(text, { name: "Mine" })[0]?.calendar).toBe("Mine")
  })
})

describe("what can't be used", () => {
  it("a broken event is rejected with its text and place, the others are read", () => {
    const text = calendar(
      event("UID:a", "SUMMARY:nowhere"),
      event("UID:b", "DTSTART:20241399"),
      event("UID:c", "DTSTART:20240609"),
      event("UID:d", "DTSTART:20240609", "DTEND:soon"),
      event("UID:e", "DTSTART:20240230T100000")
    )
    const { records, rejects } = outcome({ "file.ics": text })
    expect(records.map(({ row: { uid } }) => uid)).toEqual(["c"])
    expect(
      rejects.map(({ code, position, reason }) => [code, position, reason.split(/[:;] (?:give|correct)/)[0]])
    ).toEqual([
      ["ics-no-start", 3, "the event has no DTSTART, so it has no place in time"],
      ["ics-bad-date", 7, 'DTSTART is not a date, time or length that exists: "20241399"'],
      ["ics-bad-date", 15, 'DTEND is not a date, time or length that exists: "soon"'],
      ["ics-bad-date", 20, 'DTSTART is not a date, time or length that exists: "20240230T100000"']
    ])
    expect(new TextDecoder().decode(rejects[0]?.raw)).toBe("BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:nowhere\r\nEND:VEVENT")
    expect(rejects[0]?.origin).toEqual({ archive: "archive", member: "file.ics" })
  })

  it("an event that the file's end cuts is rejected", () => {
    const { records, rejects } = outcome({ "a.ics": calendar(event("UID:a", "DTSTART:20240609")).slice(0, -30) })
    expect([records.length, rejects.map(({ code }) => code)]).toEqual([0, ["ics-event-cut"]])
  })

  it("a file that is no calendar is rejected, and so is an empty one", () => {
    for (const text of ["<html></html>", "BEGIN:VCARD\nFN:Ana\nEND:VCARD", ""]) {
      const { records, rejects } = outcome({ "a.ics": text })
      expect([records.length, rejects.map(({ code }) => code)]).toEqual([0, ["ics-not-calendar"]])
    }
  })

  it("a calendar without events is none the worse", () => {
    expect(outcome({ "a.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n\n\n" })).toEqual({
      records: [],
      rejects: [],
      skipped: []
    })
  })

  it("tasks, journals, free times and reminders are skipped, with the reason", () => {
    const text = calendar(
      "BEGIN:VTODO\r\nUID:t\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:VTODO",
      "BEGIN:VJOURNAL\r\nEND:VJOURNAL",
      "BEGIN:VFREEBUSY\r\nEND:VFREEBUSY",
      event("UID:a", "DTSTART:20240609", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM", "BEGIN:VALARM\r\nEND:VALARM")
    )
    expect(outcome({ "a.ics": text }).skipped.map(({ reason, count }) => [reason, count])).toEqual([
      ["a task (VTODO), not an event", 1],
      ["a journal entry (VJOURNAL), not an event", 1],
      ["free or busy time (VFREEBUSY), not an event", 1],
      ["a reminder (VALARM) of an event", 2]
    ])
  })

  it("a line that can't be read is left out, and said; the event stays", () => {
    const { records, skipped } = outcome({
      "a.ics": calendar(event("UID:a", "DTSTART:20240609T100000Z", 'SUMMARY;X="open:a', "EXDATE:never", "X-JUNK;=:"))
    })
    expect(records).toHaveLength(1)
    expect(skipped).toEqual([
      {
        reason: "a line of an event that can't be read; the event is kept without it",
        count: 2,
        examples: ['SUMMARY;X="open:a', "never"]
      }
    ])
  })

  it("an event outside of any VCALENDAR is read", () => {
    expect(outcome({ "a.ics": event("UID:a", "DTSTART:20240609") }).records).toHaveLength(1)
  })
})
