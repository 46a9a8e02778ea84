import { describe, expect, it } from "vitest"
import { utcMidnight } from "../../../connectors/calendar/clock.ts"
import { MAX_OCCURRENCES } from "../../../connectors/calendar/occurrence.ts"
import { calendar, event, iso, outcome, rows } from "../ics/calendar-text.ts"
import { change, daily } from "./daily.ts"

const starts = (text: string, reading = {}) => rows(text, reading).map((row) => iso(row.starts_at))
const named = (text: string, reading = {}) => rows(text, reading).map((row) => [row.recurrence_id, row.title])
const ZURICH = "DTSTART;TZID=Europe/Zurich:20240325T090000"

describe("series", () => {
  it("a weekly 09:00 stays 09:00 across daylight saving", () => {
    expect(starts(calendar(event("UID:a", ZURICH, "RRULE:FREQ=WEEKLY;COUNT=3")))).toEqual([
      "2024-03-25T08:00Z",
      "2024-04-01T07:00Z",
      "2024-04-08T07:00Z"
    ])
  })

  it("a series in UTC stays in UTC, with the calendar's dates", () => {
    const text = calendar(
      "X-WR-TIMEZONE:America/New_York",
      event("UID:a", "DTSTART:20240309T010000Z", "RRULE:FREQ=DAILY;COUNT=3")
    )
    expect(rows(text).map((row) => [iso(row.starts_at), row.local_start_date])).toEqual([
      ["2024-03-09T01:00Z", "2024-03-08"],
      ["2024-03-10T01:00Z", "2024-03-09"],
      ["2024-03-11T01:00Z", "2024-03-10"]
    ])
  })

  it("an occurrence in the gap of daylight saving comes an hour later, once", () => {
    const text = calendar(event("UID:a", "DTSTART;TZID=Europe/Zurich:20240330T023000", "RRULE:FREQ=DAILY;COUNT=3"))
    expect(starts(text)).toEqual(["2024-03-30T01:30Z", "2024-03-31T01:30Z", "2024-04-01T00:30Z"])
  })

  it("identity is UID and RECURRENCE-ID, the original start in UTC or its date", () => {
    const { records } = outcome({
      "a.ics": calendar(
        event("UID:single", "DTSTART:20240609T030000Z"),
        event("UID:timed", ZURICH, "RRULE:FREQ=WEEKLY;COUNT=2"),
        event("UID:days", "DTSTART;VALUE=DATE:20240701", "RRULE:FREQ=DAILY;COUNT=2"),
        event("UID:floating", "DTSTART:20240701T090000", "RRULE:FREQ=DAILY;COUNT=2")
      )
    })
    expect(records.map(({ sourceId }) => sourceId)).toEqual([
      "days#20240701",
      "days#20240702",
      "floating#20240701T090000",
      "floating#20240702T090000",
      "single#",
      "timed#20240325T080000Z",
      "timed#20240401T070000Z"
    ])
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
    expect(records.find(({ sourceId }) => sourceId === "single#")?.row.recurrence_id).toBeNull()
  })

  it("several EXDATE lines count, each in its own way of writing", () => {
    const text = calendar(
      daily("EXDATE:20240609T030000Z", "EXDATE;TZID=Europe/Zurich:20240610T050000", "EXDATE;VALUE=DATE:20240611")
    )
    expect(starts(text)).toEqual(["2024-06-12T03:00Z"])
  })

  it("EXDATE of a mere date takes away all of that day", () => {
    const text = calendar(
      event("UID:a", "DTSTART:20240609T030000Z", "RRULE:FREQ=DAILY;BYHOUR=3,15;COUNT=6", "EXDATE;VALUE=DATE:20240610")
    )
    expect(starts(text)).toEqual(["2024-06-09T03:00Z", "2024-06-09T15:00Z", "2024-06-11T03:00Z", "2024-06-11T15:00Z"])
  })

  it("one EXDATE line may hold several dates", () => {
    expect(starts(calendar(daily("EXDATE:20240609T030000Z,20240610T030000Z,20240612T030000Z")))).toEqual([
      "2024-06-11T03:00Z"
    ])
  })

  it("EXDATE of all-day events may be a time", () => {
    const text = calendar(
      event("UID:a", "DTSTART;VALUE=DATE:20240701", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20240702T000000")
    )
    expect(rows(text).map((row) => row.local_start_date)).toEqual(["2024-07-01", "2024-07-03"])
  })

  it("RDATE adds dates, times and periods with their own length", () => {
    const text = calendar(
      event(
        "UID:a",
        "DTSTART:20240609T030000Z",
        "DURATION:PT1H",
        "RDATE;VALUE=DATE:20240701",
        "RDATE:20240702T100000Z,20240703T100000Z",
        "RDATE;VALUE=PERIOD:20240704T100000Z/20240704T120000Z,20240705T100000Z/PT3H"
      )
    )
    expect(
      rows(text).map((row) => [iso(row.starts_at), (Number(row.ends_at) - Number(row.starts_at)) / 3_600_000])
    ).toEqual([
      ["2024-06-09T03:00Z", 1],
      ["2024-07-01T03:00Z", 1],
      ["2024-07-02T10:00Z", 1],
      ["2024-07-03T10:00Z", 1],
      ["2024-07-04T10:00Z", 2],
      ["2024-07-05T10:00Z", 3]
    ])
  })

  it("several rules are one series, and EXRULE takes away", () => {
    const two = event("UID:a", "DTSTART:20240603T100000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=DAILY;COUNT=3")
    expect(starts(calendar(two)).map((start) => start?.slice(8, 10))).toEqual(["03", "04", "05", "10", "17"])
    const less = event(
      "UID:a",
      "DTSTART:20240603T100000Z",
      "RRULE:FREQ=DAILY;COUNT=7",
      "EXRULE:FREQ=WEEKLY;BYDAY=SA,SU"
    )
    expect(starts(calendar(less))).toHaveLength(5)
  })

  it("the start is the first occurrence, also where it doesn't fulfil the rule", () => {
    const text = calendar(event("UID:a", "DTSTART:20240605T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"))
    expect(starts(text)).toEqual(["2024-06-05T10:00Z", "2024-06-10T10:00Z", "2024-06-17T10:00Z"])
  })

  it.each([
    ["a date, inclusive", "20240327"],
    ["an instant, inclusive", "20240327T080000Z"],
    ["a wall time, inclusive", "20240327T090000"]
  ])("UNTIL is %s", (_, until) => {
    expect(starts(calendar(event("UID:a", ZURICH, `RRULE:FREQ=DAILY;UNTIL=${until}`)))).toHaveLength(3)
  })

  it("UNTIL of all-day events may be an instant: midnight of the calendar's zone", () => {
    const text = calendar(
      "X-WR-TIMEZONE:America/Los_Angeles",
      event("UID:a", "DTSTART;VALUE=DATE:20120727", "RRULE:FREQ=DAILY;UNTIL=20120730T065959Z")
    )
    expect(rows(text).map((row) => row.local_start_date)).toEqual(["2012-07-27", "2012-07-28", "2012-07-29"])
  })

  it("rules end at the horizon, single dates don't", () => {
    const text = calendar(
      event("UID:a", "DTSTART:20240609T030000Z", "RRULE:FREQ=DAILY", "RDATE:20300101T000000Z"),
      event("UID:b", "DTSTART:20310101T000000Z")
    )
    expect(starts(text, { horizon: utcMidnight(2024, 6, 12) }).map((start) => start?.slice(0, 10))).toEqual([
      "2024-06-09",
      "2024-06-10",
      "2024-06-11",
      "2030-01-01",
      "2031-01-01"
    ])
  })

  it("a series that is too fine is cut, and rejected with its text", () => {
    const { records, rejects } = outcome({
      "a.ics": calendar(event("UID:a", "DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY"))
    })
    expect([records.length <= MAX_OCCURRENCES + 1, records.length >= MAX_OCCURRENCES]).toEqual([true, true])
    expect(rejects.map(({ code }) => code)).toEqual(["ics-too-many-occurrences"])
    expect(new TextDecoder().decode(rejects[0]?.raw)).toContain("FREQ=SECONDLY")
  })

  it("a rule that can't be read leaves the first occurrence, and is rejected", () => {
    const { records, rejects } = outcome({
      "a.ics": calendar(event("UID:a", "DTSTART:20200101T000000Z", "RRULE:FREQ=OFTEN"))
    })
    expect(records.map(({ sourceId }) => sourceId)).toEqual(["a#20200101T000000Z"])
    expect(rejects.map(({ code }) => code)).toEqual(["ics-bad-rule"])
  })

  it("a series without any occurrence left is said", () => {
    const text = calendar(
      event("UID:a", "DTSTART:20240609T030000Z", "RRULE:FREQ=DAILY;COUNT=1", "EXDATE:20240609T030000Z")
    )
    expect(outcome({ "a.ics": text, "b.ics": text })).toMatchObject({
      records: [],
      skipped: [
        { reason: "a series whose occurrences are all excepted", count: 1 },
        { reason: "a copy of a series whose occurrences are all excepted", count: 1 }
      ]
    })
  })
})

describe("overrides", () => {
  it("replace their occurrence, under its name", () => {
    const text = calendar(
      daily(),
      change(":20240610T030000Z", "DTSTART:20240615T100000Z", "DTEND:20240615T120000Z", "SUMMARY:moved")
    )
    expect(rows(text).map((row) => [row.recurrence_id, iso(row.starts_at), iso(row.ends_at), row.title])).toEqual([
      ["20240609T030000Z", "2024-06-09T03:00Z", "2024-06-09T04:00Z", "series"],
      ["20240611T030000Z", "2024-06-11T03:00Z", "2024-06-11T04:00Z", "series"],
      ["20240612T030000Z", "2024-06-12T03:00Z", "2024-06-12T04:00Z", "series"],
      ["20240610T030000Z", "2024-06-15T10:00Z", "2024-06-15T12:00Z", "moved"]
    ])
  })

  it.each([";TZID=Europe/Zurich:20240610T050000", ";VALUE=DATE:20240610"])(
    "find their occurrence by %s",
    (recurrence) => {
      const text = calendar(daily(), change(recurrence, "DTSTART:20240610T100000Z", "SUMMARY:moved"))
      expect(named(text).map(([id]) => id)).toEqual([
        "20240609T030000Z",
        "20240610T030000Z",
        "20240611T030000Z",
        "20240612T030000Z"
      ])
    }
  )

  it("without a master stand alone", () => {
    const text = calendar(change(":20240610T030000Z", "DTSTART:20240610T100000Z", "SUMMARY:alone"))
    expect(outcome({ "a.ics": text }).records.map(({ sourceId, row }) => [sourceId, row.title])).toEqual([
      ["a#20240610T030000Z", "alone"]
    ])
  })

  it("of an occurrence that the series doesn't have stand beside it", () => {
    const text = calendar(
      daily("EXDATE:20240610T030000Z"),
      change(":20240610T030000Z", "DTSTART:20240610T100000Z", "SUMMARY:moved")
    )
    expect(named(text)).toHaveLength(4)
    expect(named(text)[1]).toEqual(["20240610T030000Z", "moved"])
  })

  it("may stand in another file than their series", () => {
    const { records } = outcome({
      "b.ics": calendar(change(":20240610T030000Z", "DTSTART:20240610T100000Z", "SUMMARY:moved")),
      "a.ics": calendar(daily())
    })
    expect(records.map(({ row, origin }) => [row.title, origin.member])).toEqual([
      ["series", "a.ics"],
      ["series", "a.ics"],
      ["series", "a.ics"],
      ["moved", "b.ics"]
    ])
  })

  it("that cancel keep title and times of the series", () => {
    const text = calendar(daily("LOCATION:park"), change(":20240610T030000Z", "STATUS:CANCELLED"))
    const cancelled = rows(text)[1]
    expect([cancelled?.status, cancelled?.title, cancelled?.location_text]).toEqual(["cancelled", "series", "park"])
    expect([iso(cancelled?.starts_at ?? null), iso(cancelled?.ends_at ?? null)]).toEqual([
      "2024-06-10T03:00Z",
      "2024-06-10T04:00Z"
    ])
  })

  it("with RANGE=THISANDFUTURE change all later occurrences, by as much as their own", () => {
    const text = calendar(
      event("UID:a", "SUMMARY:old", ZURICH, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5"),
      change(
        ";RANGE=THISANDFUTURE;TZID=Europe/Zurich:20240401T090000",
        "SUMMARY:new",
        "DTSTART;TZID=Europe/Zurich:20240402T140000",
        "DURATION:PT2H"
      ),
      change(";TZID=Europe/Zurich:20240415T090000", "SUMMARY:own", "DTSTART;TZID=Europe/Zurich:20240415T090000")
    )
    expect(rows(text).map((row) => [row.title, row.recurrence_id, iso(row.starts_at), iso(row.ends_at)])).toEqual([
      ["old", "20240325T080000Z", "2024-03-25T08:00Z", "2024-03-25T09:00Z"],
      ["new", "20240401T070000Z", "2024-04-02T12:00Z", "2024-04-02T14:00Z"],
      ["new", "20240408T070000Z", "2024-04-09T12:00Z", "2024-04-09T14:00Z"],
      ["own", "20240415T070000Z", "2024-04-15T07:00Z", "2024-04-15T07:00Z"],
      ["new", "20240422T070000Z", "2024-04-23T12:00Z", "2024-04-23T14:00Z"]
    ])
  })

  it("with RANGE=THISANDFUTURE hold until the next such one", () => {
    const text = calendar(
      daily(),
      change(";RANGE=THISANDFUTURE:20240610T030000Z", "DTSTART:20240610T050000Z", "SUMMARY:second"),
      change(";RANGE=THISANDFUTURE:20240611T030000Z", "DTSTART:20240611T070000Z", "SUMMARY:third")
    )
    expect(rows(text).map((row) => [iso(row.starts_at), row.title])).toEqual([
      ["2024-06-09T03:00Z", "series"],
      ["2024-06-10T05:00Z", "second"],
      ["2024-06-11T07:00Z", "third"],
      ["2024-06-12T07:00Z", "third"]
    ])
  })
})

describe("copies", () => {
  const copy = (title: string, ...lines: ReadonlyArray<string>) =>
    calendar(event("UID:a", "DTSTART:20240609T030000Z", `SUMMARY:${title}`, ...lines))

  it("hundreds of identical copies are one event and duplicates", () => {
    const same = event("UID:a", "DTSTART:20240609T030000Z", "RRULE:FREQ=DAILY;COUNT=3")
    const { records } = outcome({ "a.ics": calendar(...Array.from({ length: 300 }, () => same)) })
    expect(records).toHaveLength(3 + 299)
    expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(3)
    const first = records[0]
    for (const { sourceId, row } of records.slice(3)) expect([sourceId, row]).toEqual([first?.sourceId, first?.row])
  })

  it("the highest SEQUENCE counts, then the latest change, and comes first", () => {
    const files = {
      "1.ics": copy("old", "SEQUENCE:1", "LAST-MODIFIED:20240901T000000Z"),
      "2.ics": copy("late", "SEQUENCE:2", "LAST-MODIFIED:20240701T000000Z"),
      "3.ics": copy("early", "SEQUENCE:2", "LAST-MODIFIED:20240601T000000Z", "DTSTAMP:20250101T000000Z"),
      "4.ics": copy("none")
    }
    const { records } = outcome(files)
    expect(records.map(({ row, origin }) => [row.title, origin.member])).toEqual([
      ["late", "2.ics"],
      ["late", "3.ics"],
      ["late", "1.ics"],
      ["late", "4.ics"]
    ])
  })

  it("DTSTAMP stands for a missing LAST-MODIFIED", () => {
    const files = { "1.ics": copy("old", "DTSTAMP:20240101T000000Z"), "2.ics": copy("new", "DTSTAMP:20240201T000000Z") }
    expect(outcome(files).records[0]?.row.title).toBe("new")
  })

  it("of overrides the newest counts, too", () => {
    const files = {
      "1.ics": calendar(
        daily(),
        change(":20240610T030000Z", "DTSTART:20240610T030000Z", "SUMMARY:first", "SEQUENCE:1")
      ),
      "2.ics": calendar(
        daily(),
        change(":20240610T030000Z", "DTSTART:20240610T030000Z", "SUMMARY:second", "SEQUENCE:2")
      )
    }
    const { records } = outcome(files)
    expect(records.filter(({ sourceId }) => sourceId === "a#20240610T030000Z").map(({ row }) => row.title)).toEqual([
      "second",
      "second"
    ])
    expect(records).toHaveLength(4 + 2)
  })

  it("without UID an event is known by its content, whatever the export", () => {
    const bare = (...lines: ReadonlyArray<string>) => calendar(event("DTSTART:20240609T030000Z", "SUMMARY:a", ...lines))
    const { records } = outcome({
      "1.ics": bare("DTSTAMP:20240101T000000Z"),
      "2.ics": bare("DTSTAMP:20250101T000000Z")
    })
    expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(1)
    expect(records[0]?.row.uid).toMatch(/^content:[0-9a-f]{32}$/)
    expect(outcome({ "1.ics": bare("LOCATION:b") }).records[0]?.row.uid).not.toBe(records[0]?.row.uid)
  })
})
