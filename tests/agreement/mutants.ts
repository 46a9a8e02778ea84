/** A pipeline that works, and all the ways in which people break one. */
import { isMap, isScalar, isSeq, parseDocument, visit } from "yaml"

/** Runs over the files named in `PHOTOS` and `EVENTS`. */
export const WORKING = `# A pipeline that works.
name: works
description: Rows become memories.
time_zone: Europe/Zurich
connections:
  mail: { provider: google, account: me@example.com }
sources:
  photos:
    type: file.rows
    path: \${PHOTOS}
    format: csv
    entity: media
    key: [file_name]
    columns: { file_name: VARCHAR, taken_at: TIMESTAMPTZ, local_date: DATE, latitude: DOUBLE, longitude: DOUBLE }
    on_error: reject
    retry: { schedule: exponential, base: 500ms, times: 2 }
  events:
    type: file.rows
    connection: mail
    path: \${EVENTS}
    entity: events
    key: [uid]
    columns: { uid: VARCHAR, title: VARCHAR, starts_at: TIMESTAMPTZ, ends_at: TIMESTAMPTZ }
transforms:
  unique: { type: dedupe, from: photos, by: file_name, prefer: [taken_at desc] }
  early:
    type: filter
    from: unique
    where: taken_at < timestamptz '2030-01-01'
  during:
    type: join-time-place
    left: early
    right: events
    time: { within: 30m }
    place: { within: 2km }
  moments: { type: group-moments, from: during, gap: 3h }
  titled:
    type: sql
    query: |
      select * replace (coalesce(right_title, 'a day') as right_title)
      from moments
      where file_name is not null
sinks:
  memories: { type: memories, from: [titled, events] }
`

export interface Mutant {
  readonly title: string
  readonly text: string
}

interface Span {
  readonly path: string
  readonly start: number
  readonly end: number
}

/** Where each key, and each scalar that is a key's value, stands in the text. */
const spans = (text: string): { readonly keys: ReadonlyArray<Span>; readonly values: ReadonlyArray<Span> } => {
  const keys: Array<Span> = []
  const values: Array<Span> = []
  visit(parseDocument(text), {
    Pair: (_, pair, above) => {
      const path = [...above.flatMap((node) => ("key" in node ? [String(node.key)] : [])), String(pair.key)].join(".")
      if (isScalar(pair.key) && pair.key.range) {
        keys.push({ path, start: pair.key.range[0], end: pair.key.range[1] })
      }
      if ((isScalar(pair.value) || isSeq(pair.value) || isMap(pair.value)) && pair.value.range) {
        values.push({ path, start: pair.value.range[0], end: pair.value.range[1] })
      }
    }
  })
  return { keys, values }
}

const splice = (text: string, { end, start }: Span, replacement: string) =>
  text.slice(0, start) + replacement + text.slice(end)

/** A slip of the finger at the end of every key. */
const typos = (text: string): ReadonlyArray<Mutant> =>
  spans(text).keys.map((span) => ({
    title: `a typo in ${span.path}`,
    text: splice(text, span, `${text.slice(span.start, span.end)}x`)
  }))

/** Another type than anyone would expect, in place of every value. */
const wrongTypes = (text: string): ReadonlyArray<Mutant> =>
  spans(text).values.map((span) => ({
    title: `a list of lists as ${span.path}`,
    // A block scalar's span takes its last line break along.
    text: splice(text, span, text.slice(span.start, span.end).endsWith("\n") ? "[[1]]\n" : "[[1]]")
  }))

const slip = (title: string, from: string | RegExp, to: string): Mutant => {
  const text = WORKING.replace(from, to)
  if (text === WORKING) throw new Error(`Nothing to change for: ${title}`)
  return { title, text }
}

/** What people get wrong by hand; these are shown in full in the snapshots. */
export const SLIPS: ReadonlyArray<Mutant> = [
  slip("an unknown column in SQL", "coalesce(right_title", "coalesce(right_titel"),
  slip("an unknown column in a filter", "taken_at < ", "taken < "),
  slip("an unknown column to dedupe by", "by: file_name", "by: filename"),
  slip("a comparison of different types", "timestamptz '2030-01-01'", "true"),
  slip("a relation that is missing", "right: events", "right: event"),
  slip("a relation that a query names and no one makes", "from moments", "from moment"),
  slip("a relation that a sink names and no one makes", "[titled, events]", "[titled, evnts]"),
  slip("a cycle of two", "left: early", "left: moments"),
  slip("a cycle of one", "from: unique", "from: early"),
  slip("a bad duration", "within: 30m", "within: 30 minutes"),
  slip("a bad distance", "within: 2km", "within: 2 miles"),
  slip("a duplicate key", "description: Rows", "name: twice\ndescription: Rows"),
  slip("a duplicate transform", "  moments: {", "  early: { type: filter, where: true }\n  moments: {"),
  slip("a source and a transform of one name", "  early:\n", "  events:\n"),
  slip("a tab for indentation", "    left: early", "\tleft: early"),
  slip("a wrong choice", "on_error: reject", "on_error: ignore"),
  slip("a wrong type of source", "type: file.rows", "type: file.row"),
  slip("a wrong type of transform", "type: dedupe", "type: dedup"),
  slip("a wrong type of sink", "type: memories", "type: memory"),
  slip("a wrong type of column", "DATE,", "DAY,"),
  slip("a time zone that is none", "Europe/Zurich", "Europe/Bern"),
  slip("a connection that is missing", "connection: mail", "connection: post"),
  slip("a variable that is not set", "${EVENTS}", "${NOBODY_SETS_THIS}"),
  slip("a bracket that isn't closed", "[titled, events] }", "[titled, events }"),
  slip("a quote that isn't closed", "'a day'", "'a day"),
  slip("SQL that doesn't parse", "select * replace", "selct * replace"),
  slip("two statements", "where file_name is not null", "; drop table moments"),
  slip("a statement that is no query", /select \* replace.*\n.*\n.*\n/, "delete from moments\n"),
  slip("too many tries", "times: 2", "times: 1000"),
  slip("half a try", "times: 2", "times: 1.5"),
  slip("a name with a space", "name: works", "name: it works"),
  slip("an empty list", "key: [uid]", "key: []"),
  slip("an empty path", "path: ${EVENTS}", 'path: ""'),
  slip("no sinks", /sinks:[^]*/, ""),
  slip("sinks without any", /sinks:[^]*/, "sinks: {}\n"),
  slip("a key that is missing", "    right: events\n", ""),
  slip(
    "a record that loses its id",
    "select * replace (coalesce(right_title, 'a day') as right_title)",
    "select file_name"
  ),
  slip("a file that is a list", /[^]*/, "- name: works\n"),
  slip("an empty file", /[^]*/, "\n"),
  slip("a file that isn't YAML", /[^]*/, "{]")
]

/** Changes that change nothing. */
export const HARMLESS: ReadonlyArray<Mutant> = [
  { title: "as it is", text: WORKING },
  { title: "with the line ends of another system", text: WORKING.replaceAll("\n", "\r\n") },
  slip("with another comment", "# A pipeline", "# One pipeline"),
  slip("with quotes", "name: works", 'name: "works"'),
  slip("with transforms in another order", /(  unique: .*\n)([^]*)(?=sinks:)/, "$2$1")
]

export const MUTANTS: ReadonlyArray<Mutant> = [...SLIPS, ...typos(WORKING), ...wrongTypes(WORKING)]
