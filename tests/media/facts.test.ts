import { deflateSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it, test } from "vitest"
import type { MediaFacts } from "../../src/component/media.ts"
import { readMedia } from "../../src/media/read.ts"
import { heicWith, jpegWith, movie, pngWith, segment, tiffOf, webpWith } from "./files.ts"

const facts = (bytes: Uint8Array): MediaFacts => {
  const result = readMedia(bytes)
  if (result._tag === "Unreadable") throw new Error(result.problem.reason)
  return result.facts
}
const utc = (text: string) => Date.parse(`${text}Z`)

const NAMESPACES = [
  ["dc", "http://purl.org/dc/elements/1.1/"],
  ["exif", "http://ns.adobe.com/exif/1.0/"],
  ["xmp", "http://ns.adobe.com/xap/1.0/"],
  ["photoshop", "http://ns.adobe.com/photoshop/1.0/"],
  ["xmpNote", "http://ns.adobe.com/xmp/note/"],
  ["Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"],
  ["mwg-rs", "http://www.metadataworkinggroup.com/schemas/regions/"],
  ["MP", "http://ns.microsoft.com/photo/1.2/"],
  ["MPRI", "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"],
  ["MPReg", "http://ns.microsoft.com/photo/1.2/t/Region#"]
]

const packet = (properties: string, attributes = ""): Buffer =>
  Buffer.from(
    `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${attributes} ` +
      `${NAMESPACES.map(([prefix, name]) => `xmlns:${prefix}="${name}"`).join(" ")}>${properties}</rdf:Description>` +
      `</rdf:RDF></x:xmpmeta>\n   \n<?xpacket end="w"?>`
  )
const inLanguages = (name: string, texts: { readonly [language: string]: string }) =>
  `<${name}><rdf:Alt>${Object.entries(texts)
    .map(([language, text]) => `<rdf:li xml:lang="${language}">${text}</rdf:li>`)
    .join("")}</rdf:Alt></${name}>`
const title = (text: string) => inLanguages("dc:title", { "x-default": text })

/** A TIFF that holds nothing else. */
const tiffWith = (xmp: Buffer): Buffer => {
  const head = Buffer.from("MM\0*\0\0\0\x08\0\x01\x02\xbc\0\x01\0\0\0\0\0\0\0\x1a\0\0\0\0", "latin1")
  head.writeUInt32BE(xmp.length, 14)
  return Buffer.concat([head, xmp])
}

const mark = (text: string) => Buffer.from(`${text}\0`, "latin1")
const xmpSegment = (xmp: Buffer) => segment(0xe1, mark("http://ns.adobe.com/xap/1.0/"), xmp)
const withXmp = (xmp: Buffer, exif: Buffer | null = null) => facts(jpegWith(exif, { segments: [xmpSegment(xmp)] }))

describe("XMP in a picture", () => {
  it("says what it is called, when and where it was taken, and who is on it", () => {
    const found = withXmp(
      packet(
        inLanguages("dc:title", { "fr-FR": "Le pont", "x-default": "The bridge" }) +
          inLanguages("dc:description", { "de-DE": "Für Ana" }) +
          "<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Ana</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>",
        'photoshop:DateCreated="2019-06-01T10:11:12+02:00" exif:GPSLatitude="37,46.5S" exif:GPSLongitude="122,25,15W" ' +
          'exif:GPSAltitude="1234/10" exif:GPSAltitudeRef="1"'
      )
    )
    expect(found).toMatchObject({
      title: "The bridge",
      description: "Für Ana",
      people: ["Ana"],
      takenLocal: utc("2019-06-01T10:11:12"),
      takenAt: utc("2019-06-01T08:11:12"),
      offsetMinutes: 120,
      latitude: -37.775,
      longitude: expect.closeTo(-122.420833, 6),
      altitude: -123.4,
      warning: null
    })
  })

  it("names the faces that programs found, once each, and no pets", () => {
    const region = (name: string, type: string) =>
      `<rdf:li><rdf:Description mwg-rs:Name="${name}" mwg-rs:Type="${type}"><mwg-rs:Area/></rdf:Description></rdf:li>`
    const long = `<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Leo</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>`
    const found = withXmp(
      packet(
        `<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>${region("Ana", "Face")}${long}` +
          `${region("Rex", "Pet")}<rdf:li mwg-rs:Type="Face"/></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>` +
          `<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li MPReg:PersonDisplayName="Leo"/>` +
          `<rdf:li MPReg:PersonDisplayName="Mia" MPReg:Rectangle="0,0,1,1"/></rdf:Bag></MPRI:Regions></MP:RegionInfo>`
      )
    )
    expect(found.people).toEqual(["Ana", "Leo", "Mia"])
  })

  const exif = tiffOf({ time: "2020:07:01 12:00:00", place: [10, 20] })

  it("doesn't count where EXIF knows time and place", () => {
    const found = withXmp(
      packet(
        title("Kept"),
        'exif:DateTimeOriginal="2001-01-01T01:01:01+05:00" exif:GPSLatitude="37,46.5N" exif:GPSLongitude="1,1.5E"'
      ),
      exif
    )
    expect(found).toMatchObject({
      title: "Kept",
      takenLocal: utc("2020-07-01T12:00:00"),
      offsetMinutes: null,
      latitude: 10,
      longitude: 20
    })
  })

  it.each([
    ["-03:00", -180],
    ["Z", null]
  ])("adds to EXIF's time the offset %s of the same time", (offset, minutes) => {
    const found = withXmp(packet("", `exif:DateTimeOriginal="2020-07-01T12:00:00.25${offset}"`), exif)
    expect(found).toMatchObject({ takenLocal: utc("2020-07-01T12:00:00"), offsetMinutes: minutes })
  })

  it("knows better when it was taken than EXIF's time of the last change", () => {
    const changed = Buffer.from(tiffOf({ time: "2020:07:01 12:00:00" }))
    changed.writeUInt16BE(0x0132, changed.indexOf(Buffer.from([0x90, 0x03])))
    expect(facts(jpegWith(changed)).takenLocal).toBe(utc("2020-07-01T12:00:00"))
    expect(withXmp(packet("", 'photoshop:DateCreated="1985-05-05T12:00"'), changed).takenLocal).toBe(
      utc("1985-05-05T12:00")
    )
  })

  it("may be too long for a segment: the rest is put together by its parts' offsets", () => {
    const rest = packet(title("From afar") + " ".repeat(100_000))
    const guid = "0123456789ABCDEF0123456789ABCDEF"
    const part = (from: number, to: number, of = guid) => {
      const head = Buffer.alloc(8)
      head.writeUInt32BE(rest.length, 0)
      head.writeUInt32BE(from, 4)
      const data = rest.subarray(from, to)
      return segment(0xe1, mark("http://ns.adobe.com/xmp/extension/"), Buffer.from(of, "latin1"), head, data)
    }
    const main = packet(inLanguages("dc:description", { "x-default": "Near" }), `xmpNote:HasExtendedXMP="${guid}"`)
    const others = part(0, 60_000, "F".repeat(32))
    const segments = [xmpSegment(main), others, part(60_000, rest.length), part(0, 60_000)]
    expect(facts(jpegWith(null, { segments }))).toMatchObject({
      title: "From afar",
      description: "Near",
      warning: null
    })
    expect(facts(jpegWith(null, { segments: segments.slice(0, 3) })).title).toBeNull()
  })

  it("is read in whatever format it stands", () => {
    const xmp = packet(title("Anywhere"))
    const text = (data: Buffer, compressed: number) =>
      Buffer.concat([mark("XML:com.adobe.xmp"), Buffer.from([compressed, 0, 0, 0]), data])
    const files = [
      pngWith(exif, text(xmp, 0)),
      pngWith(exif, text(deflateSync(xmp), 1)),
      webpWith(exif, xmp),
      heicWith(exif, xmp),
      tiffWith(xmp)
    ]
    for (const file of files) expect(facts(file)).toMatchObject({ title: "Anywhere" })
    for (const file of files.slice(0, 4)) expect(facts(file).takenLocal).toBe(utc("2020-07-01T12:00:00"))
  })

  it("says of a video what its index doesn't", () => {
    const xmp = packet(title("A film"), 'xmp:CreateDate="2019-06-01T10:11:12+02:00"')
    expect(facts(movie({ seconds: 0, location: "+43.5000+011.2500/", xmp }))).toMatchObject({
      title: "A film",
      takenAt: utc("2019-06-01T08:11:12"),
      latitude: 43.5
    })
    expect(facts(movie({ seconds: 0, userXmp: xmp })).title).toBe("A film")
  })

  it("is left alone where it can't say anything new", () => {
    const whole = tiffOf({ time: "2020:07:01 12:00:00", offset: "+02:00", place: [10, 20] })
    const useless = Buffer.from(`<x:xmpmeta> broken, but without texts: xmp:CreateDate="2001-01-01T01:01:01"`)
    expect(withXmp(useless, whole).warning).toBeNull()
    expect(withXmp(useless, exif).warning).toContain("XMP")
  })

  it("counts before what EXIF keeps of the same kind", () => {
    expect(facts(jpegWith(tiffWith(packet(title("Inner"))))).title).toBe("Inner")
    expect(withXmp(packet(title("Outer")), tiffWith(packet(title("Inner")))).title).toBe("Outer")
  })

  it("doesn't change the picture", () => {
    const other = jpegWith(exif, { segments: [xmpSegment(packet(title("One"))), iptcSegment(dataset(5, "Two"))] })
    expect(facts(other).pictureHash).toBe(facts(jpegWith(exif)).pictureHash)
  })

  it("warns where it is damaged, and keeps the rest", () => {
    const found = withXmp(packet(title("<oops")), exif)
    expect(found).toMatchObject({ title: null, takenLocal: utc("2020-07-01T12:00:00"), latitude: 10 })
    expect(found.warning).toContain("XMP")
  })
})

const dataset = (number: number, text: string | Buffer, record = 2) => {
  const data = Buffer.from(text)
  const head = Buffer.from([0x1c, record, number, 0, 0])
  head.writeUInt16BE(data.length, 3)
  return Buffer.concat([head, data])
}
const iptcSegment = (...datasets: ReadonlyArray<Buffer>) => {
  const data = Buffer.concat(datasets)
  const head = Buffer.from("8BIM\x04\x04\0\0\0\0\0\0", "latin1")
  head.writeUInt32BE(data.length, 8)
  // Another resource stands in front: an empty one with a name.
  return segment(0xed, mark("Photoshop 3.0"), Buffer.from("8BIM\x03\xed\x03abc\0\0\0\0", "latin1"), head, data)
}

describe("IPTC in a picture", () => {
  const withIptc = (...datasets: ReadonlyArray<Buffer>) =>
    facts(jpegWith(null, { segments: [segment(0xed, mark("Photoshop 3.0")), iptcSegment(...datasets)] }))

  it("says what it is called and when it was taken", () => {
    const found = withIptc(
      dataset(90, "\x1b%G", 1),
      dataset(5, "Größe"),
      dataset(120, "A caption"),
      dataset(55, "20190601"),
      dataset(60, "101112-0330")
    )
    expect(found).toMatchObject({
      title: "Größe",
      description: "A caption",
      takenLocal: utc("2019-06-01T10:11:12"),
      offsetMinutes: -210
    })
  })

  it("knows no zone where it says UTC, which the format's writers say who know none", () => {
    const found = withIptc(dataset(62, "20190601"), dataset(63, "101112+0000"))
    expect(found).toMatchObject({ takenLocal: utc("2019-06-01T10:11:12"), takenAt: null, offsetMinutes: null })
  })

  it("is Latin-1 where it isn't UTF-8", () => {
    expect(withIptc(dataset(105, Buffer.from("Größe", "latin1"))).title).toBe("Größe")
  })

  it("comes after XMP", () => {
    const segments = [iptcSegment(dataset(5, "IPTC"), dataset(120, "Caption")), xmpSegment(packet(title("XMP")))]
    expect(facts(jpegWith(null, { segments }))).toMatchObject({ title: "XMP", description: "Caption" })
  })

  it("stands in a TIFF's directory", () => {
    const iptc = dataset(5, "Scan")
    // As longs, which is what most writers call it.
    const head = "MM\0*\0\0\0\x08\0\x01\x83\xbb\0\x04\0\0\0\x03\0\0\0\x1a\0\0\0\0"
    expect(facts(Buffer.concat([Buffer.from(head, "latin1"), iptc, Buffer.alloc(8)])).title).toBe("Scan")
  })
})

describe("hostile metadata", () => {
  const words = fc.constantFrom(
    ..."<rdf:li> </rdf:li> <dc:title> </dc:title> <rdf:Alt> </rdf:Alt> <rdf:Description </rdf:Description> > /> \" ' = & &amp; ]]> <![CDATA[ <!-- <!DOCTYPE <?xpacket end= x 1".split(
      " "
    ),
    '<mwg-rs:Regions rdf:parseType="Resource">',
    "<mwg-rs:RegionList>",
    "<Iptc4xmpExt:PersonInImage>",
    "<dc:__proto__>",
    'exif:GPSLatitude="1e999,N"',
    'xmlns:a=""',
    "\0",
    "\uFFFF"
  )
  const nonsense = fc.array(words, { maxLength: 30 }).map((parts) => parts.join(" "))

  test("XMP", () => {
    fc.assert(
      fc.property(nonsense, fc.boolean(), (text, inside) => {
        const found = withXmp(inside ? packet(title("x") + text, "") : Buffer.from(`:title ${text}`))
        expect(found.width).toBe(30)
        expect(found.people.every((name) => typeof name === "string" && name !== "")).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  test("XMP cut anywhere, in any format", () => {
    const xmp = packet(title("x"))
    const exif = tiffOf({})
    const files = [pngWith(exif, Buffer.concat([mark("XML:com.adobe.xmp"), Buffer.from([1, 0, 0, 0]), xmp]))]
    files.push(webpWith(exif, xmp), heicWith(exif, xmp), jpegWith(exif, { segments: [xmpSegment(xmp)] }))
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.nat(1200),
        fc.array(fc.tuple(fc.nat(1200), fc.nat(255))),
        (file, at, changes) => {
          const broken = Buffer.from(file.subarray(0, at))
          for (const [where, value] of changes) if (where < broken.length) broken[where] = value
          expect(["Facts", "Unreadable"]).toContain(readMedia(broken)._tag)
        }
      ),
      { numRuns: 1000 }
    )
  })

  test("IPTC", () => {
    const start = fc.constantFrom(
      "",
      "8BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x05",
      "8BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x37"
    )
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, rest) => {
        const resources = segment(0xed, mark("Photoshop 3.0"), Buffer.from(head, "latin1"), Buffer.from(rest))
        expect(facts(jpegWith(null, { segments: [resources] })).width).toBe(30)
      }),
      { numRuns: 500 }
    )
  })

  test("more XMP than a program writes", () => {
    const found = facts(webpWith(tiffOf({}), packet(title("x") + " ".repeat(2 << 20))))
    expect(found).toMatchObject({ title: null, warning: "The XMP metadata is too large to be read." })
  })

  test.each([
    ["namespaces, each within the other", "<a:b xmlns:a#='1'>", "</a:b>"],
    ["ends", "<?xpacket end='#'?>", ""]
  ])("what takes a parser minutes: a megabyte of %s", (_, opening, closing) => {
    const many = Array.from({ length: 20_000 }, (__, index) => opening.replace("#", String(index))).join("")
    const found = facts(webpWith(tiffOf({}), packet(title("x") + many + closing.repeat(20_000))))
    expect(found.warning).toContain("XMP")
  })
})
