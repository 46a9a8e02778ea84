/** Reads histories into a temporary table: many files in one statement, and those that aren't whole entry by entry. */
import { Effect, type Scope } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import type { ScanProgress } from "../../src/component/connector.ts"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { namedKind } from "./file.ts"
import { spoilsOne } from "./find.ts"
import { MEMBERS, entriesOf, memberColumns, memberTypes, noRecords } from "./record.ts"
import { salvage } from "./salvage.ts"

const FILES_TABLE = "_spotify_files"
const SALVAGED_TABLE = "_spotify_salvaged"

/** Entries as `entriesOf` makes them. */
export const ENTRIES = sql`_spotify_entries`

/** `file`, `archive`, `member`: where the entries come from. */
export const FILES = name(FILES_TABLE)

/** Files of one statement: enough to keep all threads busy, and little to have unpacked at a time. */
const GROUP_BYTES = 256 * 1024 * 1024

const UNPACKED_AT_ONCE = 4

/** A file that isn't whole is looked through in memory. */
const MOST_BYTES = 128 * 1024 * 1024

interface Numbered {
  readonly file: number
  readonly entry: Entry
}

type Reading<A> = Effect.Effect<A, SourceError | DatabaseError, Archives | Database>

/** Fills `ENTRIES` and `FILES`, which end with the scope, and gives what could not be read. */
export const readHistories = (
  entries: ReadonlyArray<Entry>,
  progress: ScanProgress
): Effect.Effect<ReadonlyArray<Reject>, SourceError | DatabaseError, Archives | Database | Scope.Scope> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* Effect.acquireRelease(
      database.execute(sql`
        create or replace temp table ${ENTRIES} as ${entriesOf(noRecords)};
        create or replace temp table ${FILES} (file integer, archive varchar, member varchar);`),
      () => Effect.ignore(database.execute(sql`drop table if exists ${ENTRIES}; drop table if exists ${FILES}`))
    )
    const numbered = entries.map((entry, file) => ({ file, entry }))
    if (numbered.length > 0) {
      yield* database.append(FILES_TABLE, [
        Int32Array.from(numbered, ({ file }) => file),
        entries.map(({ archive }) => archive),
        entries.map(({ path }) => path)
      ])
    }
    const total = entries.reduce((sum, { size }) => sum + size, 0)
    let done = 0
    const rejects: Array<Reject> = []
    for (const group of grouped(numbered)) {
      rejects.push(...(yield* readGroup(group)))
      done += group.reduce((sum, { entry }) => sum + entry.size, 0)
      yield* progress(done, total)
    }
    return rejects
  })

const grouped = (numbered: ReadonlyArray<Numbered>): ReadonlyArray<ReadonlyArray<Numbered>> => {
  const groups: Array<Array<Numbered>> = []
  let bytes = Infinity
  for (const each of numbered) {
    if (bytes + each.entry.size > GROUP_BYTES) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(each)
    bytes += each.entry.size
  }
  return groups
}

interface Unpacked extends Numbered {
  readonly path: string
}

/** Unpacks what lies in zips for as long as it is read. */
const readGroup = (group: ReadonlyArray<Numbered>): Reading<ReadonlyArray<Reject>> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const unpacked = yield* Effect.forEach(
      group,
      (each) =>
        spoilsOne(
          each.entry,
          Effect.map(archives.asFile(each.entry), (path) => ({ kind: "file", ...each, path }) as const)
        ),
      { concurrency: UNPACKED_AT_ONCE }
    )
    const rejects = unpacked.flatMap((each) => (each.kind === "reject" ? [each.reject] : []))
    return [...rejects, ...(yield* readFiles(unpacked.flatMap((each) => (each.kind === "file" ? [each] : []))))]
  }).pipe(Effect.scoped)

/**
 * All files at once. Where that fails, each half: so the file that isn't whole is found, and the others are read as fast.
 * What DuckDB says of it is let go: it may quote the file.
 */
const readFiles = (files: ReadonlyArray<Unpacked>): Reading<ReadonlyArray<Reject>> =>
  Effect.gen(function* () {
    const [only, ...others] = files
    if (only === undefined) return []
    const database = yield* Database
    return yield* database.execute(sql`insert into ${ENTRIES} ${entriesOf(recordsOf(files))}`).pipe(
      Effect.as<ReadonlyArray<Reject>>([]),
      Effect.catchIf(isOfContent, (): Reading<ReadonlyArray<Reject>> => {
        if (others.length === 0) return readDamaged(only)
        const half = Math.ceil(files.length / 2)
        return Effect.zipWith(readFiles(files.slice(0, half)), readFiles(files.slice(half)), (a, b) => [...a, ...b])
      })
    )
  })

/** By how it begins: the file's path, which is in the message too, may well have "corrupt" or "disk full" in it. */
const isOfContent = ({ code, message }: DatabaseError): boolean =>
  code === "sql" || message.startsWith("Invalid Input Error")

const recordsOf = (files: ReadonlyArray<Unpacked>): Sql => {
  const paths = join(files.map(({ path }) => literal(asPattern(path))))
  const rows = join(
    files.map(
      ({ entry, file, path }) => sql`(${literal(path)}, ${literal(file)}, ${literal(namedKind(entry))}::varchar)`
    )
  )
  return sql`select r.* exclude (filename), f.file, f.named
    from read_json([${paths}], columns = ${memberTypes}, format = 'array', ignore_errors = true, filename = true) r
      left join (values ${rows}) f(path, file, named) on f.path = r.filename`
}

/** DuckDB takes every path for a pattern. */
const asPattern = (path: string): string => path.replaceAll(/[*?[]/g, "[$&]")

/** What is legible of a file that isn't whole, and what isn't. */
const readDamaged = ({ entry, file }: Unpacked): Reading<ReadonlyArray<Reject>> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const database = yield* Database
    const read = yield* spoilsOne(
      entry,
      Effect.map(archives.read(entry, { maxBytes: MOST_BYTES }), (bytes) => ({
        kind: "read" as const,
        ...salvage(Buffer.from(bytes))
      }))
    )
    if (read.kind === "reject") return [read.reject]
    const { debris, entries } = read
    const salvaged = name(SALVAGED_TABLE)
    yield* database.execute(sql`create or replace temp table ${salvaged} (${memberColumns})`)
    if (entries.length > 0) {
      yield* database.append(
        SALVAGED_TABLE,
        MEMBERS.map((_, index) => entries.map((texts) => texts[index] ?? null))
      )
    }
    yield* database.execute(sql`
      insert into ${ENTRIES} ${entriesOf(sql`select *, ${literal(file)}::integer as file, ${literal(namedKind(entry))}::varchar as named from ${salvaged}`)};
      drop table ${salvaged}`)
    return debris.map(({ position, raw }) => ({
      code: "spotify-broken-entry",
      reason:
        "This part of the file is damaged; the entries around it are read. Download the export again, and run once more.",
      origin: { archive: entry.archive, member: entry.path },
      position,
      raw: new TextEncoder().encode(raw)
    }))
  })
