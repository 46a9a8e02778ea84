/** Exports as Apple writes them, and what was read of them as plain rows. */
import { parseElement } from "../../../connectors/apple-health/element.ts"
import { type Outcome, makeReader } from "../../../connectors/apple-health/job.ts"
import { NONE } from "../../../connectors/apple-health/rows.ts"
import { RECORD, type Sample, sampleOf } from "../../../connectors/apple-health/sample.ts"
import type { Wanted } from "../../../connectors/apple-health/scan.ts"
import { makeZones } from "../../../connectors/apple-health/zone.ts"

export type Attributes = { readonly [name: string]: string }

const attributesOf = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("")

export const TIME = "2019-06-11 15:00:00 +0200"

export const STEPS: Attributes = {
  type: "HKQuantityTypeIdentifierStepCount",
  sourceName: "Ana’s iPhone",
  sourceVersion: "12.3",
  device: "&lt;&lt;HKDevice: 0x282a45810&gt;, name:iPhone, manufacturer:Apple&gt;",
  unit: "count",
  creationDate: "2019-06-11 15:10:00 +0200",
  startDate: TIME,
  endDate: "2019-06-11 15:09:00 +0200",
  value: "312"
}

/** A Record; `children` is XML. */
export const record = (attributes: Attributes, children = ""): string =>
  children === ""
    ? ` <Record${attributesOf(attributes)}/>\n`
    : ` <Record${attributesOf(attributes)}>\n${children} </Record>\n`

export const entry = (key: string, value: string): string => `  <MetadataEntry key="${key}" value="${value}"/>\n`

const DTD = `<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
]>
`

export const healthData = (body: string, dtd = DTD): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${dtd}<HealthData locale="en_CH">\n <ExportDate value="${TIME}"/>\n${body}</HealthData>\n`

const MOST = 1 << 16

/** Reads a whole export in one part. */
export const readXml = (xml: string | Uint8Array, wanted: Wanted = "samples"): Outcome =>
  makeReader({ wanted, number: 0, of: 1 })({ format: "xml", bytes: copyOf(xml), offset: 0 })

export const copyOf = (content: string | Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content
  return new Uint8Array(bytes)
}

/** Rows with their codes resolved. Words of earlier outcomes of the same reader may be meant. */
export const samplesOf = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Sample> => {
  const kinds = new Map<number, ReadonlyArray<string | null>>()
  const words = new Map<number, string | null>()
  for (const { rows } of outcomes) {
    for (const [index, code] of rows.newKinds.codes.entries()) {
      kinds.set(
        code,
        rows.newKinds.columns.map((column) => column[index] ?? null)
      )
    }
    for (const [index, code] of rows.newWords.codes.entries()) {
      words.set(code, rows.newWords.columns[0]?.[index] ?? null)
    }
  }
  const wordOf = (code: number | undefined) => (code === undefined || code === NONE ? null : (words.get(code) ?? null))
  return outcomes.flatMap(({ rows }) =>
    Array.from({ length: rows.count }, (_, at): Sample => {
      const [type = null, unit = null, source = null, version = null, device = null] =
        kinds.get(rows.kinds[at] ?? MOST) ?? []
      return {
        kind: { type: type ?? "", unit, source, version, device },
        start: rows.starts[at] ?? 0,
        end: rows.ends[at] ?? 0,
        created: rows.created[at] ?? 0,
        offset: rows.offsets[at] ?? 0,
        value: rows.values[at] ?? 0,
        text: wordOf(rows.texts[at]),
        metadata: wordOf(rows.metadata[at])
      }
    })
  )
}

/** What saxes makes of a whole document: the reference. Null where it is no XML. */
export const reference = (xml: string): ReadonlyArray<Sample> | null => {
  const root = parseElement(xml.slice(xml.indexOf("<HealthData")).trimEnd())
  if ("broken" in root) return null
  const zones = makeZones()
  return root.children
    .flatMap((child) => (child.name === "Correlation" ? child.children : [child]))
    .filter(({ name }) => name === "Record")
    .flatMap((element) => {
      const sample = sampleOf(element, RECORD, zones)
      return "code" in sample ? [] : [sample]
    })
}
