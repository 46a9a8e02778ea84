/** EXIF blocks as fast-check makes them: any tag that is read, of any type, wherever its value may lie. */
import fc from "fast-check"

interface Field {
  readonly tag: number
  readonly type: number
  readonly count: number
  /** The values' bytes in the block's byte order. */
  readonly data: (little: boolean) => Buffer
}

const numbersIn =
  (width: 2 | 4, values: ReadonlyArray<number>) =>
  (little: boolean): Buffer => {
    const bytes = Buffer.alloc(width * values.length)
    values.forEach((value, index) =>
      little ? bytes.writeUIntLE(value, index * width, width) : bytes.writeUIntBE(value, index * width, width)
    )
    return bytes
  }

const bytes = (tag: number, type: number, data: Buffer): Field => ({ tag, type, count: data.length, data: () => data })
const shorts = (tag: number, ...values: ReadonlyArray<number>): Field => ({
  tag,
  type: 3,
  count: values.length,
  data: numbersIn(2, values)
})
const longs = (tag: number, type: number, ...values: ReadonlyArray<number>): Field => ({
  tag,
  type,
  count: values.length,
  data: numbersIn(4, values)
})
const rationals = (tag: number, type: number, values: ReadonlyArray<readonly [number, number]>): Field => ({
  tag,
  type,
  count: values.length,
  data: numbersIn(4, values.flat())
})

const two = (value: number) => String(value).padStart(2, "0")
const date = fc
  .tuple(fc.integer({ min: 1970, max: 2040 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, day]) => `${year}:${two(month)}:${two(day)}`)
const clock = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
  .map(([hour, minute, second]) => `${two(hour)}:${two(minute)}:${two(second)}`)
const time = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(date, clock).map(([day, hour]) => `${day} ${hour}\0`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("0000:00:00 00:00:00\0", "    :  :     :  :  \0", "2021:02:30 10:00:00", "", "\0")
  }
)
const offset = fc.constantFrom("+01:00\0", "-05:30\0", "Z\0", "+00:00", "+14:00\0", "   :  \0", "", "+99:99\0")
const fraction = fc.constantFrom("5\0", "054\0", "123456\0", "", "  \0", "x\0")
const words = fc.constantFrom(
  "Apple\0",
  "NIKON CORPORATION\0",
  "Café\0",
  "a\0b\0",
  "\0",
  "",
  " padded  \0\0\0",
  "no end"
)
const number32 = fc.nat(0xffffffff)
const rational = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.nat(200), fc.constantFrom(1, 1, 10, 1000)) },
  { weight: 1, arbitrary: fc.tuple(number32, fc.constantFrom(0, 1, 7)) }
)
const several = fc.array(rational, { maxLength: 4 })
const sexagesimal = fc.tuple(
  fc.tuple(fc.nat(95), fc.constant(1)),
  fc.tuple(fc.nat(59), fc.constant(1)),
  fc.tuple(fc.nat(5999), fc.constantFrom(100, 100, 100, 0))
)
const coordinate = fc.oneof<fc.Arbitrary<ReadonlyArray<readonly [number, number]>>[]>(sexagesimal, sexagesimal, several)
const side = (...letters: ReadonlyArray<string>) => fc.constantFrom(...letters.map((letter) => `${letter}\0`), "", "x")

const texts = (tag: number, text: fc.Arbitrary<string>): fc.Arbitrary<Field> =>
  fc.oneof(
    { weight: 6, arbitrary: text.map((value) => bytes(tag, 2, Buffer.from(value, "utf8"))) },
    { weight: 1, arbitrary: text.map((value) => bytes(tag, 2, Buffer.from(value, "latin1"))) }
  )

const picture: ReadonlyArray<fc.Arbitrary<Field>> = [
  texts(0x010e, words),
  texts(0x010f, words),
  texts(0x0110, words),
  fc.nat(9).map((value) => shorts(0x0112, value)),
  fc.tuple(fc.constantFrom(0x0100, 0x0101), fc.nat(0xffff)).map(([tag, value]) => shorts(tag, value)),
  fc.tuple(fc.constantFrom(0x0100, 0x0101), number32).map(([tag, value]) => longs(tag, 4, value)),
  fc.string({ maxLength: 9 }).map((value) => bytes(0x9c9b, 1, Buffer.from(`${value}\0`, "utf16le"))),
  fc.constantFrom(0x0132, 0x9003, 0x9004).chain((tag) => texts(tag, time)),
  fc.constantFrom(0x9003, 0x9003).chain((tag) => texts(tag, time)),
  fc.constantFrom(0x9010, 0x9011, 0x9012).chain((tag) => texts(tag, offset)),
  fc.constantFrom(0x9290, 0x9291, 0x9292).chain((tag) => texts(tag, fraction)),
  // Nothing that is read: a version, a lens, notes, and a tag that nobody knows.
  fc.constant(bytes(0x9000, 7, Buffer.from("0232"))),
  several.map((values) => rationals(0xa432, 5, values)),
  fc.uint8Array({ maxLength: 40 }).map((value) => bytes(0x927c, 7, Buffer.from(value))),
  number32.map((value) => longs(0xbeef, 9, value))
]

const place: ReadonlyArray<fc.Arbitrary<Field>> = [
  fc.constant(bytes(0, 1, Buffer.from([2, 3, 0, 0]))),
  texts(1, side("N", "S", "s")),
  texts(3, side("E", "W", "w")),
  fc.tuple(fc.constantFrom(2, 4), coordinate).map(([tag, values]) => rationals(tag, 5, values)),
  coordinate.map((values) => rationals(2, 5, values)),
  coordinate.map((values) => rationals(4, 5, values)),
  fc.tuple(fc.constantFrom(5, 10), rational).map(([type, value]) => rationals(6, type, [value])),
  fc.nat(2).map((value) => bytes(5, 1, Buffer.from([value]))),
  fc.tuple(fc.nat(25), fc.nat(59), fc.nat(59)).map(([hour, minute, second]) =>
    rationals(7, 5, [
      [hour, 1],
      [minute, 1],
      [second, 1]
    ])
  ),
  texts(
    29,
    date.map((value) => `${value}\0`)
  )
]

const fieldsOf = (fields: ReadonlyArray<fc.Arbitrary<Field>>) => fc.array(fc.oneof(...fields), { maxLength: 12 })

/** Lays blocks out one after another behind the first eight bytes, with gaps between them. */
const layout = () => {
  let end = 8
  return (size: number, gap: number): number => {
    const start = end + gap
    end = start + size
    return start
  }
}

interface Parts {
  readonly little: boolean
  readonly main: ReadonlyArray<Field>
  readonly camera: ReadonlyArray<Field> | null
  readonly place: ReadonlyArray<Field> | null
  /** Type of the pointers: LONG, or IFD. */
  readonly pointer: number
  /** Where in the main directory they stand. */
  readonly at: number
  /** Bytes between what lies in the block; odd ones as well. */
  readonly gaps: ReadonlyArray<number>
  /** Whether the directories below lie in front of the main one. */
  readonly below: boolean
}

const build = ({ little, main, camera, place: location, pointer, at, gaps, below }: Parts): Buffer => {
  const take = layout()
  let turn = 0
  const gap = () => gaps[turn++ % gaps.length] ?? 0
  const pieces: Array<readonly [at: number, bytes: Buffer]> = []
  const size = (count: number) => 2 + 12 * count + 4
  const write = (start: number, fields: ReadonlyArray<Field>) => {
    const entries = fields.map(({ tag, type, count, data }) => {
      const value = data(little)
      const head = Buffer.concat([numbersIn(2, [tag, type])(little), numbersIn(4, [count])(little)])
      if (value.length <= 4) return Buffer.concat([head, value, Buffer.alloc(4 - value.length)])
      const where = take(value.length, gap())
      pieces.push([where, value])
      return Buffer.concat([head, numbersIn(4, [where])(little)])
    })
    pieces.push([start, Buffer.concat([numbersIn(2, [fields.length])(little), ...entries, Buffer.alloc(4)])])
  }
  const pointers = [camera, location].filter((fields) => fields !== null).length
  const reserve = (fields: ReadonlyArray<Field> | null) => (fields === null ? 0 : take(size(fields.length), gap()))
  const early = below ? [reserve(camera), reserve(location)] : null
  const mainAt = take(size(main.length + pointers), gap())
  const [cameraAt = 0, placeAt = 0] = early ?? [reserve(camera), reserve(location)]
  write(mainAt, [
    ...main.slice(0, at),
    ...(camera === null ? [] : [longs(0x8769, pointer, cameraAt)]),
    ...(location === null ? [] : [longs(0x8825, pointer, placeAt)]),
    ...main.slice(at)
  ])
  if (camera !== null) write(cameraAt, camera)
  if (location !== null) write(placeAt, location)
  const block = Buffer.alloc(Math.max(...pieces.map(([start, data]) => start + data.length)))
  block.write(little ? "II*\0" : "MM\0*", "latin1")
  numbersIn(4, [mainAt])(little).copy(block, 4)
  for (const [start, data] of pieces) data.copy(block, start)
  return block
}

/** Whole blocks, in either byte order, with tags in any order and directory, several times or not at all. */
export const exifBlock: fc.Arbitrary<Buffer> = fc
  .record({
    little: fc.boolean(),
    main: fieldsOf(picture),
    camera: fc.option(fieldsOf(picture)),
    place: fc.option(fieldsOf(place)),
    pointer: fc.constantFrom(4, 4, 13),
    at: fc.nat(12),
    gaps: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
    below: fc.boolean()
  })
  .map(build)

/** The same, cut short and with bytes changed. */
export const brokenBlock: fc.Arbitrary<Buffer> = fc
  .tuple(
    exifBlock,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 })
  )
  .map(([block, part, changes]) => {
    const broken = Buffer.from(block.subarray(0, Math.ceil(block.length * part)))
    for (const [at, value] of changes) if (at < broken.length) broken[at] = value
    return broken
  })
