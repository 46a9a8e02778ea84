/** The tables of `Daily activity metrics`: one row per quarter of an hour of a day, or one per day. */
import { type Made, type Problem, type SampleRow, offsetOf, shown } from "./row.ts"

export interface Metrics {
  /** The day that a table of quarter-hours is for; null: one row per day. */
  readonly day: string | null
  readonly rows: ReadonlyArray<SampleRow & { readonly day: string }>
  readonly problems: Made["problems"]
}

export const NAME = "Daily activity metrics"

/** Rows of cells, by RFC 4180. What follows a closing quote, up to the comma, belongs to the cell. */
export const cellsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<ReadonlyArray<string>> = []
  let row: Array<string> = []
  let cell = ""
  let quoted = false
  let justClosed = false
  const endRow = () => {
    row.push(cell)
    if (row.length > 1 || cell !== "") rows.push(row)
    row = []
    cell = ""
  }
  for (const token of text.replace(/^\uFEFF/, "").match(TOKEN) ?? []) {
    const doubled = justClosed && token === '"'
    justClosed = quoted && token === '"'
    if (doubled) cell += '"'
    if (doubled || (token === '"' && (quoted || cell === ""))) quoted = !quoted
    else if (quoted) cell += token
    else if (token === ",") {
      row.push(cell)
      cell = ""
    } else if (/[\r\n]/.test(token)) endRow()
    else cell += token
  }
  endRow()
  return rows
}

const TOKEN = /"|,|\r\n|[\r\n]|[^",\r\n]+/g

const DAY = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/
const DAY_MILLIS = 86_400_000
/** The next would have five digits for its year. */
const LAST_DAY = "9999-12-31"

/** `2018-12-02.csv`, also with a number behind it. */
const dayOfName = (name: string): string | null => /^(\d{4}-\d\d-\d\d)(?:\D.*)?\.csv$/i.exec(name)?.[1] ?? null

const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MILLIS).toISOString().slice(0, 10)

interface Span {
  readonly day: string
  readonly start: number
  readonly end: number
  readonly offset: number | null
  /** The first column with a figure. */
  readonly first: number
}

/** The time that a row is for; the last quarter-hour ends at midnight. Null: none. */
const spanOf = (cells: ReadonlyArray<string>, day: string | null, startOfDay: (day: string) => number): Span | null => {
  const [first = "", second = ""] = cells
  if (DAY.test(first)) {
    if (Number.isNaN(Date.parse(first)) || first === LAST_DAY) return null
    return { day: first, start: startOfDay(first), end: startOfDay(nextDay(first)), offset: null, first: 1 }
  }
  if (day === null || !TIME.test(first) || !TIME.test(second)) return null
  const start = Date.parse(`${day}T${first}`)
  const end = Date.parse(`${day}T${second}`)
  if (Number.isNaN(start) || Number.isNaN(end)) return null
  return { day, start, end: end <= start ? end + DAY_MILLIS : end, offset: offsetOf(first), first: 2 }
}

/** `Distance (m)` is in metres. */
const unitOf = (column: string): string | null => /\(([^()]+)\)\s*$/.exec(column)?.[1] ?? null

const rowsOf = (columns: ReadonlyArray<string>, cells: ReadonlyArray<string>, { day, first, ...span }: Span) =>
  columns.slice(first).flatMap((type, index) => {
    const cell = cells[first + index]?.trim() ?? ""
    const value = Number(cell)
    if (cell === "" || type.trim() === "" || !Number.isFinite(value)) return []
    return [
      {
        type,
        source: NAME,
        value,
        unit: unitOf(type),
        text: null,
        ...span,
        name: NAME,
        metadata: null,
        repeats: true,
        day
      }
    ]
  })

/** Null: a table of another kind. `startOfDay`: the instant at which a date begins where the person lives. */
export const readMetrics = (text: string, name: string, startOfDay: (day: string) => number): Metrics | null => {
  const [columns = [], ...table] = cellsOf(text)
  const day = dayOfName(name)
  const spans = table.map((cells) => ({ cells, span: spanOf(cells, day, startOfDay) }))
  if (spans.every(({ span }) => span === null)) return null
  const problems = spans.flatMap(({ cells, span }, index): ReadonlyArray<Problem> =>
    span === null
      ? [
          {
            code: "fit-row-time",
            reason: "the row has no time that can be read",
            position: index + 2,
            raw: shown(cells.join(","))
          }
        ]
      : []
  )
  return {
    day: spans.some(({ span }) => span?.first === 1) ? null : day,
    rows: spans.flatMap(({ cells, span }) => (span === null ? [] : rowsOf(columns, cells, span))),
    problems
  }
}
