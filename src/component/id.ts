/** Identifiers that are the same on every machine. */
import { createHash } from "node:crypto"
import { Uuid } from "./column.ts"
import { type Sql, literal, sql } from "./sql.ts"

/** The namespace of all of Keepsake's name-based ids: UUIDv5 of the URL namespace and `https://keepsake.dev/`. */
export const NAMESPACE = "3d2f6ab0-6f0c-5c5e-9a53-2f1b9f0f4b61"

/** What an id is made of, from the widest scope to the narrowest: provider, account, the provider's own id. */
export type Name = ReadonlyArray<string>

// U+001F can't occur in provider ids or paths that we key by, so that ["a", "bc"] and ["ab", "c"] stay apart.
const SEPARATOR = "\u001f"
const namespaceHex = NAMESPACE.replaceAll("-", "")
const namespaceBytes = Buffer.from(namespaceHex, "hex")

/** UUIDv5 (RFC 9562) of a name within Keepsake's namespace. */
export const uuid5 = (parts: Name): Uuid => {
  const hash = createHash("sha1").update(namespaceBytes).update(parts.join(SEPARATOR), "utf8").digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString("hex", 0, 16)
  return Uuid(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`)
}

/**
 * The same id computed by DuckDB: the name is the fixed parts, then the VARCHAR expression `last`.
 * The macro `uuid5` is created with the warehouse.
 */
export const uuid5Sql = (fixed: Name, last: Sql): Sql =>
  sql`uuid5(${literal([...fixed, ""].join(SEPARATOR))} || ${last})`

/** DDL of the macros behind `uuid5Sql`: the version and variant bits are set in the hexadecimal text. */
export const uuid5Macros: Sql = sql`
  create or replace macro uuid5_of_sha1(h) as (
    left(h, 12) || '5' || h[14:16] || substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr(h, 17, 1)), 1) || h[18:32]
  )::uuid;
  create or replace macro uuid5(name) as uuid5_of_sha1(sha1(from_hex(${literal(namespaceHex)}) || encode(name)));`
