/** Where the rows of a query go: a file, or a stream of bytes. */
import { createReadStream } from "node:fs"
import { mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { extname, join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { Effect, Schema } from "effect"
import { Database } from "../component/database.ts"
import { type Sql, literal, sql } from "../component/sql.ts"
import { commandError } from "./reply.ts"
import { TEXT_FORMATS, type TextFormat } from "./sql-text.ts"

export const BINARY_FORMATS = ["arrow", "parquet"] as const
export type BinaryFormat = (typeof BINARY_FORMATS)[number]
export type OutputFormat = TextFormat | BinaryFormat

export const isBinary = (format: OutputFormat): format is BinaryFormat =>
  BINARY_FORMATS.some((binary) => binary === format)

const EXTENSIONS = new Map<string, OutputFormat>([
  [".md", "markdown"],
  [".jsonl", "ndjson"],
  [".txt", "table"],
  [".feather", "arrow"],
  ...[...TEXT_FORMATS, ...BINARY_FORMATS].map((format) => [`.${format}`, format] as const)
])

/** By the extension of the file. */
export const formatOf = (output: string): OutputFormat => EXTENSIONS.get(extname(output).toLowerCase()) ?? "csv"

const onDisk = <A>(path: string, work: () => Promise<A>) =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      commandError(
        "file-not-written",
        `${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
        "Check that the folder is there and writable, and the disk has room.",
        3
      )
  })

/** Makes a file under another name, and then renames it: it is never half there. */
export const toFile = <A, E, R>(path: string, make: (draft: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const target = resolve(path)
    const draft = `${target}.writing`
    const made = yield* Effect.onError(make(draft), () => Effect.promise(() => rm(draft, { force: true })))
    yield* onDisk(target, () => rename(draft, target))
    return made
  })

export const textToFile = (path: string, text: string) =>
  toFile(path, (draft) => onDisk(path, () => writeFile(draft, `${text}\n`)))

/** Gives the number of rows. */
export const writeBinary = (query: Sql, format: BinaryFormat, path: string) =>
  Effect.gen(function* () {
    if (format === "arrow") {
      const { writeArrow } = yield* Effect.promise(() => import("../../sinks/file/arrow.ts"))
      return yield* writeArrow(query, path)
    }
    const database = yield* Database
    const [written] = yield* database.rows(
      sql`copy (${query}) to ${literal(path)} (format parquet, compression zstd)`,
      Schema.Struct({ Count: Schema.Number })
    )
    return written?.Count ?? 0
  })

/** Makes a file for the owner's eyes only, and sends it down the stream. Gives what was made, and the bytes. */
export const toStream = <A, E, R>(stream: NodeJS.WritableStream, make: (path: string) => Effect.Effect<A, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        onDisk(tmpdir(), () => mkdtemp(join(tmpdir(), "keepsake-sql-"))),
        (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
      )
      const path = join(folder, "rows")
      const made = yield* make(path)
      yield* Effect.tryPromise({
        try: () => pipeline(createReadStream(path), stream, { end: false }),
        catch: (cause) => cause
      }).pipe(
        // Who reads may stop when it has seen enough: `| head`.
        Effect.catchIf(isClosedPipe, () => Effect.void),
        Effect.mapError((cause) => commandError("not-sent", `The rows could not be sent: ${String(cause)}.`, "", 3))
      )
      return { made, bytes: yield* sizeOf(path) }
    })
  )

const isClosedPipe = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "EPIPE" || cause.code === "ERR_STREAM_PREMATURE_CLOSE")

export const sizeOf = (path: string) => onDisk(path, async () => (await stat(path)).size)
