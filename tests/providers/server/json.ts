/** Reading JSON whose shape nobody promises. */
import type { Json } from "../../../src/component/column.ts"

export type { Json }

export interface JsonObject {
  readonly [key: string]: Json
}

/** Undefined for what is no JSON. */
export const parseJson = (text: string): Json | undefined => {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value at a path of keys and indexes. */
export const at = (value: Json | undefined, ...path: ReadonlyArray<string | number>): Json | undefined => {
  let here = value
  for (const step of path) {
    if (Array.isArray(here)) here = here.at(Number(step))
    else here = isObject(here) ? here[step] : undefined
  }
  return here
}

export const textAt = (value: Json | undefined, ...path: ReadonlyArray<string | number>): string | undefined => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : undefined
}

export const numberAt = (value: Json | undefined, ...path: ReadonlyArray<string | number>): number | undefined => {
  const found = at(value, ...path)
  return typeof found === "number" ? found : undefined
}

/** The items of an array; of anything else, none. */
export const listAt = (value: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<Json> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** An object without the entries that are undefined. */
export const compact = (entries: { readonly [key: string]: Json | undefined }): JsonObject => {
  const kept: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) kept[key] = value
  return kept
}
