import { assert, describe, it } from "@effect/vitest"
import { zoneNamed } from "../../../connectors/microsoft-calendar/event.ts"
import { plainOf } from "../../../connectors/microsoft-calendar/plain.ts"
import { type Told, recordOf, toldIn } from "../../../connectors/microsoft-calendar/record.ts"
import { stretchesOf } from "../../../connectors/microsoft-calendar/views.ts"
import { eventId } from "../../../connectors/calendar/identity.ts"
import { UTC, ianaZones } from "../../../connectors/calendar/zone.ts"
import type { Json } from "../../../src/component/column.ts"

const iana = ianaZones()
const own = iana("Europe/Vienna") ?? UTC

const place = {
  calendarId: "c",
  calendar: { name: "Calendar", zones: { byId: zoneNamed(iana, own), own }, assumed: false },
  account: "ana",
  viewAt: () => "v"
}

const told = (raw: { readonly [key: string]: Json }): Told => {
  const [only] = toldIn([{ scope: "v", group: "g", id: "i", raw: { id: "i", ...raw } }])
  if (only === undefined) throw new Error("not readable")
  return only
}

const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: "UTC" })

const rowOf = (
  raw: { readonly [key: string]: Json },
  series: { readonly [key: string]: Json } | null = null
): { readonly id: string; readonly row: { readonly [column: string]: unknown } } => {
  const { record } = recordOf(told(raw), series === null ? null : told(series), place)
  if (record === null) throw new Error("no record")
  return record
}

describe("dates", () => {
  it("are those of the zone in which an event was made", () => {
    const { row } = rowOf({
      start: utc("2026-05-01T23:30:00"),
      end: utc("2026-05-02T00:30:00"),
      originalStartTimeZone: "Tokyo Standard Time",
      originalEndTimeZone: "Tokyo Standard Time"
    })
    assert.deepInclude(row, { local_start_date: "2026-05-02", time_zone: "Asia/Tokyo", all_day: false })
    assert.strictEqual(row["starts_at"], Date.UTC(2026, 4, 1, 23, 30))
  })

  it("are the pipeline's where the zone is UTC, of Outlook's own making, or the same as the pipeline's", () => {
    for (const originalStartTimeZone of [
      "UTC",
      "tzone://Microsoft/Utc",
      "tzone://Microsoft/Custom",
      "W. Europe Standard Time"
    ]) {
      const { row } = rowOf({
        start: utc("2026-05-01T22:30:00"),
        end: utc("2026-05-01T23:30:00"),
        originalStartTimeZone
      })
      assert.deepInclude(row, { local_start_date: "2026-05-02", time_zone: "Europe/Vienna" })
    }
  })

  it("of whole days are kept, whatever zone they were made in", () => {
    const { row } = rowOf({
      isAllDay: true,
      start: utc("2026-05-01T00:00:00"),
      end: utc("2026-05-03T00:00:00"),
      originalStartTimeZone: "Pacific Standard Time"
    })
    assert.deepInclude(row, { all_day: true, local_start_date: "2026-05-01", local_end_date: "2026-05-02" })
    assert.strictEqual(row["starts_at"], Date.UTC(2026, 3, 30, 22))
  })

  it("are understood where a gateway drops Prefer, and times come in another zone", () => {
    const { row } = rowOf({
      start: { dateTime: "2026-05-01T08:00:00.0000000", timeZone: "Eastern Standard Time" },
      end: { dateTime: "2026-05-01T09:00:00.0000000", timeZone: "Eastern Standard Time" }
    })
    assert.strictEqual(row["starts_at"], Date.UTC(2026, 4, 1, 12))
  })
})

describe("an occurrence", () => {
  const SERIES =
    "040000008200E00074C5B7101A82E00800000000A0B1C2D3E4F5DA010000000000000000100000000123456789ABCDEF01234567"
  const series = {
    type: "seriesMaster",
    iCalUId: SERIES,
    subject: "Standup",
    start: utc("2026-05-01T08:00:00"),
    end: utc("2026-05-01T08:15:00")
  }
  const times = { seriesMasterId: "m", start: utc("2026-05-04T08:00:00"), end: utc("2026-05-04T08:15:00") }

  it("says what its series says, and has the identity that an .ics file gives it", () => {
    const { id, row } = rowOf({ ...times, type: "occurrence" }, series)
    assert.deepInclude(row, { title: "Standup", uid: SERIES, recurrence_id: "20260504T080000Z" })
    assert.strictEqual(id, eventId(SERIES, "20260504T080000Z", "ana"))
  })

  it("that was moved keeps the name of its original start", () => {
    const moved = { ...times, type: "exception", subject: "Later", originalStart: "2026-05-04T06:00:00Z" }
    const { row } = rowOf(moved, series)
    assert.deepInclude(row, { title: "Later", recurrence_id: "20260504T060000Z" })
  })

  it("of whole days is named by its date, in whatever zone midnight is told", () => {
    const day = { isAllDay: true, start: utc("2026-05-05T00:00:00"), end: utc("2026-05-06T00:00:00") }
    for (const originalStart of ["2026-05-04T00:00:00Z", "2026-05-03T22:00:00Z", "2026-05-04T07:00:00Z"]) {
      const { row } = rowOf({ ...times, ...day, type: "exception", originalStart }, { ...series, ...day })
      assert.deepInclude(row, { recurrence_id: "20260504", local_start_date: "2026-05-05" })
    }
  })

  it("whose UID has the date of the occurrence in it belongs to the series all the same", () => {
    const dated = SERIES.replace("E00800000000", "E00807EA0504")
    assert.strictEqual(rowOf({ ...times, seriesMasterId: null, iCalUId: dated }).row["uid"], SERIES)
  })
})

describe("what is said", () => {
  it("of people: who is invited and how they answered; rooms are none, and a path in a directory is no address", () => {
    const person = (name: string, address: string, type: string, response: string) => ({
      emailAddress: { name, address },
      type,
      status: { response }
    })
    const { row } = rowOf({
      start: utc("2026-05-01T08:00:00"),
      end: utc("2026-05-01T09:00:00"),
      isCancelled: true,
      organizer: { emailAddress: { name: "Eva", address: "Eva@Example.com" } },
      attendees: [
        person("Eva", "eva@example.com", "required", "organizer"),
        person("bo@example.com", "bo@example.com", "optional", "tentativelyAccepted"),
        person("Room 4", "room4@example.com", "resource", "accepted"),
        person("Cy", "/O=EXCHANGELABS/OU=X/CN=CY", "required", "none")
      ],
      location: { displayName: "Hall", coordinates: { latitude: 48.2, longitude: 16.37 } }
    })
    assert.deepEqual(row["attendees"], [
      { name: "Eva", address: "eva@example.com", role: "organiser", response: null },
      { name: null, address: "bo@example.com", role: "attendee", response: "tentative" },
      { name: "Cy", address: null, role: "attendee", response: null }
    ])
    assert.deepInclude(row, { status: "cancelled", location_text: "Hall", latitude: 48.2, longitude: 16.37 })
  })

  it("in a web page is its text", () => {
    const page =
      '<html><head><meta charset="utf-8"><style>p { color: red }</style></head><body><!-- x --><p>Dear &lt;all&gt;,</p>\r\n<div>we meet&nbsp;at 8 &#8211; <a href="https://x">here</a><br>1 < 2 &amp; 3</div></body></html>'
    assert.strictEqual(plainOf(page), "Dear <all>,\nwe meet at 8 – here\n1 < 2 & 3")
  })
})

describe("stretches", () => {
  const DAY = 86_400_000
  const bounds = (now: number) => ({ since: null, until: null, horizon: now + 730 * DAY })

  it("cover at least three years back and the horizon, in two pieces that stay the same", () => {
    for (let month = 0; month < 240; month++) {
      const now = Date.UTC(2026, month, 15)
      const stretches = stretchesOf(bounds(now), now)
      assert.isAtMost(stretches.length, 2)
      assert.isAtMost(stretches[0]?.from ?? Infinity, Date.UTC(2026, month - 36, 15))
      assert.isAtLeast(stretches.at(-1)?.to ?? 0, bounds(now).horizon)
      for (const { from, to } of stretches) {
        assert.strictEqual(to - from, 1825 * DAY)
        assert.strictEqual((from - Date.UTC(2020, 0, 1)) % (1825 * DAY), 0)
      }
    }
  })

  it("begin and end where since and until say", () => {
    const [since, until] = [Date.UTC(2010, 0, 1), Date.UTC(2026, 5, 1)]
    const stretches = stretchesOf({ ...bounds(until), since, until }, until)
    assert.deepEqual([stretches[0]?.from, stretches.at(-1)?.to], [since, until])
    assert.isTrue(stretches.every(({ from, to }) => to > from && to - from <= 1825 * DAY))
    assert.deepEqual(stretchesOf({ ...bounds(since), since: until, until: since }, since), [])
  })
})
