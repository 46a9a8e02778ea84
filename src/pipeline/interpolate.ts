/**
 * `${NAME}` and `${NAME:-default}` from the environment, inside of scalars only, so that a value can never change the
 * structure. `$${` stands for `${`; `${secret:NAME}` is left for the vault.
 */

export type Environment = Readonly<Record<string, string | undefined>>

const PATTERN = /\$\$\{|\$\{(secret:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

export interface Filled {
  readonly value: string | number | boolean
  /** Variables that are neither set nor have a default. */
  readonly missing: ReadonlyArray<string>
}

/** A plain scalar that is one variable and nothing else may become a number or a boolean; never a list or a map. */
export const fillIn = (text: string, environment: Environment, plain: boolean): Filled => {
  const missing: Array<string> = []
  const value = text.replaceAll(
    PATTERN,
    (match, secret: string | undefined, name: string, fallback: string | undefined) => {
      if (match === "$${") return "${"
      if (secret !== undefined) return match
      const given = environment[name]
      // As in a shell, `:-` also stands in for an empty value.
      if (given !== undefined && (given !== "" || fallback === undefined)) return given
      if (fallback === undefined) missing.push(name)
      return fallback ?? ""
    }
  )
  const whole = plain && value !== text && [...text.matchAll(PATTERN)][0]?.[0] === text
  return { value: whole ? core(value) : value, missing }
}

const core = (text: string): string | number | boolean => {
  if (text === "true") return true
  if (text === "false") return false
  return NUMBER.test(text) ? Number(text) : text
}
