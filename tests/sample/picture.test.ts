import ExifReader from "exifreader"
import jpeg from "jpeg-js"
import { crc32, inflateSync } from "node:zlib"
import { expect, test } from "vitest"
import { gifFile, pngFile } from "../../src/sample/graphic.ts"
import { cropped, jpegFile, makePalette, pictureOf } from "../../src/sample/picture.ts"
import { videoFile } from "../../src/sample/video.ts"

const palette = makePalette()

const pixels = (name: string) => jpeg.decode(jpegFile(palette, pictureOf(palette, name), null), { useTArray: true })

test("pictures decode to their size, each to its own pixels", () => {
  const seen = new Set<string>()
  for (let index = 0; index < 60; index++) {
    const picture = pictureOf(palette, `picture ${index}`)
    const image = pixels(`picture ${index}`)
    expect([image.width, image.height]).toEqual([picture.width, picture.height])
    seen.add(Buffer.from(image.data).toString("base64"))
  }
  expect(seen.size).toBe(60)
})

test("tiles survive the joining: a picture's parts are those of its tiles alone", () => {
  const picture = pictureOf(palette, "joined")
  const whole = jpeg.decode(jpegFile(palette, picture, null), { useTArray: true })
  const tileBytes = 48 * 4
  picture.tiles.forEach((tile, at) => {
    const file = jpegFile(palette, { width: 48, height: 8, tiles: [tile] }, null)
    const alone = Buffer.from(jpeg.decode(file, { useTArray: true }).data)
    for (let row = 0; row < 8; row++) {
      const start = (Math.floor(at / 2) * 8 + row) * 2 * tileBytes + (at % 2) * tileBytes
      const part = Buffer.from(whole.data.subarray(start, start + tileBytes))
      expect(part.equals(alone.subarray(row * tileBytes, (row + 1) * tileBytes))).toBe(true)
    }
  })
})

test("an edit is another picture, cut from the same one", () => {
  const picture = pictureOf(palette, "edited")
  const edit = jpeg.decode(jpegFile(palette, cropped(picture), null), { useTArray: true })
  const whole = jpeg.decode(jpegFile(palette, picture, null), { useTArray: true })
  expect(edit.height).toBe(whole.height - 16)
  const rowBytes = picture.width * 8 * 4
  expect(Buffer.from(whole.data.subarray(rowBytes, -rowBytes)).equals(Buffer.from(edit.data))).toBe(true)
})

test("PNGs have sound checksums and inflate to their rows", () => {
  const file = pngFile("png")
  const data: Array<Buffer> = []
  const types: Array<string> = []
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at)
    const body = file.subarray(at + 4, at + 8 + length)
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body))
    types.push(body.toString("latin1", 0, 4))
    if (types.at(-1) === "IDAT") data.push(body.subarray(4))
    at += 12 + length
  }
  expect(types).toEqual(["IHDR", "IDAT", "IEND"])
  expect(inflateSync(Buffer.concat(data)).length).toBe(16 * 17)
  expect(pngFile("other").equals(file)).toBe(false)
})

test("GIFs never let a code grow beyond a byte, and hold all pixels", () => {
  const file = gifFile("gif")
  expect(ExifReader.load(file, { expanded: true }).gif?.["Image Width"]?.value).toBe(16)
  const codes: Array<number> = []
  let at = 13 + 128 * 3 + 11
  for (let size = file.readUInt8(at); size > 0; size = file.readUInt8(at)) {
    codes.push(...file.subarray(at + 1, at + 1 + size))
    at += 1 + size
  }
  expect(file.subarray(at)).toEqual(Buffer.from([0, 0x3b]))
  expect(codes.at(-1)).toBe(129)
  expect(codes.filter((code) => code < 128).length).toBe(256)
  const runs = codes
    .slice(0, -1)
    .join()
    .split("128")
    .map((run) => run.split(",").filter((code) => code !== "").length)
  expect(Math.max(...runs)).toBeLessThan(126)
})

test("videos are boxes within boxes, whose lengths add up", () => {
  const file = videoFile("video", Date.UTC(2023, 2, 6, 9), { latitude: -33.9, longitude: 151.2, altitude: 3 })
  const types: Array<string> = []
  const walk = (from: number, to: number) => {
    let at = from
    while (at < to) {
      const size = file.readUInt32BE(at)
      const type = file.toString("latin1", at + 4, at + 8)
      types.push(type)
      if (["moov", "trak", "mdia", "minf", "stbl", "udta"].includes(type)) walk(at + 8, at + size)
      at += size
    }
    expect(at).toBe(to)
  }
  walk(0, file.length)
  expect(types.slice(0, 4)).toEqual(["ftyp", "moov", "mvhd", "trak"])
  expect(types).toContain("mdat")
  const header = file.indexOf("mvhd") + 4
  expect(file.readUInt32BE(header + 4) - 2_082_844_800).toBe(Date.UTC(2023, 2, 6, 9) / 1000)
  expect(file.includes("-33.9000+151.2000/")).toBe(true)
})
