/** ExifReader and the XML parser it needs for XMP: large, and loaded when first needed, which in most runs is never. */
import { createRequire } from "node:module"

// Synchronous, since those who read pictures are.
const load = createRequire(import.meta.url)

type ExifReader = typeof import("exifreader")
type Xml = typeof import("@xmldom/xmldom")

export const exifReader = (): ExifReader => load("exifreader")

/** A parser that stops at the first error, and says afterwards what it was. */
export const domParser = () => {
  const { DOMParser }: Xml = load("@xmldom/xmldom")
  let problem: string | null = null
  const parser = new DOMParser({
    onError: (level, message) => {
      if (level === "warning") return
      problem = message
      if (level === "error") throw new Error(message)
    }
  })
  return { parser, problem: (): string | null => problem }
}
