import ExifReader from "exifreader"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { type Exif, tiff } from "../../src/sample/exif.ts"
import { jpegFile, makePalette, pictureOf } from "../../src/sample/picture.ts"

const palette = makePalette()
const picture = pictureOf(palette, "exif")

const exif: fc.Arbitrary<Exif> = fc.record({
  make: fc.constantFrom("Google", "NIKON CORPORATION", "A"),
  model: fc.constantFrom("Pixel 7", "D3500", "iPhone 13"),
  software: fc.constantFrom(null, "HDR+", "16.3.1"),
  orientation: fc.integer({ min: 1, max: 8 }),
  byteOrder: fc.constantFrom("little", "big"),
  localTime: fc.constantFrom(null, "2023:03:06 10:15:30"),
  offset: fc.constantFrom(null, "+05:45", "-04:00"),
  position: fc.option(
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      altitude: fc.integer({ min: -400, max: 8000 })
    })
  )
})

test("what is written is what ExifReader reads", () => {
  fc.assert(
    fc.property(exif, (written) => {
      const tags = ExifReader.load(jpegFile(palette, picture, written), { expanded: true })
      expect(tags.exif?.Make?.description).toBe(written.make)
      expect(tags.exif?.Model?.description).toBe(written.model)
      expect(tags.exif?.Software?.description ?? null).toBe(written.software)
      expect(tags.exif?.Orientation?.value).toBe(written.orientation)
      expect(tags.exif?.DateTimeOriginal?.description ?? null).toBe(written.localTime)
      expect(tags.exif?.OffsetTimeOriginal?.description ?? null).toBe(written.offset)
      expect(tags.exif?.PixelXDimension?.value).toBe(picture.width)
      expect(tags.exif?.PixelYDimension?.value).toBe(picture.height)
      if (written.position === null) {
        expect(tags.gps).toBeUndefined()
        return
      }
      expect(tags.gps?.Latitude).toBeCloseTo(written.position.latitude, 6)
      expect(tags.gps?.Longitude).toBeCloseTo(written.position.longitude, 6)
      expect(tags.gps?.Altitude).toBeCloseTo(written.position.altitude, 2)
    })
  )
})

test("seconds never reach sixty, whatever the rounding", () => {
  const bytes = tiff(
    {
      make: "A",
      model: "B",
      software: null,
      orientation: 1,
      byteOrder: "little",
      localTime: null,
      offset: null,
      position: { latitude: 47.99999999999, longitude: -0.000000001, altitude: 0 }
    },
    8,
    8
  )
  const tags = ExifReader.load(jpegFile(palette, picture, null), { expanded: true })
  expect(tags.exif).toBeUndefined()
  // 48 degrees, 0 minutes, 0 seconds, as rationals.
  expect(bytes.includes(Buffer.from([48, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]))).toBe(true)
})
