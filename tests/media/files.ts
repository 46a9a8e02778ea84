/** Small files of each format, with the metadata that a test wants. */

interface Wanted {
  readonly time?: string
  readonly offset?: string
  readonly orientation?: number
  readonly place?: readonly [latitude: number, longitude: number]
}

const u16 = (value: number) => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const u32le = (value: number) => u32(value).reverse()

interface Field {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly data: Buffer
}

const ascii = (tag: number, text: string): Field => {
  const data = Buffer.from(`${text}\0`, "latin1")
  return { tag, type: 2, count: data.length, data }
}
const short = (tag: number, value: number): Field => ({ tag, type: 3, count: 1, data: u16(value) })
const long = (tag: number, value: number): Field => ({ tag, type: 4, count: 1, data: u32(value) })
const degrees = (tag: number, value: number): Field => ({
  tag,
  type: 5,
  count: 3,
  data: Buffer.concat([u32(Math.round(Math.abs(value) * 1000)), u32(1000), u32(0), u32(1), u32(0), u32(1)])
})

const directory = (offset: number, fields: ReadonlyArray<Field>): Buffer => {
  const values: Array<Buffer> = []
  let next = offset + 2 + fields.length * 12 + 4
  const lines = fields.map(({ tag, type, count, data }) => {
    const head = Buffer.concat([u16(tag), u16(type), u32(count)])
    if (data.length <= 4) return Buffer.concat([head, data, Buffer.alloc(4 - data.length)])
    values.push(data)
    next += data.length
    return Buffer.concat([head, u32(next - data.length)])
  })
  return Buffer.concat([u16(fields.length), ...lines, u32(0), ...values])
}

/** A big-endian TIFF block. */
export const tiffOf = ({ time, offset, orientation, place }: Wanted): Buffer => {
  const camera = [
    ...(time === undefined ? [] : [ascii(0x9003, time)]),
    ...(offset === undefined ? [] : [ascii(0x9011, offset)])
  ]
  const position =
    place === undefined
      ? []
      : [
          ascii(1, place[0] < 0 ? "S" : "N"),
          degrees(2, place[0]),
          ascii(3, place[1] < 0 ? "W" : "E"),
          degrees(4, place[1])
        ]
  const main = (cameraAt: number, placeAt: number) =>
    directory(8, [short(0x112, orientation ?? 1), long(0x8769, cameraAt), long(0x8825, placeAt)])
  const cameraAt = 8 + main(0, 0).length
  const cameraBytes = directory(cameraAt, camera)
  const placeAt = cameraAt + cameraBytes.length
  return Buffer.concat([
    Buffer.from("MM\0*", "latin1"),
    u32(8),
    main(cameraAt, placeAt),
    cameraBytes,
    directory(placeAt, position)
  ])
}

export const segment = (marker: number, ...parts: ReadonlyArray<Buffer>) => {
  const data = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data])
}

const scan = (parts: number) =>
  Buffer.concat([
    segment(0xda, Buffer.from([parts, 1, 0, 0, 0x3f, 0])),
    Buffer.from([0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56, 0x78])
  ])

interface JpegParts {
  readonly progressive?: boolean
  /** A comment between its scans. */
  readonly between?: string
  /** Segments behind the EXIF. */
  readonly segments?: ReadonlyArray<Buffer>
}

/** 30 by 20 pixels; as many scans as it takes. */
export const jpegWith = (
  exif: Buffer | null,
  { progressive = false, between = "", segments = [] }: JpegParts = {}
): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(exif === null ? [] : [segment(0xe1, Buffer.from("Exif\0\0", "latin1"), exif)]),
    ...segments,
    segment(0xdb, Buffer.alloc(65, 7)),
    segment(progressive ? 0xc2 : 0xc0, Buffer.from([8, 0, 20, 0, 30, 1, 1, 0x11, 0])),
    scan(1),
    ...(between === "" ? [] : [segment(0xfe, Buffer.from(between, "latin1"))]),
    ...(progressive ? [scan(1)] : []),
    Buffer.from([0xff, 0xd9])
  ])

const chunk = (type: string, data: Buffer) =>
  Buffer.concat([u32(data.length), Buffer.from(type, "latin1"), data, u32(0xabcdef)])

export const pngWith = (exif: Buffer | null, text: Buffer | null = null): Buffer =>
  Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.concat([u32(30), u32(20), Buffer.from([8, 2, 0, 0, 0])])),
    ...(exif === null ? [] : [chunk("eXIf", exif), chunk("tEXt", Buffer.from("Comment\0x"))]),
    ...(text === null ? [] : [chunk("iTXt", text)]),
    chunk("IDAT", Buffer.alloc(50, 3)),
    chunk("IEND", Buffer.alloc(0))
  ])

const riff = (type: string, data: Buffer) =>
  Buffer.concat([Buffer.from(type, "latin1"), u32le(data.length), data, Buffer.alloc(data.length % 2)])

export const webpWith = (exif: Buffer | null, xmp: Buffer | null = null): Buffer => {
  const frame = riff("VP8 ", Buffer.from([0, 0, 0, 0x9d, 1, 0x2a, 30, 0, 20, 0, 1, 2, 3, 4]))
  const flags = riff("VP8X", Buffer.from([8, 0, 0, 0, 29, 0, 0, 19, 0, 0]))
  const body =
    exif === null
      ? frame
      : Buffer.concat([flags, frame, riff("EXIF", exif), xmp === null ? Buffer.of() : riff("XMP ", xmp)])
  return Buffer.concat([Buffer.from("RIFF"), u32le(body.length + 4), Buffer.from("WEBP"), body])
}

const box = (type: string, ...parts: ReadonlyArray<Buffer>) => {
  const data = Buffer.concat(parts)
  return Buffer.concat([u32(data.length + 8), Buffer.from(type, "latin1"), data])
}

/** A HEIC whose only items are its metadata. */
export const heicWith = (exif: Buffer, xmp: Buffer): Buffer => {
  const item = (id: number, kind: string, content: string) =>
    box("infe", u32(0x2000000), u16(id), u16(0), Buffer.from(`${kind}name\0${content}`, "latin1"))
  const parts = [Buffer.concat([u32(0), exif]), xmp]
  const index = (first: number) => {
    const place = (id: number, at: number, length: number) =>
      Buffer.concat([u16(id), u16(0), u16(1), u32(at), u32(length)])
    const [exifPart = Buffer.of(), xmpPart = Buffer.of()] = parts
    const places = [place(1, first, exifPart.length), place(2, first + exifPart.length, xmpPart.length)]
    return box(
      "meta",
      u32(0),
      box("iinf", u32(0), u16(2), item(1, "Exif", ""), item(2, "mime", "application/rdf+xml\0")),
      box("iloc", u32(0), u16(0x4400), u16(2), ...places)
    )
  }
  const head = box("ftyp", Buffer.from("heic\0\0\0\0mif1heic", "latin1"))
  const first = head.length + index(0).length + 8
  return Buffer.concat([head, index(first), box("mdat", ...parts, Buffer.alloc(100, 5))])
}

interface MovieParts {
  /** Since 1904. */
  readonly seconds: number
  readonly location?: string
  readonly xmp?: Buffer
  readonly userXmp?: Buffer
}

/** An MP4 of 64 by 48 pixels. */
export const movie = ({ seconds, location, xmp, userXmp }: MovieParts): Buffer => {
  const header = Buffer.alloc(84)
  header.writeUInt32BE(0x10000, 40)
  header.writeUInt16BE(64, 76)
  header.writeUInt16BE(48, 80)
  const text = Buffer.from(location ?? "")
  return Buffer.concat([
    box("ftyp", Buffer.from("isom\0\0\x02\0isommp41", "latin1")),
    box(
      "moov",
      box("mvhd", u32(0), u32(seconds), u32(seconds), Buffer.alloc(88)),
      box("trak", box("tkhd", header)),
      ...(location === undefined ? [] : [box("udta", box("\xa9xyz", u16(text.length), u16(0), text))]),
      ...(userXmp === undefined ? [] : [box("udta", box("XMP_", userXmp))])
    ),
    ...(xmp === undefined ? [] : [box("uuid", Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex"), xmp)]),
    box("mdat", Buffer.alloc(300, 9))
  ])
}
