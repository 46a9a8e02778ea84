/** The temporary tables that are filled while files are read. */
import { posix } from "node:path"
import { Effect, type Scope } from "effect"
import type { Entry } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import { Database, type Vectors } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import type { Outcome } from "./job.ts"
import type { Rows, Words } from "./rows.ts"

const TABLES = {
  health_files: sql`file integer, archive varchar, member varchar, path varchar, folder varchar`,
  health_kinds: sql`code integer, type varchar, unit varchar, source varchar, version varchar, device varchar`,
  health_words: sql`code integer, text varchar`,
  health_rows: sql`file integer, kind integer, starts double, ends double, created double, ahead integer, value double,
    word integer, metadata integer`,
  health_points: sql`file integer, kind integer, instant double, latitude double, longitude double, altitude double,
    accuracy double, speed double, started double`,
  health_rejects: sql`file integer, code varchar, reason varchar, archive varchar, member varchar, position double,
    raw varchar`
} as const

export const FILES = name("health_files")
export const KINDS = name("health_kinds")
export const WORDS = name("health_words")
export const ROWS = name("health_rows")
export const POINTS = name("health_points")

/** As a scan gives them. */
export const REJECTS: Sql = sql`
  select code, reason, archive, member, position::bigint as position, from_base64(raw) as raw from health_rejects`

/** Makes the tables; they go with the scope. */
export const makeTables: Effect.Effect<void, DatabaseError, Database | Scope.Scope> = Effect.gen(function* () {
  const database = yield* Database
  const each = (statement: (table: string, columns: Sql) => Sql) =>
    database.execute(
      join(
        Object.entries(TABLES).map(([table, columns]) => statement(table, columns)),
        ";\n"
      )
    )
  yield* Effect.acquireRelease(
    each((table, columns) => sql`create or replace temp table ${name(table)} (${columns})`),
    () => Effect.ignore(each((table) => sql`drop table if exists ${name(table)}`))
  )
})

/** Where a file lies; `file` is its number. */
export interface File {
  readonly file: number
  readonly entry: Entry
}

export const addFile = ({ entry, file }: File): Effect.Effect<void, DatabaseError, Database> =>
  Effect.flatMap(Database, (database) => {
    const { location } = entry
    const path = (location.kind === "file" ? location.file : `${location.file}/${entry.path}`).normalize("NFC")
    const values = [file, entry.archive, entry.path, path, posix.dirname(path.replaceAll("\\", "/"))]
    return database.execute(sql`insert into ${FILES} values (${join(values.map(literal))})`)
  })

/** Takes back what a file has given. */
export const removeFile = (file: number): Effect.Effect<void, DatabaseError, Database> =>
  Effect.flatMap(Database, (database) =>
    database.execute(
      join(
        ["health_rows", "health_points", "health_rejects"].map(
          (table) => sql`delete from ${name(table)} where file = ${literal(file)}`
        ),
        ";\n"
      )
    )
  )

/** Small appends cost twice as much a row as those that fill a row group. */
const ROW_GROUP = 122_880

/** Collects outcomes, in their order, until there is enough to append. */
export interface Collector {
  readonly add: (file: File, outcome: Outcome) => Effect.Effect<void, DatabaseError, Database>
  readonly finish: Effect.Effect<void, DatabaseError, Database>
}

interface Pending {
  readonly file: number
  readonly outcome: Outcome
}

export const makeCollector = (): Collector => {
  let pending: Array<Pending> = []
  let count = 0
  const finish = Effect.suspend(() => {
    const outcomes = pending
    pending = []
    count = 0
    return outcomes.length === 0 ? Effect.void : addOutcomes(outcomes)
  })
  return {
    add: ({ file }, outcome) =>
      Effect.suspend(() => {
        pending.push({ file, outcome })
        count += outcome.rows.count + outcome.points.count
        return count < ROW_GROUP ? Effect.void : finish
      }),
    finish
  }
}

const addOutcomes = (pending: ReadonlyArray<Pending>): Effect.Effect<void, DatabaseError, Database> =>
  Effect.gen(function* () {
    const rows = pending.map(({ outcome }) => outcome.rows)
    const points = pending.map(({ outcome }) => outcome.points)
    const integers = (of: (rows: Rows) => Int32Array) =>
      joined(
        rows.map((one) => of(one).subarray(0, one.count)),
        Int32Array
      )
    const doubles = (of: (rows: Rows) => Float64Array) =>
      joined(
        rows.map((one) => of(one).subarray(0, one.count)),
        Float64Array
      )
    const files = (counts: ReadonlyArray<{ readonly count: number }>) =>
      joined(
        counts.map(({ count }, index) => new Int32Array(count).fill(pending[index]?.file ?? NO_FILE)),
        Int32Array
      )
    yield* append("health_kinds", wordVectors(rows.map(({ newKinds }) => newKinds)))
    yield* append("health_words", wordVectors(rows.map(({ newWords }) => newWords)))
    yield* append("health_rows", [
      files(rows),
      integers(({ kinds }) => kinds),
      doubles(({ starts }) => starts),
      doubles(({ ends }) => ends),
      doubles(({ created }) => created),
      integers(({ offsets }) => offsets),
      doubles(({ values }) => values),
      integers(({ texts }) => texts),
      integers(({ metadata }) => metadata)
    ])
    const numbers = points[0]?.numbers.map((_, column) =>
      joined(
        points.flatMap((one) => one.numbers[column] ?? []),
        Float64Array
      )
    )
    yield* append("health_points", [
      files(points),
      joined(
        points.map(({ kinds }) => kinds),
        Int32Array
      ),
      ...(numbers ?? [])
    ])
  })

const joined = <A extends Float64Array | Int32Array>(parts: ReadonlyArray<A>, of: new (length: number) => A): A => {
  const whole = new of(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const wordVectors = (words: ReadonlyArray<Words>): Vectors => [
  joined(
    words.map(({ codes }) => codes),
    Int32Array
  ),
  ...(words[0]?.columns.map((_, column) => words.flatMap(({ columns }) => columns[column] ?? [])) ?? [])
]

export const addRejects = (
  rejects: ReadonlyArray<Reject>,
  file = NO_FILE
): Effect.Effect<void, DatabaseError, Database> =>
  append("health_rejects", [
    new Int32Array(rejects.length).fill(file),
    rejects.map(({ code }) => code),
    rejects.map(({ reason }) => reason),
    rejects.map(({ origin }) => origin.archive),
    rejects.map(({ origin }) => origin.member),
    Float64Array.from(rejects, ({ position }) => position ?? Number.NaN),
    rejects.map(({ raw }) => (raw === undefined ? null : Buffer.from(raw).toString("base64")))
  ])

const NO_FILE = -1

const append = (table: keyof typeof TABLES, vectors: Vectors): Effect.Effect<void, DatabaseError, Database> =>
  (vectors[0]?.length ?? 0) === 0
    ? Effect.void
    : Effect.flatMap(Database, (database) => database.append(table, vectors))
