/** What XMP says of a picture, in a sidecar or in the picture itself. */
import type { ExpandedTags } from "exifreader"
import { domParser, exifReader } from "./exifreader.ts"
import { type Clock, bestClock, isoClock } from "./time.ts"

export interface XmpFacts {
  readonly title: string | null
  readonly description: string | null
  readonly clock: Clock | null
  /** Degrees and metres as they stand there, however unlikely. */
  readonly latitude: number | null
  readonly longitude: number | null
  readonly altitude: number | null
  /** Names of the people on the picture. */
  readonly people: ReadonlyArray<string>
}

/** Throws an Error that says why when it is no XMP. Some milliseconds the first time, since the parser is large. */
export const readXmp = (packet: Uint8Array): XmpFacts => {
  const tags = tagsOf(packet)
  return {
    title: textOf(tags, "title"),
    description: textOf(tags, "description"),
    clock: clockOf(tags),
    latitude: degreesOf(textOf(tags, "GPSLatitude")),
    longitude: degreesOf(textOf(tags, "GPSLongitude")),
    altitude: altitudeOf(tags),
    people: peopleOf(tags)
  }
}

type Tags = NonNullable<ExpandedTags["xmp"]>

// What the reader takes for XMP starts so; many editors leave it out, and some put a byte-order mark before it.
const HEADER = "<?xpacket begin=''?>"

const MOST_NAMESPACES = 4096

const tagsOf = (packet: Uint8Array): Tags => {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)
  const text = bytes.toString("latin1")
  const opening = /<((?:\w+:)?(?:xmpmeta|RDF))\b/.exec(text)
  if (opening === null) throw new Error("it is no XMP")
  const end = `</${opening[1]}>`
  const closing = text.lastIndexOf(end)
  const body = bytes.subarray(opening.index, closing === -1 ? bytes.length : closing + end.length)
  // Thousands of either take the reader minutes, and no program writes them.
  if (body.includes("<?xpacket") || text.split("xmlns").length > MOST_NAMESPACES) throw new Error("it is no XMP")
  const { parser, problem } = domParser()
  const file = Buffer.concat([Buffer.from(HEADER), body])
  const tags = exifReader().load(file, { expanded: true, domParser: parser }).xmp
  if (typeof tags?._raw !== "string") throw new Error(problem() ?? "it is no XMP")
  return tags
}

const partOf = (node: unknown, name: string): unknown =>
  typeof node === "object" && node !== null && Object.hasOwn(node, name) ? Reflect.get(node, name) : undefined

const valueOf = (node: unknown, name: string): unknown => partOf(partOf(node, name), "value")

/** The items of a list; a single value is a list of itself. */
const itemsOf = (node: unknown, name: string): ReadonlyArray<unknown> => {
  const value = valueOf(node, name)
  return Array.isArray(value) ? value : value === undefined ? [] : [partOf(node, name)]
}

const textsOf = (node: unknown, name: string): ReadonlyArray<string> =>
  itemsOf(node, name)
    .map((item) => partOf(item, "value"))
    .filter((text) => typeof text === "string")
    .map((text) => text.trim())
    .filter((text) => text !== "")

/** The text of a property; of several languages the default one, of several values the first. */
const textOf = (node: unknown, name: string): string | null => {
  const standard = itemsOf(node, name).find((item) => partOf(partOf(item, "attributes"), "lang") === "x-default")
  const text = partOf(standard, "value")
  return (typeof text === "string" && text.trim() !== "" ? text.trim() : textsOf(node, name)[0]) ?? null
}

const clockOf = (tags: Tags): Clock | null =>
  bestClock(
    [
      isoClock("taken", textOf(tags, "DateTimeOriginal")),
      isoClock("taken", textOf(tags, "DateCreated")),
      isoClock("digitized", textOf(tags, "DateTimeDigitized")),
      isoClock("digitized", textOf(tags, "CreateDate"))
    ].filter((clock) => clock !== null)
  )

const COORDINATE = /^(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?([NSEW])$/i

/** `37,46.5N` and `37,46,30N`; some write plain degrees. */
const degreesOf = (text: string | null): number | null => {
  if (text === null) return null
  const [, degrees, minutes = "0", seconds = "0", side = ""] = COORDINATE.exec(text) ?? []
  if (degrees === undefined) return Number(text)
  return (Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600) * (/[SW]/i.test(side) ? -1 : 1)
}

/** `1234/10` metres, below the sea where the reference is 1. */
const altitudeOf = (tags: Tags): number | null => {
  const text = textOf(tags, "GPSAltitude")
  if (text === null) return null
  const [numerator, denominator = "1"] = text.split("/")
  const metres = Number(numerator) / Number(denominator)
  return textOf(tags, "GPSAltitudeRef") === "1" ? -metres : metres
}

/** Names that stand by themselves, and those of faces' regions, as the Metadata Working Group and Microsoft keep them. */
const peopleOf = (tags: Tags): ReadonlyArray<string> => {
  const faces = itemsOf(valueOf(tags, "Regions"), "RegionList").filter((region) =>
    ["Face", null].includes(textOf(region, "Type"))
  )
  const names = [
    ...textsOf(tags, "PersonInImage"),
    ...itemsOf(tags, "PersonInImageWDetails").map((person) => textOf(person, "PersonName")),
    ...faces.map((region) => textOf(region, "Name")),
    ...itemsOf(valueOf(tags, "RegionInfo"), "Regions").map((region) => textOf(region, "PersonDisplayName"))
  ]
  return [...new Set(names.filter((name) => name !== null))]
}
