/** A Takeout of stored zips: pictures of 100 KB that are all noise, each its own, with EXIF and a sidecar. */
import { createWriteStream } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { randomFillSync } from "node:crypto"
import jpeg from "jpeg-js"
import yazl from "yazl"
import { tiff } from "../../src/sample/exif.ts"
import { type Sidecar, sidecarBytes, sidecarName } from "../../src/sample/sidecar.ts"

const PICTURE_BYTES = 100_000
/** About 1 GB, as Google splits exports. */
const PER_ZIP = 10_000
const SIDE = 64
const FIRST_SECOND = 1_420_070_400

/** A real picture's headers and scan, and noise to lengthen the scan: no byte FF, which would begin a marker. */
const ingredients = () => {
  const data = randomFillSync(Buffer.alloc(SIDE * SIDE * 4))
  const noise = randomFillSync(Buffer.alloc(2 * PICTURE_BYTES)).map((byte) => (byte === 0xff ? 0 : byte))
  return { real: jpeg.encode({ width: SIDE, height: SIDE, data }, 60).data.subarray(2, -2), noise }
}

const takenAt = (index: number): number => FIRST_SECOND + index * 600

const exifSegment = (index: number): Buffer => {
  const time = new Date(takenAt(index) * 1000).toISOString().slice(0, 19)
  const body = tiff(
    {
      make: "Noise",
      model: "One",
      software: null,
      orientation: 1,
      byteOrder: "little",
      localTime: time.replaceAll("-", ":").replace("T", " "),
      offset: "+00:00",
      position: null
    },
    SIDE,
    SIDE
  )
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, ...Buffer.from("Exif\0\0", "latin1")])
  head.writeUInt16BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

const picture = ({ noise, real }: ReturnType<typeof ingredients>, index: number): Buffer => {
  const start = Buffer.concat([exifSegment(index), real])
  // Digits in front of the noise make each scan its own.
  const own = Buffer.from(String(index).padStart(10, "0"))
  const padding = PICTURE_BYTES - start.length - own.length - 2
  const from = (index * 7919) % PICTURE_BYTES
  return Buffer.concat([start, own, noise.subarray(from, from + padding), Buffer.from([0xff, 0xd9])])
}

const sidecar = (index: number, file: string): Sidecar => ({
  file,
  title: file,
  description: "",
  timestamp: String(takenAt(index)),
  created: takenAt(index) + 60,
  views: 0,
  place: { latitude: 46 + (index % 1000) / 1000, longitude: 7 + (index % 700) / 700, altitude: 400 },
  cameraPlace: null,
  people: [],
  photoId: String(index),
  origin: {},
  broken: false
})

/** Writes the zips that hold so many pictures; gives their paths. */
export const makeTakeout = async (directory: string, pictures: number): Promise<ReadonlyArray<string>> => {
  const made = ingredients()
  const mtime = new Date(Date.UTC(2024, 0, 1))
  const paths: Array<string> = []
  for (let first = 0; first < pictures; first += PER_ZIP) {
    const path = join(directory, `takeout-20240101T000000Z-${String(paths.length + 1).padStart(3, "0")}.zip`)
    const zip = new yazl.ZipFile()
    for (let index = first; index < Math.min(pictures, first + PER_ZIP); index++) {
      const name = { stem: `IMG_${String(index).padStart(6, "0")}`, number: null, extension: ".jpg" }
      const file = `${name.stem}${name.extension}`
      const folder = `Takeout/Google Photos/Photos from ${new Date(takenAt(index) * 1000).getUTCFullYear()}`
      zip.addReadStreamLazy(
        `${folder}/${file}`,
        { compress: false, mtime, size: PICTURE_BYTES },
        (give: (error: Error | null, stream: NodeJS.ReadableStream) => void) =>
          give(null, Readable.from([picture(made, index)]))
      )
      zip.addBuffer(sidecarBytes(sidecar(index, file)), `${folder}/${sidecarName(name, "supplemental")}`, {
        compress: false,
        mtime
      })
    }
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(path))
    paths.push(path)
  }
  return paths
}
