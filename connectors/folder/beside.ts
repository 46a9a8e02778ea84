/** XMP sidecars beside their pictures: which belongs to which. */
import type { Entry } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import { folderOf, nameOf, parseName, stemOf } from "../media/name.ts"
import type { Sidecar } from "../media/sidecar.ts"
import { type Broken, brokenSidecar } from "../media/sidecars.ts"
import type { XmpSidecar } from "./xmp.ts"

export interface XmpFile {
  readonly entry: Entry
  readonly content: XmpSidecar | Broken
}

export interface XmpFiles {
  /** The sidecar of the picture at a path: `X.jpg.xmp`, else `X.xmp`. */
  readonly of: (path: string) => XmpFile | undefined
  /** Those that no picture asked for, but for the broken ones. */
  readonly unused: () => ReadonlyArray<Entry>
  /** The broken ones. */
  readonly rejects: ReadonlyArray<Reject>
}

const EXTENSION = ".xmp"

export const isXmp = ({ path }: Entry): boolean => path.toLowerCase().endsWith(EXTENSION)

const sidecarPaths = (path: string): ReadonlyArray<string> => {
  const folder = folderOf(path)
  return [path, (folder === "" ? "" : `${folder}/`) + stemOf(parseName(nameOf(path)))]
}

/** `contents` are those of the entries, in their order. */
export const xmpFiles = (entries: ReadonlyArray<Entry>, contents: ReadonlyArray<XmpSidecar | Broken>): XmpFiles => {
  const files = entries.flatMap((entry, index): ReadonlyArray<XmpFile> => {
    const content = contents[index]
    return content === undefined ? [] : [{ entry, content }]
  })
  const byPath = new Map(files.map((file) => [file.entry.path.slice(0, -EXTENSION.length), file]))
  const used = new Set<XmpFile>()
  return {
    of: (path) => {
      const [found] = sidecarPaths(path).flatMap((possible) => byPath.get(possible) ?? [])
      if (found !== undefined) used.add(found)
      return found
    },
    unused: () => files.flatMap((file) => (file.content.kind === "picture" && !used.has(file) ? [file.entry] : [])),
    rejects: files.flatMap(({ entry, content }) => (content.kind === "broken" ? [brokenSidecar(entry, content)] : []))
  }
}

/** What a sidecar says; null: there is none that can be read. */
export const xmpSidecar = (file: XmpFile | undefined): Sidecar | null =>
  file?.content.kind === "picture" ? file.content.sidecar : null

/** How a picture's sidecar was found, in words; null: it has none. */
export const xmpWords = (file: XmpFile | undefined): { readonly isFound: boolean; readonly words: string } | null => {
  if (file === undefined) return null
  const name = nameOf(file.entry.path)
  return file.content.kind === "picture"
    ? { isFound: true, words: name }
    : { isFound: false, words: `its sidecar ${name} is broken` }
}
