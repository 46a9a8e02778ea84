/** A YAML file as plain data that remembers where each value stands. YAML 1.2 core; duplicate keys are refused. */
import {
  type Document,
  type ErrorCode,
  LineCounter,
  type ParsedNode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument
} from "yaml"
import type { Finding, Position } from "./finding.ts"
import { type Environment, fillIn } from "./interpolate.ts"
import { secretsIn, withoutSecrets } from "./secrets.ts"

export type Path = ReadonlyArray<string | number>

export interface Source {
  readonly file: string
  /** As written, line for line and column for column, but for secrets that stand in it (I5). */
  readonly text: string
  readonly value: unknown
  /** What is wrong with it as YAML, or with its variables: nothing more can be said then. */
  readonly findings: ReadonlyArray<Finding>
  /** Secrets that stand in it. */
  readonly warnings: ReadonlyArray<Finding>
  /** Where a value stands, or its key, or the nearest thing around it that exists. */
  readonly position: (path: Path, target: "key" | "value") => Position
  /** Makes a finding there. */
  readonly finding: (path: Path, target: "key" | "value", what: Omit<Finding, "at" | "excerpt">) => Finding
  /** Makes a finding at a place inside of a text: line and column from 0, counted in the text. */
  readonly findingInText: (path: Path, line: number, column: number, what: Omit<Finding, "at" | "excerpt">) => Finding
}

export const readDocument = (text: string, file: string, environment: Environment): Source => {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter: lines
  })
  const secrets = secretsIn(text, document)
  const shown = withoutSecrets(text, document, secrets)
  const rows = shown.split(/\r?\n/)
  const place = (offset: number): { readonly at: Position; readonly excerpt: string } => {
    const { line, col } = lines.linePos(offset)
    return at(line, col)
  }
  const at = (line: number, column: number) => ({
    at: { file, line: Math.max(1, line), column: Math.max(1, column) },
    excerpt: rows[Math.max(1, line) - 1] ?? ""
  })

  const [duplicate = [], broken = []] = [true, false].map((isDuplicate) =>
    [...document.errors, ...document.warnings].filter(({ code }) => (code === "DUPLICATE_KEY") === isDuplicate)
  )
  // Behind the first place that can't be read, the others only follow from it.
  const syntax = [...duplicate, ...broken.slice(0, 1)].map(({ code, message, pos: [start] }): Finding => ({
    severity: "error",
    code: code === "DUPLICATE_KEY" ? "duplicate-key" : "yaml-syntax",
    message: sentence(message),
    hint: syntaxHint(code, text.slice(start - 1, start + 1)),
    ...place(start)
  }))

  const unfilled: Array<Finding> = []
  const value = (node: ParsedNode | null): unknown => {
    if (isMap(node)) {
      return Object.fromEntries(
        node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : String(pair.key), value(pair.value)])
      )
    }
    if (isSeq(node)) return node.items.map(value)
    if (isAlias(node)) return node.toJSON(document)
    if (!isScalar(node)) return null
    if (typeof node.value !== "string") return node.value
    const filled = fillIn(node.value, environment, node.type === "PLAIN")
    for (const missing of filled.missing) {
      unfilled.push({
        severity: "error",
        code: "unset-variable",
        message: `The environment variable ${missing} is not set, and has no default here.`,
        hint: `Set it, or write \${${missing}:-default}.`,
        ...place(node.range[0])
      })
    }
    return filled.value
  }
  const data = syntax.length === 0 ? value(document.contents) : null

  const nodeAt = (path: Path, target: "key" | "value"): ParsedNode | null => {
    for (let length = path.length; length >= 0; length--) {
      const found = find(document, path.slice(0, length))
      if (found !== null)
        return target === "key" || length < path.length ? (found.key ?? found.value) : (found.value ?? found.key)
    }
    return document.contents
  }

  return {
    file,
    text: shown,
    value: data,
    findings: [...syntax, ...unfilled],
    warnings: secrets.map(({ field, instead, name, start }) => ({
      severity: "warning",
      code: "secret-in-file",
      message: `This ${field} can be read by everybody who gets the file.`,
      hint: `Store it with "keepsake secret set ${name}", and write here: ${instead}`,
      ...place(start)
    })),
    position: (path, target) => place(nodeAt(path, target)?.range[0] ?? 0).at,
    finding: (path, target, what) => ({ ...what, ...place(nodeAt(path, target)?.range[0] ?? 0) }),
    findingInText: (path, line, column, what) => {
      const node = nodeAt(path, "value")
      if (!isScalar(node)) return { ...what, ...place(node?.range[0] ?? 0) }
      const start = lines.linePos(node.range[0])
      if (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED") {
        const quote = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? 1 : 0
        return { ...what, ...(line === 0 ? at(start.line, start.col + quote + column) : at(start.line, start.col)) }
      }
      const first = rows[start.line] ?? ""
      const indent = first.length - first.trimStart().length
      return { ...what, ...at(start.line + 1 + line, indent + 1 + column) }
    }
  }
}

/** I5: what stands there may be a secret. */
const sentence = (message: string): string => {
  const said = message.replace(/ in YAML stream: .*$/s, "")
  return /[.!?]$/.test(said) ? said : `${said}.`
}

const syntaxHint = (code: ErrorCode, around: string): string => {
  if (code === "DUPLICATE_KEY") return "Keep one of the two; give the other another name."
  if (code === "TAB_AS_INDENT") return "Indent with spaces."
  if (around === "${") return 'Between { and }, variables stand in quotes: "${NAME}".'
  return "Check the indentation and quotes around here."
}

interface Found {
  readonly key: ParsedNode | null
  readonly value: ParsedNode | null
}

const find = (document: Document.Parsed, path: Path): Found | null => {
  let found: Found = { key: null, value: document.contents }
  for (const step of path) {
    const node: ParsedNode | null = found.value
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (pair === undefined) return null
      found = { key: pair.key, value: pair.value }
    } else if (isSeq(node) && typeof step === "number") {
      const item = node.items[step]
      if (item === undefined) return null
      found = { key: null, value: item }
    } else return null
  }
  return found
}
