/** Pictures and videos beside the tables: linked where they are plain files, copied out of archives. */
import { constants } from "node:fs"
import { copyFile, lstat, mkdir, open, readdir, rm, stat, symlink } from "node:fs/promises"
import { dirname, extname, join, resolve } from "node:path"
import { Effect, Schema, Stream } from "effect"
import { Archives, type Entry } from "../../component/archive.ts"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { sql } from "../../component/sql.ts"
import { report } from "../progress.ts"
import { onDisk } from "./tables.ts"

export type MediaMode = "copy" | "link" | "none"

export interface Placed {
  /** Where a picture is, below the export's directory, with `/` between segments. */
  readonly paths: ReadonlyMap<string, string>
  /** Pictures whose archive is gone, or no longer has them. */
  readonly missing: number
}

const Row = Schema.Struct({
  media_id: Schema.String,
  file_name: Schema.NullOr(Schema.String),
  archive: Schema.String,
  member: Schema.NullOr(Schema.String)
})

/** The place of a picture in an export, and in a home that was imported. */
const pathOf = (id: string, fileName: string | null, member: string | null): string => {
  const extension = extname(fileName ?? member ?? "").toLowerCase()
  return `media/${id.slice(0, 2)}/${id}${/^\.[a-z0-9]{1,8}$/.test(extension) ? extension : ""}`
}

/** Places every picture; of several copies the first that is still there. `home` may hold those of an import. */
export const placeMedia = (
  directory: string,
  home: string,
  mode: MediaMode
): Effect.Effect<Placed, DatabaseError | SourceError, Database | Archives> =>
  Effect.gen(function* () {
    if (mode === "none") return { paths: new Map<string, string>(), missing: 0 }
    const database = yield* Database
    const rows = yield* database.rows(
      sql`select m.media_id::varchar as media_id, m.file_name, p.archive, p.member
        from life.media m join life.provenance p on p.entity_type = 'media' and p.entity_id = m.media_id
        where p.archive is not null order by p.archive, p.member, m.media_id`,
      Row
    )
    const wanted = new Set(rows.map(({ media_id }) => media_id))
    const paths = new Map<string, string>()
    const total = wanted.size
    for (const [archive, members] of Map.groupBy(rows, (row) => row.archive)) {
      const entries = yield* entriesOf(archive)
      for (const { file_name, media_id, member } of members) {
        if (paths.has(media_id)) continue
        const path = pathOf(media_id, file_name, member)
        const kept = join(home, path)
        const found = (yield* isFile(kept)) ? kept : entries(member)
        if (found === null) continue
        yield* place(found, join(directory, path), mode)
        paths.set(media_id, path)
        yield* report({ kind: "advanced", step: "media", done: paths.size, total, unit: "records" })
      }
    }
    return { paths, missing: total - paths.size }
  })

/** Removes from a home the imported pictures that `life` no longer has. */
export const pruneMedia = (home: string): Effect.Effect<void, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const folder = join(home, "media")
    const files = yield* onDisk(folder, () => readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    if (files.length === 0) return
    const database = yield* Database
    const rows = yield* database.rows(
      sql`select media_id::varchar as media_id from life.media`,
      Schema.Struct({ media_id: Schema.String })
    )
    const known = new Set(rows.map(({ media_id }) => media_id))
    for (const file of files) {
      if (!file.isFile() || known.has(file.name.slice(0, file.name.length - extname(file.name).length))) continue
      const path = join(file.parentPath, file.name)
      yield* onDisk(path, () => rm(path))
    }
  })

const isFile = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    stat(path).then(
      (found) => found.isFile(),
      () => false
    )
  )

/** What an archive still has: plain files by their path, members of zips as entries. */
const entriesOf = (archive: string) =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const set = yield* archives.open(archive).pipe(Effect.orElseSucceed(() => null))
    const byPath = new Map(set?.entries.map((entry) => [entry.path, entry]))
    const [only] = set?.entries ?? []
    return (member: string | null): Entry | string | null => {
      const entry = byPath.get(member ?? "") ?? (set?.entries.length === 1 ? only : undefined)
      return entry === undefined ? null : entry.location.kind === "file" ? entry.location.file : entry
    }
  })

const place = (from: Entry | string, to: string, mode: "copy" | "link") =>
  Effect.gen(function* () {
    yield* onDisk(to, () => mkdir(dirname(to), { recursive: true }))
    if (typeof from !== "string") {
      // What has the size already, was placed before.
      const size = yield* Effect.promise(() =>
        lstat(to).then(
          (found) => found.size,
          () => null
        )
      )
      if (size === from.size) return
      const archives = yield* Archives
      return yield* Effect.acquireUseRelease(
        onDisk(to, () => open(to, "w")),
        (handle) => Stream.runForEach(archives.stream(from), (bytes) => onDisk(to, () => handle.write(bytes))),
        (handle) => Effect.promise(() => handle.close())
      )
    }
    yield* onDisk(to, async () => {
      await rm(to, { force: true })
      await (mode === "link" ? symlink(resolve(from), to) : copyFile(from, to, constants.COPYFILE_FICLONE))
    })
  })
