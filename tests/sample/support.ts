/** Writes samples for tests, and reads them back with readers that the generator doesn't know. */
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Path, Schema } from "effect"
import { createHash } from "node:crypto"
import { buffer } from "node:stream/consumers"
import { openPromise } from "yauzl"
import { type SampleOptions, type Truth, writeSample } from "../../src/sample/index.ts"
import type { ZipEntry as GeneratedEntry } from "../../src/sample/zip.ts"
import { readTruth } from "../support/truth.ts"

export interface ZipEntry {
  readonly archive: string
  readonly path: string
  readonly bytes: Buffer
  /** 0 stored, 8 deflated. */
  readonly method: number
}

export interface WrittenSample {
  readonly directory: string
  readonly truth: Truth
  readonly calendar: string
  readonly entries: ReadonlyArray<ZipEntry>
  /** SHA-256 of every file by its path below the directory. */
  readonly hashes: { readonly [name: string]: string }
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export const readZip = async (directory: string, archive: string): Promise<ReadonlyArray<ZipEntry>> => {
  const zip = await openPromise(`${directory}/${archive}`, { autoClose: false })
  const entries: Array<ZipEntry> = []
  for await (const entry of zip.eachEntry()) {
    const bytes = await buffer(await zip.openReadStreamPromise(entry))
    entries.push({ archive, path: entry.fileName, bytes, method: entry.compressionMethod })
  }
  zip.close()
  return entries
}

/** Writes a sample into a directory of its own, which ends with the scope, and reads all of it. */
export const written = Effect.fnUntraced(function* (options: Omit<SampleOptions, "directory">) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "sample-test-" })
  yield* writeSample({ ...options, directory })
  const names = (yield* fs.readDirectory(directory, { recursive: true })).toSorted()
  const hashes: { [name: string]: string } = {}
  for (const name of names) {
    const { type } = yield* fs.stat(path.join(directory, name))
    if (type === "File") hashes[name] = sha256(yield* fs.readFile(path.join(directory, name)))
  }
  const truth = yield* readTruth(directory)
  const calendar = yield* fs.readFileString(path.join(directory, "calendar.ics"))
  const archives = yield* Effect.promise(() =>
    Promise.all(truth.archives.map((archive) => readZip(directory, archive)))
  )
  return { directory, truth, calendar, entries: archives.flat(), hashes } satisfies WrittenSample
}, Effect.provide(NodeServices.layer))

/** All that an entry of a generator says. */
export const textOf = ({ content }: GeneratedEntry): string =>
  content instanceof Uint8Array ? Buffer.from(content).toString("utf8") : [...content].join("")

/** A generator's entries by their paths. */
export const textsOf = (entries: Iterable<GeneratedEntry>): ReadonlyMap<string, string> =>
  new Map([...entries].map((entry) => [entry.path, textOf(entry)]))

/** What the tests ask of a sidecar; the rest of it is not looked at. */
export const GoogleSidecar = Schema.fromJsonString(
  Schema.Struct({
    title: Schema.String,
    photoTakenTime: Schema.Struct({ timestamp: Schema.String, formatted: Schema.String }),
    creationTime: Schema.Struct({ timestamp: Schema.String, formatted: Schema.String }),
    geoData: Schema.Struct({ latitude: Schema.Number, longitude: Schema.Number }),
    geoDataExif: Schema.Struct({ latitude: Schema.Number, longitude: Schema.Number }),
    imageViews: Schema.String,
    url: Schema.String,
    googlePhotosOrigin: Schema.Record(Schema.String, Schema.Unknown)
  })
)

/** Metres between two points of the globe. */
export const metres = (
  left: { readonly latitude: number; readonly longitude: number },
  right: { readonly latitude: number; readonly longitude: number }
): number => {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const half = (a: number, b: number) => Math.sin(radians(b - a) / 2) ** 2
  const square =
    half(left.latitude, right.latitude) +
    Math.cos(radians(left.latitude)) * Math.cos(radians(right.latitude)) * half(left.longitude, right.longitude)
  return 2 * 6_371_000 * Math.asin(Math.sqrt(square))
}
