import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { exampleTable } from "../../src/component/example.ts"
import { sql } from "../../src/component/sql.ts"
import { dateText, datesText, listText, monthText, weekdayText } from "../../transforms/labels.ts"
import { titles } from "../../transforms/titles.ts"
import { query, relation, run, services } from "./harness.ts"

const LOCALES = ["en", "en-GB", "de", "fr", "ja", "pt-BR", "pl", "ar", "hu"]
const UTC = { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" } as const

layer(services)("titles", (it) => {
  it.effect("writes dates and lists as each language does", () =>
    Effect.gen(function* () {
      const dates = Array.from({ length: 40 }, (_, index) => new Date(Date.UTC(2023, 0, 3 + index * 29)))
      for (const locale of LOCALES) {
        const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...UTC, ...options })
        const long = format({ day: "numeric", month: "long", year: "numeric" })
        yield* relation("dates", exampleTable(dates.map((date) => ({ day: date.toISOString().slice(0, 10) }))))
        const rows =
          yield* query(sql`select ${dateText(locale, sql`day`)} as date, ${monthText(locale, sql`day`)} as month,
          ${weekdayText(locale, sql`day`)} as weekday, ${datesText(locale, sql`day`, sql`(day + 2)`)} as dates from dates order by day`)
        for (const [index, date] of dates.entries()) {
          const last = new Date(date.getTime() + 2 * 86_400_000)
          const within = date.getUTCMonth() === last.getUTCMonth() && locale !== "ja"
          expect(rows[index]).toEqual({
            date: long.format(date),
            month: format({ month: "long", year: "numeric" }).format(date),
            weekday: format({ weekday: "long" }).format(date),
            dates: within
              ? long.formatRange(date, last).replaceAll("\u2009", " ")
              : `${long.format(date)} – ${long.format(last)}`
          })
        }
        const list = new Intl.ListFormat(locale, { type: "conjunction", style: "long" })
        for (const names of [["Ana"], ["Ana", "Ben"], ["Ana", "Ben", "Leo"], ["Ana", "Ben", "Leo", "Tom"]]) {
          const [row] = yield* query(
            sql`select ${listText(locale, sql`names`)} as text from (select list(name order by name) as names from (${exampleTable(names.map((name) => ({ name })))}))`
          )
          expect(row).toEqual({ text: list.format(names) })
        }
      }
    })
  )

  it.effect("takes the place of most, the first date, and the people most seen", () =>
    Effect.gen(function* () {
      const photo = (place_name: string, local_date: string, ...people: ReadonlyArray<string>) => ({
        moment_id: "m",
        title: "IMG.jpg",
        place_name,
        local_date,
        people: people.map((name) => ({ name }))
      })
      const moments = yield* relation(
        "moments",
        exampleTable([
          photo("Basel", "2024-05-02", "Ben"),
          photo("Basel", "2024-05-01", "Ana", "Ben"),
          photo("Aarau", "2024-05-03", "Cleo"),
          { ...photo("Bern", "2024-05-03"), moment_id: null }
        ])
      )
      const rows = yield* run(titles, 'type: titles\ntemplates: "{people}: {place}, {date}"', [moments])
      expect(rows.map((row) => row["title"]).toSorted()).toEqual([
        "Ben, Ana, and Cleo: Basel, May 1, 2024",
        "Ben, Ana, and Cleo: Basel, May 1, 2024",
        "Ben, Ana, and Cleo: Basel, May 1, 2024",
        "IMG.jpg"
      ])
    })
  )

  it.effect("says which fields there are", () =>
    Effect.gen(function* () {
      const photos = yield* relation("photos", exampleTable([{ place_name: "Basel", local_date: "2024-05-01" }]))
      const wrong = yield* Effect.flip(run(titles, 'type: titles\ntemplates: ["{date}", "{evnt} in {plce}"]', [photos]))
      expect(wrong).toMatchObject({ code: "unknown-field", path: ["templates", 1] })
      const near = yield* Effect.flip(run(titles, 'type: titles\ntemplates: "{plce}"', [photos]))
      expect(near).toMatchObject({ path: ["templates"], hint: "Did you mean {place}?" })
      expect(yield* Effect.exit(run(titles, 'type: titles\ntemplates: "{date"', [photos]))).toMatchObject({
        _tag: "Failure"
      })
    })
  )
})
