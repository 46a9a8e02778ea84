import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query, runText } from "../../support/engine.ts"
import { STEPS, TIME, entry, healthData, record } from "./exports.ts"
import { pipeline, CDA, put, read, steps, within, zip } from "./read.ts"

describe("which files are read", () => {
  it.live.each(["export.xml", "exportar.xml", "eksport.xml", "vienti.xml", "导出.xml"])("%s, by its root", (name) =>
    within((directory, home) =>
      Effect.gen(function* () {
        put(directory, `export/apple_health_export/${name}`, healthData(steps(1)))
        const { ledger } = yield* read(join(directory, "export"), "samples", home)
        assert.deepInclude(ledger, { read: 1, new: 1 })
      })
    )
  )

  it.live("a root alone will do, with a byte-order mark before it", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = put(directory, "x.xml", `\ufeff<HealthData locale="x">${steps(1)}</HealthData>`)
        assert.deepInclude((yield* read(path, "samples", home)).ledger, { read: 1, new: 1 })
      })
    )
  )

  it.live("export_cda.xml and all else is named and left out", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const folder = join(directory, "export")
        put(folder, "export.xml", healthData(steps(1)))
        put(folder, "export_cda.xml", CDA)
        put(folder, "other.xml", "<svg/>")
        put(folder, "electrocardiograms/ecg_2020-01-01.csv", "a,b")
        put(folder, "workout-routes/route.gpx", "<gpx/>")
        const { ledger, skips } = yield* read(folder, "samples", home)
        assert.deepInclude(ledger, { read: 5, new: 1, skipped: 4 })
        assert.include([...skips.keys()].join("\n"), "export_cda.xml: another format (HL7 CDA)")
        assert.strictEqual(skips.size, 4)
      })
    )
  )

  it.live("an empty file and one of another encoding are rejected", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const folder = join(directory, "export")
        put(folder, "export.xml", healthData(steps(1)))
        put(folder, "empty.xml", "")
        put(folder, "wide.xml", Buffer.from(`\ufeff${healthData(steps(1))}`, "utf16le"))
        const { ledger, rejects } = yield* read(folder, "samples", home)
        assert.deepInclude(ledger, { read: 3, new: 1, rejected: 2 })
        assert.deepEqual(rejects.map(({ code, member }) => [code, member]).toSorted(), [
          ["xml-broken", "empty.xml"],
          ["xml-broken", "wide.xml"]
        ])
      })
    )
  )

  it.live("in a zip, where they lie", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = put(
          directory,
          "export.zip",
          yield* zip({
            "apple_health_export/导出.xml": healthData(steps(1)),
            "apple_health_export/export_cda.xml": CDA
          })
        )
        const { ledger, rows } = yield* read(path, "samples", home)
        assert.deepInclude(ledger, { read: 2, new: 1, skipped: 1 })
        assert.deepInclude(rows[0], { _archive: path, _member: "apple_health_export/导出.xml" })
      })
    )
  )
})

describe("samples", () => {
  it.live("sleep is intervals, each with its stage, its day and its zone", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const night = (startDate: string, endDate: string, value: string) =>
          record(
            { ...STEPS, type: "HKCategoryTypeIdentifierSleepAnalysis", unit: "", startDate, endDate, value },
            entry("HKTimeZone", "Asia/Tokyo")
          )
        const body =
          night("2019-06-10 16:30:00 +0200", "2019-06-10 18:00:00 +0200", "HKCategoryValueSleepAnalysisAsleepDeep") +
          night("2019-06-10 18:00:00 +0200", "2019-06-10 19:00:00 +0200", "HKCategoryValueSleepAnalysisAsleepREM")
        const path = put(directory, "export.xml", healthData(body))
        const { rows } = yield* read(path, "samples", home)
        assert.deepEqual(
          rows.map(({ ends_at, local_date, offset_minutes, starts_at, value, value_text }) => [
            starts_at,
            ends_at,
            local_date,
            offset_minutes,
            value,
            value_text
          ]),
          [
            [
              "2019-06-10T14:30:00.000Z",
              "2019-06-10T16:00:00.000Z",
              "2019-06-10",
              540,
              null,
              "HKCategoryValueSleepAnalysisAsleepDeep"
            ],
            [
              "2019-06-10T16:00:00.000Z",
              "2019-06-10T17:00:00.000Z",
              "2019-06-11",
              540,
              null,
              "HKCategoryValueSleepAnalysisAsleepREM"
            ]
          ]
        )
      })
    )
  )

  it.live("exports that overlap add only what is new, whatever zone and device address they were written with", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = join(directory, "*.xml")
        put(directory, "a.xml", healthData(steps(1) + steps(2)))
        const first = yield* read(path, "samples", home)
        assert.deepInclude(first.ledger, { new: 2 })
        const elsewhere = {
          startDate: "2019-06-11 14:00:00 +0100",
          endDate: "2019-06-11 14:09:00 +0100",
          device: STEPS["device"]?.replace("0x282a45810", "0x1") ?? ""
        }
        put(directory, "b.xml", healthData(steps(2, elsewhere) + steps(3)))
        const second = yield* read(path, "samples", home)
        assert.deepInclude(second.ledger, { read: 4, new: 1, duplicate: 1 })
        assert.deepEqual(
          second.rows.map(({ value }) => value),
          [1, 2, 3]
        )
        const ids = new Map(second.rows.map(({ _id, value }) => [value, _id]))
        for (const { _id, value } of first.rows) assert.strictEqual(ids.get(value), _id)
      })
    )
  )

  it.live("that differ in anything that tells them apart are all kept; exact copies are duplicates", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const body = [
          steps(1),
          steps(1),
          steps(2),
          steps(1, { unit: "steps" }),
          steps(1, { type: "Other" }),
          steps(1, { sourceName: "Watch" }),
          steps(1, { device: "&lt;&lt;HKDevice: 0x1&gt;, name:Watch&gt;" }),
          steps(1, { endDate: "2019-06-11 15:08:00 +0200" }),
          steps(1, { value: "one" })
        ]
        const path = put(directory, "export.xml", healthData(body.join("")))
        assert.deepInclude((yield* read(path, "samples", home)).ledger, { read: 9, new: 8, duplicate: 1 })
      })
    )
  )

  it.live("of a Correlation count once, though they are repeated", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const correlation = `<Correlation type="HKCorrelationTypeIdentifierBloodPressure" startDate="${TIME}">${steps(120)}${steps(80)}</Correlation>`
        const path = put(directory, "export.xml", healthData(correlation + steps(120) + steps(80)))
        const { ledger, skips } = yield* read(path, "samples", home)
        assert.deepInclude(ledger, { read: 5, new: 2, duplicate: 2, skipped: 1 })
        assert.deepEqual([...skips], [["correlations: what they hold counts as samples", 1]])
      })
    )
  )

  it.live("the same file twice changes nothing, and neither does an older one", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = put(directory, "export.xml", healthData(steps(1) + steps(2)))
        const before = yield* read(path, "samples", home)
        assert.deepInclude((yield* read(path, "samples", home)).ledger, { read: 2, unchanged: 2 })
        put(directory, "export.xml", healthData(steps(1)))
        const after = yield* read(path, "samples", home)
        assert.deepInclude(after.ledger, { read: 1, unchanged: 1 })
        assert.deepEqual(after.rows, before.rows)
      })
    )
  )

  it.live("become rows of life.samples", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = put(directory, "export.xml", healthData(steps(1, {}) + steps(2)))
        const text = pipeline(path, "samples").replace(/out: .*/, "memories: { type: memories, from: s }")
        const { sinks } = yield* runText(text, home)
        assert.deepInclude(sinks["memories"], { inserted: 2 })
        const rows = yield* query(
          home,
          authored("select type, value, device, local_date from life.samples order by value")
        )
        assert.deepEqual(rows[0], {
          type: STEPS["type"],
          value: 1,
          device: "name:iPhone, manufacturer:Apple",
          local_date: "2019-06-11"
        })
        assert.lengthOf(rows, 2)
      })
    )
  )
})

describe("a large export", () => {
  const COUNT = 30_000
  const body = Array.from({ length: COUNT }, (_, value) =>
    steps(value, {}).replace("/>", value % 3 === 0 ? `>${entry("Count", String(value))}</Record>` : "/>")
  )

  it.live("is read by threads, from a file as from a zip, with nothing lost or doubled", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const xml = healthData(body.join(""))
        assert.isAbove(xml.length, 9 << 20)
        put(directory, "a/export.xml", xml)
        put(directory, "b/export.zip", yield* zip({ "apple_health_export/export.xml": xml }))
        const plain = yield* read(join(directory, "a"), "samples", home)
        assert.deepInclude(plain.ledger, { read: COUNT, new: COUNT })
        const counted = ({ metadata, value }: { readonly [column: string]: unknown }) =>
          `${String(value)} ${String(metadata)}`
        assert.deepEqual(
          plain.rows.map(counted).toSorted(),
          body.map((_, value) => `${value} ${value % 3 === 0 ? `{"Count":"${value}"}` : "null"}`).toSorted()
        )
        const zipped = yield* read(join(directory, "b/export.zip"), "samples", home)
        assert.deepInclude(zipped.ledger, { read: COUNT, new: 0, unchanged: COUNT })
      })
    )
  )
})

describe("what is damaged", () => {
  it.live("a cut file gives its whole records, and its end is rejected with its place and bytes", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const xml = Buffer.from(healthData(steps(1) + steps(2) + steps(3)))
        const last = xml.lastIndexOf("<Record")
        const path = put(directory, "export.xml", xml.subarray(0, last + 50))
        const { ledger, rejects } = yield* read(path, "samples", home)
        assert.deepInclude(ledger, { read: 3, new: 2, rejected: 1 })
        assert.deepInclude(rejects[0], { code: "xml-cut", position: last, member: "export.xml" })
        const raw = yield* query(home, authored("select decode(raw) as raw from state.rejects"))
        assert.strictEqual(raw[0]?.["raw"], xml.toString("utf8", last, last + 50))
      })
    )
  )

  it.live("a file that is cut between records says so too", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const xml = healthData(steps(1))
        const path = put(directory, "export.xml", xml.slice(0, xml.indexOf("</HealthData>")))
        const { ledger, rejects } = yield* read(path, "samples", home)
        assert.deepInclude(ledger, { read: 2, new: 1, rejected: 1 })
        assert.strictEqual(rejects[0]?.["code"], "xml-cut")
      })
    )
  )

  it.live("of a member whose checksum is wrong nothing is stored, and the other exports are", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const stored = (value: number) =>
          zip({ "apple_health_export/export.xml": healthData(steps(value).repeat(300)) }, false)
        const damaged = yield* stored(12)
        damaged.write("7", damaged.indexOf('value="12"') + 7)
        put(directory, "a.zip", damaged)
        put(directory, "b.zip", yield* stored(2))
        const { ledger, rejects, rows } = yield* read(join(directory, "*.zip"), "samples", home)
        assert.deepInclude(ledger, { new: 1, duplicate: 299, rejected: 1 })
        assert.deepEqual(
          rows.map(({ value }) => value),
          [2]
        )
        assert.strictEqual(rejects[0]?.["code"], "archive-damaged")
      })
    )
  )

  it.live("with on_error: fail the run ends at the first", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const path = put(directory, "export.xml", healthData(steps(1)).replace("</HealthData>", ""))
        const failing = runText(pipeline(path, "samples").replace("samples,", "samples, on_error: fail,"), home)
        const error = yield* Effect.flip(failing)
        assert.deepInclude(error, { _tag: "SourceError", code: "xml-cut" })
        assert.lengthOf(yield* query(home, authored("select * from staging.health__s")), 0)
      })
    )
  )
})
