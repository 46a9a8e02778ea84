/** DuckDB's complaints about SQL, at the place in the YAML where the SQL stands. */
import { nearest } from "../component/nearest.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"

const CARET = /\n\s*LINE (\d+): (.*)\n(\s*)\^/

/**
 * The complaint quotes a line of the statement with a caret under it. That line is looked up in the component's own
 * texts: where it is found, the finding stands there; else at the component.
 */
export const sqlFinding = (
  source: Source,
  path: Path,
  raw: { readonly [key: string]: unknown },
  message: string,
  relations: Iterable<string>
): Finding => {
  const [first = message] = message.split("\n")
  const what = {
    severity: "error",
    code: codeOf(first),
    message: first.replace(/^(Binder|Catalog|Parser|Conversion) Error: /, ""),
    hint: hintOf(message, relations)
  } as const
  const [, , quoted = "", indent = ""] = CARET.exec(message) ?? []
  const label = /LINE \d+: /.exec(message)?.[0].length ?? 0
  const column = indent.length - label
  const token = /^(?:"[^"]+"|[\w.]+)/.exec(quoted.slice(Math.max(0, column)))?.[0] ?? ""
  for (const [key, text] of texts(raw)) {
    const lines = text.split("\n")
    const line = lines.findIndex((candidate) => candidate.trim() !== "" && quoted.includes(candidate.trim()))
    const at = line < 0 ? -1 : (lines[line]?.indexOf(token) ?? -1)
    if (line < 0) continue
    return source.findingInText([...path, ...key], line, Math.max(0, at), what)
  }
  const holder = token === "" ? undefined : [...texts(raw)].find(([, text]) => text.includes(token))
  return holder === undefined
    ? source.finding(path, "key", what)
    : source.findingInText([...path, ...holder[0]], 0, holder[1].indexOf(token), what)
}

const texts = (raw: unknown, path: Path = []): ReadonlyArray<readonly [Path, string]> => {
  if (typeof raw === "string") return path.at(-1) === "type" || path.at(-1) === "from" ? [] : [[path, raw]]
  if (typeof raw !== "object" || raw === null) return []
  return Object.entries(raw).flatMap(([key, value]) => texts(value, [...path, Array.isArray(raw) ? Number(key) : key]))
}

const codeOf = (message: string): string => {
  if (message.startsWith("Parser Error")) return "sql-syntax"
  if (/Referenced column|does not have a column|column .* not found/i.test(message)) return "unknown-column"
  if (/Table with name|does not exist/i.test(message)) return "unknown-relation"
  return "sql"
}

const hintOf = (message: string, relations: Iterable<string>): string => {
  const table = /Table with name "?([^"\s]+)"? does not exist/.exec(message)?.[1]
  if (table !== undefined) {
    const names = [...relations]
    const near = nearest(table, names)
    return near === null ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`
  }
  const missing = /column "?([^"\s]+)"? not found/i.exec(message)?.[1]
  const candidates = [...(/Candidate bindings: (.*)/.exec(message)?.[1] ?? "").matchAll(/"([^"]+)"/g)].flatMap(
    ([, candidate]) => (candidate === undefined ? [] : [candidate])
  )
  if (candidates.length > 0) {
    const near = missing === undefined ? null : nearest(missing, candidates)
    return near === null ? `Near it there are: ${candidates.join(", ")}.` : `Did you mean "${near}"?`
  }
  return /Did you mean "([^"]+)"/.exec(message)?.[0].concat("?") ?? "Try the query by itself: keepsake sql"
}
