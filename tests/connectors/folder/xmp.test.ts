import { expect, test } from "vitest"
import { readXmp } from "../../../connectors/folder/xmp.ts"

const packet = (properties: string, attributes = "") =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ${attributes}>${properties}</rdf:Description>
  </rdf:RDF></x:xmpmeta>`

const sidecarOf = (text: string) => {
  const read = readXmp(Buffer.from(text))
  return read.kind === "picture" ? read.sidecar : read
}

const alternatives = (text: string) => `<rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt>`

test("title, description, people, place and time", () => {
  const text = packet(
    `<exif:GPSLatitude>37,46.5N</exif:GPSLatitude><exif:GPSLongitude>122,25,15W</exif:GPSLongitude>
     <exif:GPSAltitude>1234/10</exif:GPSAltitude><exif:GPSAltitudeRef>1</exif:GPSAltitudeRef>
     <dc:title>${alternatives("Bridge &amp; bay")}</dc:title><dc:description>${alternatives("Für Ana")}</dc:description>
     <Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Ana</rdf:li><rdf:li>Leo</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>
     <photoshop:DateCreated>2019-06-01T10:11:12+02:00</photoshop:DateCreated>`
  )
  expect(sidecarOf(text)).toEqual({
    title: "Bridge & bay",
    description: "Für Ana",
    takenAt: Date.parse("2019-06-01T08:11:12Z"),
    takenLocal: Date.parse("2019-06-01T10:11:12Z"),
    position: { latitude: 37.775, longitude: expect.closeTo(-122.420833, 6), altitude: -123.4 },
    people: ["Ana", "Leo"]
  })
})

test.each([
  ["\uFEFF", ""],
  [`<?xml version="1.0" encoding="UTF-8"?>\n`, ""],
  [`\uFEFF<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>\n`, `<?xpacket end="w"?>`]
])("what stands around it doesn't count: %j", (before, after) => {
  const text = before + packet("", 'exif:GPSLatitude="47,22.5N" exif:GPSLongitude="8,32.25E"') + after
  expect(sidecarOf(text)).toMatchObject({ position: { latitude: 47.375, longitude: 8.5375, altitude: null } })
})

test.each([
  ["-180", "-180"],
  ["0,0.0N", "0,0.0E"],
  ["", ""],
  ["north", "east"]
])("a position of %j, %j is none", (latitude, longitude) => {
  const text = packet("", `exif:GPSLatitude="${latitude}" exif:GPSLongitude="${longitude}"`)
  expect(sidecarOf(text)).toMatchObject({ position: null })
})

test.each([
  ['exif:DateTimeOriginal="2019-06-01T10:11:12.5"', "2019-06-01T10:11:12.500Z", null],
  ['xmp:CreateDate="2019-06-01T10:11"', "2019-06-01T10:11:00.000Z", null],
  ['xmp:CreateDate="2019-06-01T10:11:12Z"', "2019-06-01T10:11:12.000Z", "2019-06-01T10:11:12.000Z"]
])("the time in %s", (attributes, local, instant) => {
  expect(sidecarOf(packet("", attributes))).toMatchObject({
    takenLocal: Date.parse(local),
    takenAt: instant === null ? null : Date.parse(instant)
  })
})

test("a date without a time is no time", () => {
  expect(sidecarOf(packet("", 'photoshop:DateCreated="2019-06-01"'))).toMatchObject({ takenAt: null, takenLocal: null })
})

test.each(["", "not XML", "<x:xmpmeta><rdf:RDF", packet("<dc:title>").slice(0, 200), '{"title": "x"}'])(
  "broken: %j",
  (text) => {
    expect(readXmp(Buffer.from(text))).toMatchObject({ kind: "broken", reason: expect.stringMatching(/./) })
  }
)
