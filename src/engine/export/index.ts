/** A life in open formats, that no program is needed for; and back. */
import { existsSync } from "node:fs"
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import type { Archives } from "../../component/archive.ts"
import type { Database } from "../../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../component/error.ts"
import { type MediaMode, placeMedia } from "./media.ts"
import { type RowCounts, counts, onDisk, readTables, writeTables } from "./tables.ts"
import { writeTimeline } from "./timeline.ts"

/** Says what a directory is; without times, so that the same life is the same bytes. */
const Manifest = Schema.fromJsonString(
  Schema.Struct({
    format: Schema.Literal("keepsake-export"),
    version: Schema.Literal(1),
    tables: Schema.Record(Schema.String, Schema.Number),
    media: Schema.Number
  })
)

const manifestOf = (directory: string): string => join(directory, "keepsake-export.json")

export interface Exported {
  readonly directory: string
  readonly tables: RowCounts
  readonly media: number
  /** Pictures whose archive is gone. */
  readonly media_missing: number
  readonly memories: number
}

const refuse = (code: string, message: string, hint: string) => sourceError(code, message, hint, { fault: "pipeline" })

/** Writes all of `life`. A directory that holds anything but an earlier export is refused. */
export const exportTo = (
  directory: string,
  home: string,
  mode: MediaMode
): Effect.Effect<Exported, DatabaseError | SourceError, Database | Archives> =>
  Effect.gen(function* () {
    yield* onDisk(directory, () => mkdir(directory, { recursive: true, mode: 0o700 }))
    const present = yield* onDisk(directory, () => readdir(directory))
    if (present.length > 0 && !existsSync(manifestOf(directory))) {
      return yield* refuse("not-empty", `${directory} is not empty, and no export.`, "Name a new directory.")
    }
    const tables = yield* writeTables(directory)
    const { missing, paths } = yield* placeMedia(directory, home, mode)
    const memories = yield* writeTimeline(directory, paths)
    const text = yield* Effect.orDie(
      Schema.encodeEffect(Manifest)({ format: "keepsake-export", version: 1, tables, media: paths.size })
    )
    // Last: a directory with it is whole.
    yield* onDisk(directory, () => writeFile(manifestOf(directory), `${text}\n`))
    return { directory, tables, media: paths.size, media_missing: missing, memories }
  })

/** Reads an export into a home in which there is nothing yet. */
export const importFrom = (
  directory: string,
  home: string
): Effect.Effect<{ readonly tables: RowCounts; readonly media: number }, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const manifest = yield* Effect.tryPromise(() => readFile(manifestOf(directory), "utf8")).pipe(
      Effect.flatMap(Schema.decodeUnknownEffect(Manifest)),
      Effect.mapError(() =>
        refuse("not-an-export", `${directory} is no export of Keepsake's.`, "Make one with: keepsake export DIR")
      )
    )
    const held = Object.values(yield* counts).reduce((sum, n) => sum + n, 0)
    if (held > 0) {
      return yield* refuse(
        "home-not-empty",
        "This home holds memories already: an export can only be read into an empty one.",
        "Name another with --home DIR."
      )
    }
    const tables = yield* readTables(directory)
    if (JSON.stringify(tables) !== JSON.stringify(manifest.tables)) {
      return yield* sourceError(
        "export-damaged",
        `${directory} doesn't hold what its list says.`,
        "Some of its files are missing or damaged: make the export anew."
      )
    }
    const media = join(directory, "media")
    // Links are followed: the home keeps the pictures themselves.
    if (existsSync(media))
      yield* onDisk(media, () => cp(media, join(home, "media"), { recursive: true, dereference: true }))
    return { tables, media: manifest.media }
  })
