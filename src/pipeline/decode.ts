/** Schema issues as findings: each at its place, with the nearest valid name. */
import { type Schema, SchemaIssue, type SchemaAST } from "effect"
import { nearest } from "../component/nearest.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"

/** What is asked for at a path of a schema: the keys that a struct there has, if there is one. */
const keysAt = (ast: SchemaAST.AST, path: Path): ReadonlyArray<string> => {
  if (ast._tag === "Union") return ast.types.flatMap((type) => keysAt(type, path))
  if (ast._tag === "Suspend") return keysAt(ast.thunk(), path)
  const [step, ...rest] = path
  if (ast._tag === "Objects") {
    if (step === undefined) return ast.propertySignatures.map((property) => String(property.name))
    const property = ast.propertySignatures.find(({ name }) => name === step)
    if (property !== undefined) return keysAt(encodedSide(property.type), rest)
    return ast.indexSignatures.flatMap((signature) => keysAt(encodedSide(signature.type), rest))
  }
  if (ast._tag === "Arrays") return ast.rest.flatMap((type) => keysAt(encodedSide(type), rest))
  return []
}

const encodedSide = (ast: SchemaAST.AST): SchemaAST.AST => {
  const link = ast.encoding?.[0]
  return link === undefined ? ast : encodedSide(link.to)
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

export interface Extra {
  /** Keys that are allowed here although the schema doesn't name them. */
  readonly alsoAllowed?: ReadonlyArray<string>
  /** What the thing is called in messages: `source "photos" (google-takeout.photos)`. */
  readonly subject: string
  /** Whose options they are, to be looked up. */
  readonly type?: string
}

/** One finding for each issue below `base`. */
export const findingsOf = (
  source: Source,
  base: Path,
  schema: Schema.Constraint,
  error: Schema.SchemaError,
  extra: Extra
): ReadonlyArray<Finding> =>
  format(error.issue).issues.map((issue) => {
    const steps = (issue.path ?? []).map((step) => {
      const key = typeof step === "object" ? step.key : step
      return typeof key === "symbol" ? String(key) : key
    })
    const path = [...base, ...steps]
    const key = String(steps.at(-1) ?? "")
    const allowed = () => [...keysAt(encodedSide(schema.ast), steps.slice(0, -1)), ...(extra.alsoAllowed ?? [])]
    if (issue.message === "Expected no excess property") {
      const names = allowed()
      const near = nearest(key, names)
      return source.finding(path, "key", {
        severity: "error",
        code: "unknown-key",
        message: `${extra.subject} has no key "${key}".`,
        hint:
          near === null ? `It takes: ${names.join(", ")}.` : `Did you mean "${near}"? It takes: ${names.join(", ")}.`
      })
    }
    if (issue.message === "Missing key") {
      return source.finding(path.slice(0, -1), "key", {
        severity: "error",
        code: "missing-key",
        message: `${extra.subject} needs the key "${key}".`,
        hint: `Add "${key}:" below it.`
      })
    }
    const given = valueAt(source.value, path)
    if (path.length === 0)
      return source.finding([], "value", { severity: "error", code: "invalid-value", ...NO_PIPELINE })
    if (issue.message === "Expected object" && given === null) {
      return source.finding(path, "key", {
        severity: "error",
        code: "invalid-value",
        message: `${extra.subject}: there is nothing below "${key}".`,
        hint: "Give it what it needs, indented below it; or take it out. See: keepsake list"
      })
    }
    const expected = issue.message.replace(/^Expected /, "expected ")
    const options = [...issue.message.matchAll(/"([^"]+)"/g)].flatMap(([, option]) =>
      option === undefined || option === given ? [] : [option]
    )
    const near = typeof given === "string" ? nearest(given, options) : null
    return source.finding(path, "value", {
      severity: "error",
      code: "invalid-value",
      message: `${extra.subject}: ${key === "" ? "" : `"${key}": `}${expected}.`,
      hint:
        near === null
          ? `See: keepsake ${extra.type === undefined ? "schema" : `describe ${extra.type}`}`
          : `Did you mean "${near}"?`
    })
  })

/** An empty file, or one that holds something else. */
const NO_PIPELINE = {
  message: "This is no pipeline: it has keys such as `name`, `sources` and `sinks`.",
  hint: "Write one with: keepsake init FILE"
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (current, step) =>
      typeof current === "object" && current !== null
        ? Object.entries(current).find(([key]) => key === String(step))?.[1]
        : undefined,
    value
  )
