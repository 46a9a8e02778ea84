/** One XML element as a tree, by saxes: the reference for what anything faster reads. */
import { type SaxesAttributePlain, SaxesParser } from "saxes"
import { parsable } from "./text.ts"

export interface Element {
  readonly name: string
  readonly attributes: ReadonlyArray<SaxesAttributePlain>
  readonly children: ReadonlyArray<Element>
}

interface Open extends Element {
  readonly attributes: Array<SaxesAttributePlain>
  readonly children: Array<Element>
}

/** Why a text is no element, in the parser's words. */
export interface Broken {
  readonly broken: string
}

/** Reads a text that is one element, in UTF-8 decoded. Text between tags has no place in an export. */
export const parseElement = (xml: string): Element | Broken => {
  const text = parsable(xml)
  const read = parse(text)
  if (!("broken" in read)) return read
  const named = renameAttributes(text)
  if (named === null) return read
  const again = parse(named.text)
  return "broken" in again ? read : restoreNames(again, named.names)
}

const parse = (text: string): Element | Broken => {
  const parser = new SaxesParser({ fragment: true, position: false })
  const open: Array<Open> = []
  const roots: Array<Element> = []
  let broken: string | null = null
  let pending: Array<SaxesAttributePlain> = []
  parser.on("error", (error) => {
    broken ??= error.message
  })
  parser.on("attribute", ({ name, value }) => void pending.push({ name, value }))
  parser.on("opentag", ({ name }) => {
    const element: Open = { name, attributes: pending, children: [] }
    pending = []
    const parent = open.at(-1)
    if (parent === undefined) roots.push(element)
    else parent.children.push(element)
    open.push(element)
  })
  parser.on("closetag", () => void open.pop())
  const stray = (between: string) => {
    if (broken === null && between.trim() !== "") broken = "there is text where none belongs"
  }
  parser.on("text", stray)
  parser.on("cdata", stray)
  parser.write(text).close()
  const [root, ...others] = roots
  if (broken !== null) return { broken }
  return root === undefined || others.length > 0 ? { broken: "it is not one element" } : root
}

const TAG = /<([A-Za-z][\w.-]*)((?:\s+[^<>="']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?)>/g
const ATTRIBUTE = /(\s+)([^<>="']+?)(\s*=\s*)("[^"<]*"|'[^'<]*')/g

/** iOS 8 wrote metadata as attributes, whose names have spaces. They get names that parsers take. */
const renameAttributes = (text: string): { readonly text: string; readonly names: ReadonlyArray<string> } | null => {
  const names: Array<string> = []
  const renamed = text.replace(
    TAG,
    (_, tag: string, attributes: string) =>
      `<${tag}${attributes.replace(ATTRIBUTE, (_, space: string, name: string, equals: string, value: string) => `${space}a${names.push(name) - 1}${equals}${value}`)}>`
  )
  return names.length === 0 ? null : { text: renamed, names }
}

const restoreNames = (element: Element, names: ReadonlyArray<string>): Element => ({
  name: element.name,
  attributes: element.attributes.map(({ name, value }) => ({ name: names[Number(name.slice(1))] ?? name, value })),
  children: element.children.map((child) => restoreNames(child, names))
})
