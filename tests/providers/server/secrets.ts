/** Makes what must stay secret, and lists it, so that a test can search logs and databases for it. */
import { stream } from "../../../src/sample/random.ts"
import { noteSecret } from "../../support/secrecy/record.ts"

export type SecretKind =
  | "access token"
  | "refresh token"
  | "authorization code"
  | "device code"
  | "client secret"
  | "code verifier"
  | "API key"

export interface Secret {
  readonly kind: SecretKind
  readonly value: string
}

export interface Secrets {
  /** A new one of `length` characters of base64url behind the prefix. */
  readonly issue: (kind: SecretKind, prefix: string, length: number) => string
  /** Lists one that was made elsewhere. */
  readonly add: (kind: SecretKind, value: string) => void
  readonly all: () => ReadonlyArray<Secret>
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

export const secretsOf = (seed: number): Secrets => {
  const known = new Map<string, Secret>()
  const random = stream("secrets", seed)
  const add = (kind: SecretKind, value: string) => {
    known.set(value, { kind, value: noteSecret(kind, value) })
  }
  return {
    issue: (kind, prefix, length) => {
      const value = prefix + Array.from({ length }, () => ALPHABET.charAt(random.integer(0, 63))).join("")
      add(kind, value)
      return value
    },
    add,
    all: () => [...known.values()]
  }
}
