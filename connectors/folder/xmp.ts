/** XMP sidecars, as photo editors write them. */
import { DOMParser } from "@xmldom/xmldom"
import { Result } from "effect"
import ExifReader from "exifreader"
import { EpochMillis, WallMillis } from "../../src/component/column.ts"
import { type Position, type Sidecar, positionOf } from "../media/sidecar.ts"
import type { Broken } from "../media/sidecars.ts"

export interface XmpSidecar {
  readonly kind: "picture"
  readonly sidecar: Sidecar
}

type Tags = NonNullable<ExifReader.ExpandedTags["xmp"]>

/** The text of a property; of several languages or values, the first. */
const textOf = (tags: Tags, name: string): string | null => listOf(tags, name)[0] ?? null

const listOf = (tags: Tags, name: string): ReadonlyArray<string> => {
  const value = tags[name]?.value
  const texts =
    typeof value === "string" ? [value] : Array.isArray(value) ? value.map(({ description }) => description) : []
  return texts.map((text) => text.trim()).filter((text) => text !== "")
}

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
  const [numerator, denominator = "1"] = (textOf(tags, "GPSAltitude") ?? "").split("/")
  const metres = Number(numerator) / Number(denominator)
  return textOf(tags, "GPSAltitudeRef") === "1" ? -metres : metres
}

const placeOf = (tags: Tags): Position | null =>
  positionOf(degreesOf(textOf(tags, "GPSLatitude")), degreesOf(textOf(tags, "GPSLongitude")), altitudeOf(tags))

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/

/** ISO 8601, with or without an offset; a date alone is no time. */
const timeOf = (tags: Tags): Pick<Sidecar, "takenAt" | "takenLocal"> => {
  for (const name of ["DateTimeOriginal", "DateCreated", "CreateDate"]) {
    const [, local, offset] = TIME.exec(textOf(tags, name) ?? "") ?? []
    const wall = Date.parse(`${local}Z`)
    if (!Number.isFinite(wall)) continue
    return {
      takenLocal: WallMillis(wall),
      takenAt: offset === undefined ? null : EpochMillis(Date.parse(`${local}${offset}`))
    }
  }
  return { takenAt: null, takenLocal: null }
}

// What the reader takes for XMP starts so; many editors leave it out, and some put a byte-order mark before it.
const PACKET = "<?xpacket begin=''?>"

const decoder = new TextDecoder()

const tagsOf = (text: string): Tags => {
  const start = text.search(/<(?:\w+:)?(?:xmpmeta|RDF)\b/)
  if (start < 0) throw new Error("it is no XMP")
  const problems: Array<string> = []
  const domParser = new DOMParser({
    onError: (level, message) => {
      if (level !== "warning") problems.push(message)
    }
  })
  const tags = ExifReader.load(Buffer.from(PACKET + text.slice(start)), { expanded: true, domParser }).xmp
  if (tags === undefined || problems.length > 0) throw new Error(problems[0] ?? "it is no XMP")
  return tags
}

export const readXmp = (bytes: Uint8Array): XmpSidecar | Broken =>
  Result.match(
    Result.try({
      try: () => tagsOf(decoder.decode(bytes)),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    }),
    {
      onFailure: (reason): Broken => ({ kind: "broken", reason, raw: bytes }),
      onSuccess: (tags): XmpSidecar => ({
        kind: "picture",
        sidecar: {
          title: textOf(tags, "title"),
          description: textOf(tags, "description"),
          ...timeOf(tags),
          position: placeOf(tags),
          people: listOf(tags, "PersonInImage")
        }
      })
    }
  )
