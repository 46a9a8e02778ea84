/** Files that are no text, whatever their names say: told by how they begin. */

export interface Foreign {
  /** After "can't be read: ". */
  readonly what: string
  readonly hint: string
}

const SHEET = "Save the sheet as CSV, or unpack the zip, and run again."
const UTF_16: Foreign = {
  what: "it is written in UTF-16",
  hint: "Save the file as UTF-8 (Excel calls it CSV UTF-8), and run again."
}

/** By their first bytes, one character for each. */
const BEGINNINGS: ReadonlyArray<readonly [string, Foreign]> = [
  ["PK\u0003\u0004", { what: "it is a spreadsheet, or a zip file", hint: SHEET }],
  ["\u00d0\u00cf\u0011\u00e0", { what: "it is a spreadsheet, or a document", hint: SHEET }],
  ["\u00ff\u00fe", UTF_16],
  ["\u00fe\u00ff", UTF_16],
  ["PAR1", { what: "it is a Parquet file", hint: "Name it .parquet, or say `format: parquet`." }],
  ["ARROW1", { what: "it is an Arrow file", hint: "Name it .arrow, or say `format: arrow`." }],
  ["\u001f\u008b", { what: "it is compressed", hint: "Name it .gz, behind its other ending, and run again." }],
  ["(\u00b5/\u00fd", { what: "it is compressed", hint: "Name it .zst, behind its other ending, and run again." }],
  ["%PDF-", { what: "it is a PDF", hint: "Get the data as CSV, and run again." }]
]

const WEB_PAGE: Foreign = {
  what: "it is a web page",
  hint: "It may be that of a log-in: log in, and get the file anew."
}

const BEGINNING = 64

/** Null: it may well be text. */
export const foreignOf = (head: Buffer): Foreign | null => {
  const text = head.toString("latin1", 0, BEGINNING)
  if (/^(\u00ef\u00bb\u00bf)?\s*<(!doctype html|html)\b/i.test(text)) return WEB_PAGE
  return BEGINNINGS.find(([beginning]) => text.startsWith(beginning))?.[1] ?? null
}
