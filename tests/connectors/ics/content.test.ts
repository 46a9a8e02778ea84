import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { components, decodeText } from "../../../connectors/ics/content.ts"
import { plainText, properties } from "../../../connectors/calendar/property.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const only = (...lines: ReadonlyArray<string>) =>
  components(["BEGIN:VEVENT", ...lines, "END:VEVENT"].join("\n"))[0]?.lines

describe("decodeText", () => {
  it("drops a byte-order mark", () => {
    expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes("BEGIN")]))).toBe("BEGIN")
  })

  it("reads UTF-16 and Windows-1252", () => {
    expect(decodeText(new Uint8Array([0xff, 0xfe, 0x42, 0x00, 0xe9, 0x00]))).toBe("Bé")
    expect(decodeText(new Uint8Array([0x42, 0xe9]))).toBe("Bé")
  })

  it("mends characters that folding has cut", () => {
    const [first = 0, second = 0] = bytes("é")
    const cut = new Uint8Array([...bytes("SUMMARY:Caf"), first, ...bytes("\r\n "), second, ...bytes("s\r\n")])
    expect(decodeText(cut)).toBe("SUMMARY:Cafés\r\n")
  })
})

describe("components", () => {
  it("unfolds lines, with spaces and tabs", () => {
    expect(only("SUMMARY:a", " b", "\tc", "  d")).toEqual(["SUMMARY:abc d"])
  })

  it("survives blank lines and any line ends", () => {
    const text = "\r\nBEGIN:VEVENT\r\r\nSUMMARY:a\n\n b\rUID:1\r\n   \r\nEND:VEVENT"
    expect(components(text).map(({ name, lines }) => [name, lines])).toEqual([["VEVENT", ["SUMMARY:ab", "UID:1"]]])
  })

  it("takes a line that is none as more of the one before: a new line of text, or a fold without its space", () => {
    const long = `DESCRIPTION:${"x".repeat(63)}`
    expect(only("DESCRIPTION:a", "and more")).toEqual(["DESCRIPTION:a\\nand more"])
    expect(only(long, "yyy")).toEqual([`${long}yyy`])
  })

  it("keeps what stands within apart", () => {
    const [event] = components("BEGIN:vevent\nUID:1\nBEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\nSUMMARY:a\nEND:VEVENT")
    expect(event?.lines).toEqual(["UID:1", "SUMMARY:a"])
    expect(event?.children.map(({ name, lines }) => [name, lines])).toEqual([["VALARM", ["TRIGGER:-PT5M"]]])
  })

  it("ends an event where the next begins, and says that it was cut", () => {
    const [calendar] = components(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:VCALENDAR"
    )
    expect(calendar?.children.map(({ lines, complete, line }) => [lines, complete, line])).toEqual([
      [["UID:1"], false, 2],
      [["UID:2"], true, 4]
    ])
    expect(calendar?.children[0]?.raw()).toBe("BEGIN:VEVENT\r\nUID:1")
  })

  it("says that the last one was cut where the file ends", () => {
    expect(components("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1")[0]?.children[0]?.complete).toBe(false)
  })

  it("takes several calendars in a row, and ends that nothing began", () => {
    const text = "END:VEVENT\nBEGIN:VCALENDAR\nEND:VALARM\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\nrest"
    expect(components(text).map(({ complete }) => complete)).toEqual([true, true])
  })

  it("copes with components within components without end", () => {
    expect(components("BEGIN:A\n".repeat(50_000))).toHaveLength(1)
  })

  it("never throws, whatever the text", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VALARM", " folded", "")
    )
    fc.assert(fc.property(fc.array(line), (lines) => void components(lines.join("\n"))))
  })
})

describe("properties", () => {
  it("reads parameters in quotes, with colons and semicolons", () => {
    const property = properties({ lines: ['ATTENDEE;CN="Doe; Jane: x";ROLE=CHAIR:mailto:jane@example.com'] }).first(
      "ATTENDEE"
    )
    expect([property?.params.get("cn"), property?.params.get("role"), property?.value]).toEqual([
      "Doe; Jane: x",
      "CHAIR",
      "mailto:jane@example.com"
    ])
  })

  it("names the lines that it can't read", () => {
    const has = properties({ lines: ['SUMMARY;X="open:a', "SUMMARY:b"] })
    expect(has.unreadable("SUMMARY")).toEqual(['SUMMARY;X="open:a'])
    expect(has.first("SUMMARY")?.value).toBe("b")
  })

  it("finds grouped names, in any case", () => {
    expect(properties({ lines: ["item1.summary:a"] }).first("SUMMARY")?.value).toBe("a")
  })

  it("undoes the escapes of texts", () => {
    expect(plainText(String.raw` a\, b\; c\\n \N\nd `)).toBe("a, b; c\\n \n\nd")
    expect(plainText("  ")).toBeNull()
  })

  it("never throws, whatever the line", () => {
    fc.assert(fc.property(fc.string(), (line) => void properties({ lines: [`SUMMARY${line}`] }).all("SUMMARY")))
  })
})
