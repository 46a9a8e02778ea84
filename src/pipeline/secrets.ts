/** Secrets that stand in a pipeline's file: they are used, but said nowhere (I5), and better kept in the vault. */
import { type Document, isNode, isPair, isScalar, visit } from "yaml"

/** A value, or a part of it, that is nobody's business. */
export interface WrittenSecret {
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
  /** The field that it stands in: `client_secret`; of an address, `password`. */
  readonly field: string
  /** A name for it in the vault. */
  readonly name: string
  /** How the value would be written instead. */
  readonly instead: string
}

const SECRET = /^(?:client_secret|api_key)$/
/** The same of any component's field; deeper down they may be names of columns. */
const TELLING = /^(?:\w+_)?(?:secret|password|passphrase|token|api_?key)$/i

/** References to secrets and variables, and how a text begins, tell nothing; what stands in for a variable does. */
const REFERENCE = /^[|>][-+\d]*|\$\{(?:secret:)?\w+\}|\$\{\w+:-|\}/g

const PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?<password>(?:\$\{[^}]*\}|[^\s/@])+)@/gi

const isLiteral = (written: string): boolean => /[^\s"']/.test(written.replaceAll(REFERENCE, ""))

const nameOf = (...parts: ReadonlyArray<string>): string => parts.join("_").replaceAll(/\W/g, "_").toUpperCase()

/** Where the text can't be parsed, whatever follows the name of such a field. */
const BY_LOOK = /\b(?:client_secret|api_key)["']?\s*:\s*(?<value>"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:\$\{[^}]*\}|[^,}\n])+)/g

const secretsByLook = (text: string): ReadonlyArray<Pick<WrittenSecret, "start" | "end">> =>
  [...text.matchAll(BY_LOOK)].map(({ 0: all, groups, index }) => {
    const end = index + all.length
    return { start: end - (groups?.["value"] ?? "").length, end }
  })

/** All of them, in the order of the text. */
export const secretsIn = (text: string, document: Document.Parsed): ReadonlyArray<WrittenSecret> => {
  const found: Array<WrittenSecret> = []
  visit(document, {
    Pair: (_, { key, value }, ancestors) => {
      if (!isScalar(key) || !isNode(value) || value.range == null) return
      const [start, end] = value.range
      const field = String(key.value)
      const owners = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []))
      const of = owners.at(-1) ?? "my"
      const written = text.slice(start, end)
      if (SECRET.test(field) || (owners.length === 2 && TELLING.test(field))) {
        const name = nameOf(of, field)
        if (isLiteral(written)) found.push({ start, end, field, name, instead: `${field}: "\${secret:${name}}"` })
      } else if (isScalar(value)) {
        for (const { groups, index } of written.matchAll(PASSWORD)) {
          const { password = "" } = groups ?? {}
          const name = nameOf(of, "password")
          const at = start + written.indexOf(`:${password}@`, index) + 1
          if (isLiteral(password))
            found.push({
              start: at,
              end: at + password.length,
              field: "password",
              name,
              instead: `:\${secret:${name}}@`
            })
        }
      }
    }
  })
  return found
}

/** The text with dots in their place, line for line and column for column. */
export const withoutSecrets = (
  text: string,
  document: Document.Parsed,
  secrets: ReadonlyArray<WrittenSecret>
): string =>
  [...secrets, ...(document.errors.length === 0 ? [] : secretsByLook(text))].reduce(
    (shown, { end, start }) => shown.slice(0, start) + masked(text.slice(start, end)) + shown.slice(end),
    text
  )

const masked = (written: string): string =>
  written.replaceAll(
    /(^[|>][-+\d]*|\$\{(?:secret:)?\w+\}|\$\{\w+:-)|[^\s"'}]/g,
    (_, kept: string | undefined) => kept ?? "…"
  )
