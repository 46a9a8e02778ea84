/** Small exports of Apple Photos, made by code. */
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Layer } from "effect"
import { applePhotos } from "../../../connectors/apple-photos/index.ts"
import { ArchivesLive } from "../../../src/archive/index.ts"
import type { Json } from "../../../src/component/column.ts"
import { mediaReaderLive } from "../../../src/media/index.ts"
import { memoryWarehouse } from "../../../src/warehouse/warehouse.ts"
import { folder, zipOf } from "../../archive/zips.ts"
import { batchesOf } from "../media/run.ts"

/** Archives, media and a database as they are. */
export const local = Layer.mergeAll(ArchivesLive, mediaReaderLive, memoryWarehouse)

/** Files by path; a value that has files of its own is a zip. */
export interface Files {
  readonly [path: string]: Uint8Array | string | Files
}

const isFiles = (content: Uint8Array | string | Files): content is Files =>
  typeof content !== "string" && !(content instanceof Uint8Array)

/** A zip of these files, and of zips within it. */
export const zip = async (files: Files, compress = false): Promise<Buffer> =>
  zipOf(
    await Promise.all(
      Object.entries(files).map(async ([name, content]) => ({
        name,
        content: isFiles(content) ? await zip(content, compress) : content,
        compress
      }))
    )
  )

/** Writes the files into a folder that goes with the scope. */
export const written = Effect.fnUntraced(function* (files: Files, compress = false) {
  const directory = yield* folder
  yield* Effect.promise(async () => {
    for (const [path, content] of Object.entries(files)) {
      const target = join(directory, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, isFiles(content) ? await zip(content, compress) : content)
    }
  })
  return directory
})

/** All batches over a folder with these files; zips are stored unless they are to be compressed. */
export const imported = Effect.fnUntraced(function* (
  files: Files,
  config: { readonly [key: string]: Json } = {},
  compress = false
) {
  const directory = yield* written(files, compress)
  return yield* batchesOf(applePhotos, { path: directory, ...config })
})

const HEAD = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate"

interface Row {
  readonly deleted?: "yes" | "no"
  readonly hidden?: "yes" | "no"
  readonly checksum?: string
}

/** A table of details: names, dates as Apple writes them, and what else is said. */
export const details = (...rows: ReadonlyArray<readonly [name: string, date: string, more?: Row]>): string =>
  [
    HEAD,
    ...rows.map(
      ([name, date, { deleted = "no", hidden = "no", checksum = `A${name}` } = {}]) =>
        `${name},${checksum},no,${hidden},${deleted},"${date}",3,"${date}"`
    ),
    ""
  ].join("\n")

export const list = (...names: ReadonlyArray<string>): string => ["Images", ...names, ""].join("\n")

export const utc = (text: string) => Date.parse(text)
export const PART_1 = "iCloud Photos Part 1 of 2.zip"
export const PART_2 = "iCloud Photos Part 2 of 2.zip"
export const JUNE = "Saturday June 4,2022 12:11 PM GMT"

export const titlesOf = (row: { readonly [column: string]: unknown } | undefined): ReadonlyArray<unknown> =>
  (Array.isArray(row?.["albums"]) ? row["albums"] : []).map((album) => Object(album).title)

export const MISSING = "album row of a picture that isn't in these parts"
export const UNUSED = "details of a picture that isn't in these parts"
export const DELETED = "in Recently Deleted (`include_deleted: true` reads these too)"
export const AMBIGUOUS = "ambiguous album row: several pictures have its name"
