/** What IPTC says of a picture: the forerunner of XMP, in Photoshop's resources. */
import { exifReader } from "../component/exifreader.ts"
import { type Clock, isoClock } from "../component/time.ts"

export interface IptcFacts {
  readonly title: string | null
  readonly description: string | null
  readonly clock: Clock | null
}

/** Never throws: what can't be read is not there. */
export const readIptc = (resources: Buffer): IptcFacts => {
  const tags = tagsOf(resources)
  const text = (name: string): string | null => tags.get(name)?.trim() || null
  const clock = (event: Clock["event"], date: string, time: string) =>
    knownOffset(isoClock(event, `${text(date)}T${text(time)}`))
  return {
    title: text("Object Name") ?? text("Headline"),
    description: text("Caption/Abstract"),
    clock:
      clock("taken", "Date Created", "Time Created") ??
      clock("digitized", "Digital Creation Date", "Digital Creation Time")
  }
}

/** The format wants an offset, so that who knows none writes +0000. */
const knownOffset = (clock: Clock | null): Clock | null =>
  clock?.offsetMinutes === 0 ? { ...clock, offsetMinutes: null } : clock

const IPTC_RESOURCE = Buffer.from("8BIM\x04\x04", "latin1")

/** Most of Photoshop's resources are about other things. */
export const holdsIptc = (resources: Buffer): boolean => resources.includes(IPTC_RESOURCE)

/** A TIFF keeps IPTC without the head of a resource. */
export const asResource = (iptc: Buffer): Buffer => {
  const head = Buffer.from("8BIM\x04\x04\0\0\0\0\0\0", "latin1")
  head.writeUInt32BE(iptc.length, 8)
  return Buffer.concat([head, iptc])
}

const HEAD = Buffer.from("\xff\xd8\xff\xed\0\0Photoshop 3.0\0", "latin1")

/** Texts by name. The library takes files. */
const tagsOf = (resources: Buffer): ReadonlyMap<string, string> => {
  const file = Buffer.concat([HEAD, resources])
  file.writeUInt16BE(Math.min(file.length - 4, 0xffff), 4)
  try {
    const tags = exifReader().load(file, { expanded: true, includeTags: { iptc: true } }).iptc ?? {}
    return new Map(
      Object.entries(tags).flatMap(([name, tag]) =>
        "description" in tag && typeof tag.description === "string" ? [[name, tag.description] as const] : []
      )
    )
  } catch {
    return new Map()
  }
}
