/** The text of what Outlook writes as a web page. */

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "]
])

const character = (entity: string, name: string): string => {
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  if (name.startsWith("#")) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity
  return ENTITIES.get(name.toLowerCase()) ?? entity
}

/** Lines stay lines; pictures, links and styles are left out. */
export const plainOf = (html: string): string =>
  html
    .replaceAll(/<!--.*?-->|<(head|style|script)\b.*?<\/\1\s*>/gis, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/<br\b[^>]*>|<\/(?:p|div|li|tr|h\d)\s*>/gi, "\n")
    .replaceAll(/<\/?[a-z][^>]*>/gi, "")
    .replaceAll(/&(#?\w+);/g, character)
    .replaceAll(/[^\S\n]*\n[^\S\n]*/g, "\n")
    .trim()
