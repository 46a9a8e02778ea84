/** Pictures and videos as an iPhone takes them, with the id that links the halves of a live photo. */
import { jpegFile, makePalette, pictureOf } from "../../../src/sample/picture.ts"
import { videoFile } from "../../../src/sample/video.ts"

interface Taken {
  /** `2022-06-04T14:11:30`, on the camera's clock. */
  readonly at?: string
  /** `+02:00` */
  readonly offset?: string
  /** Apple's content identifier. */
  readonly id?: string
}

const palette = makePalette()

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

interface Field {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly data: Buffer
}

const ascii = (tag: number, text: string): Field => {
  const data = Buffer.from(`${text}\0`)
  return { tag, type: 2, count: data.length, data }
}

/** A directory that stands at an offset from where its offsets count. */
const directory = (offset: number, fields: ReadonlyArray<Field>): Buffer => {
  let next = offset + 2 + fields.length * 12 + 4
  const values: Array<Buffer> = []
  const lines = fields.map(({ tag, type, count, data }) => {
    const head = Buffer.concat([u16(tag), u16(type), u32(count)])
    if (data.length <= 4) return Buffer.concat([head, data, Buffer.alloc(4 - data.length)])
    values.push(data)
    next += data.length
    return Buffer.concat([head, u32(next - data.length)])
  })
  return Buffer.concat([u16(fields.length), ...lines, u32(0), ...values])
}

const makerNote = (id: string): Field => {
  const data = Buffer.concat([Buffer.from("Apple iOS\0\0\x01MM", "latin1"), directory(14, [ascii(0x11, id)])])
  return { tag: 0x927c, type: 7, count: data.length, data }
}

const tiff = ({ at, offset, id }: Taken): Buffer => {
  const main = (cameraAt: number) =>
    directory(8, [ascii(0x10f, "Apple"), { tag: 0x8769, type: 4, count: 1, data: u32(cameraAt) }])
  const cameraAt = 8 + main(0).length
  const camera = directory(cameraAt, [
    ...(at === undefined ? [] : [ascii(0x9003, at.replaceAll("-", ":").replace("T", " "))]),
    ...(offset === undefined ? [] : [ascii(0x9011, offset)]),
    ...(id === undefined ? [] : [makerNote(id)])
  ])
  return Buffer.concat([Buffer.from("MM\0*", "latin1"), u32(8), main(cameraAt), camera])
}

/** A JPEG of the picture of this name. */
export const photo = (name: string, taken: Taken = {}): Buffer => {
  const plain = jpegFile(palette, pictureOf(palette, name), null)
  const exif = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(taken)])
  return Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1]), u16(exif.length + 2), exif, plain.subarray(2)])
}

const box = (type: string, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const data = Buffer.concat(parts)
  return Buffer.concat([u32(data.length + 8), Buffer.from(type, "latin1"), data])
}

const contentId = (id: string): Buffer =>
  box(
    "meta",
    box("hdlr", Buffer.alloc(8), Buffer.from("mdta"), Buffer.alloc(12)),
    box("keys", u32(0), u32(1), box("mdta", Buffer.from("com.apple.quicktime.content.identifier"))),
    box("ilst", box("\0\0\0\x01", box("data", u32(1), u32(0), Buffer.from(id))))
  )

/** A movie of this name, taken at an instant (`2022-06-04T12:11:29Z`). */
export const movie = (name: string, at: string, id?: string): Buffer => {
  const plain = videoFile(name, Date.parse(at), null)
  if (id === undefined) return plain
  const start = plain.indexOf("moov") - 4
  const end = start + plain.readUInt32BE(start)
  return Buffer.concat([
    plain.subarray(0, start),
    box("moov", plain.subarray(start + 8, end), contentId(id)),
    plain.subarray(end)
  ])
}

/** An XMP sidecar as Photos writes it. */
export const xmp = (attributes: string): Buffer =>
  Buffer.from(
    `\uFEFF<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
     <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" ${attributes}/></rdf:RDF></x:xmpmeta>`
  )
