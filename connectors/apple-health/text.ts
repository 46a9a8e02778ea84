/** Text as Apple writes it: UTF-8 with entities, and with characters that XML forbids. */

// Bytes travel as latin1 text, one character each: that is cut and searched fastest.
const NOT_ASCII = /[\u0080-\u00ff]/
// oxlint-disable-next-line no-control-regex -- Some iOS versions write them, and no XML parser takes them.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
// oxlint-disable-next-line no-control-regex -- Everything that isn't the text itself.
const SPECIAL = /[\u0000-\u001f&\ufffe\uffff]/
const REFERENCE = /&(?:#(\d+)|#x([\da-fA-F]+)|(lt|gt|amp|quot|apos));/g
const LONE_AMPERSAND = /&(?!(?:#\d+|#x[\da-fA-F]+|lt|gt|amp|quot|apos);)/g

const NAMED = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"]
])

/** The text of UTF-8 bytes that came as latin1. */
export const fromBytes = (raw: string): string =>
  NOT_ASCII.test(raw) ? Buffer.from(raw, "latin1").toString("utf8") : raw

const characterOf = (decimal: string | undefined, hexadecimal: string | undefined): string => {
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal)
  const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isCharacter ? String.fromCodePoint(code).replace(FORBIDDEN, "") : ""
}

/** An attribute's value from the bytes between its quotes, as an XML parser gives it. */
export const attributeText = (raw: string): string => {
  const text = fromBytes(raw)
  return SPECIAL.test(text)
    ? text
        .replace(FORBIDDEN, "")
        .replace(/\r\n|[\t\n\r]/g, " ")
        .replace(REFERENCE, (_, decimal?: string, hexadecimal?: string, name?: string) =>
          name === undefined ? characterOf(decimal, hexadecimal) : (NAMED.get(name) ?? "")
        )
    : text
}

/** XML without what an XML parser refuses, and with the same meaning: forbidden characters go, a lone `&` is one. */
export const parsable = (xml: string): string => {
  const text = xml.replace(FORBIDDEN, "")
  return text.includes("&")
    ? text
        .replace(LONE_AMPERSAND, "&amp;")
        .replace(REFERENCE, (reference, decimal?: string, hexadecimal?: string, name?: string) =>
          name === undefined && characterOf(decimal, hexadecimal) === "" ? "" : reference
        )
    : text
}
