/** Which files a `path` means, what they looked like, and their bytes. */
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { createGunzip, createZstdDecompress } from "node:zlib"
import { Effect } from "effect"
import { glob } from "tinyglobby"
import { type SourceError, sourceError } from "../../src/component/error.ts"
import { type Sql, join, literal, sql } from "../../src/component/sql.ts"

export interface Found {
  readonly path: string
  readonly bytes: number
  readonly modified: number
}

/** Files in the order of their names. Fails when there is none. */
export const findFiles = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Found>, SourceError> =>
  Effect.gen(function* () {
    const named = yield* Effect.tryPromise({
      try: () =>
        glob(
          paths.map((path) => path.replaceAll("\\", "/")),
          { absolute: true, dot: true, expandDirectories: false }
        ),
      catch: (cause) => notFound(paths, String(cause))
    })
    if (named.length === 0) return yield* notFound(paths, "nothing is there")
    return yield* Effect.forEach(named.toSorted(), (path) =>
      Effect.tryPromise({
        try: async (): Promise<Found> => {
          const { mtimeMs, size } = await stat(path)
          return { path, bytes: size, modified: mtimeMs }
        },
        catch: (cause) => notFound([path], String(cause))
      })
    )
  })

const notFound = (paths: ReadonlyArray<string>, why: string) =>
  sourceError(
    "file-not-found",
    `No file matches ${paths.join(", ")}: ${why}.`,
    "Check `path`: it is relative to the directory in which you run keepsake."
  )

/** A list of paths as DuckDB's readers take it: they would take a path for a pattern. */
export const pathList = (paths: ReadonlyArray<string>): Sql =>
  sql`[${join(paths.map((path) => literal(path.replaceAll(/[*?[]/g, "[$&]"))))}]`

const PIECE = 1024 * 1024

/** Can't it be unpacked, from here on? */
export const isDamage = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" && /^(Z_|ZSTD_)/.test(cause.code)

/** Can all of it be unpacked? DuckDB notices by itself where a .gz is cut, and not where a .zst is. */
export const endsWell = async (path: string): Promise<boolean> => {
  if (!/\.zst$/i.test(path)) return true
  try {
    for await (const _ of bytesOf(path));
    return true
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    return false
  }
}

/** The content in pieces; of a compressed file, what is packed in it. Ends early, with an error, where that is damaged. */
export const bytesOf = (path: string, piece: number = PIECE): AsyncIterable<Buffer> => {
  const file = createReadStream(path, { highWaterMark: piece })
  const [, packed] = /\.(gz|zst)$/i.exec(path) ?? []
  if (packed === undefined) return file
  const content =
    packed.toLowerCase() === "gz" ? createGunzip({ chunkSize: piece }) : createZstdDecompress({ chunkSize: piece })
  file.once("error", (error) => content.destroy(error))
  content.once("close", () => file.destroy())
  return file.pipe(content)
}
