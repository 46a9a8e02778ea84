/** Arrow's IPC files (also called Feather) and streams. Loaded only where there are some: the package is large. */
import { createReadStream } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { zstdDecompressSync } from "node:zlib"
import {
  type AsyncRecordBatchStreamReader,
  CompressionType,
  RecordBatchReader,
  type Schema,
  compressionRegistry
} from "apache-arrow"
import { Effect } from "effect"
import type { Columns } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { type Sql, authored, join, literal, name, sql } from "../../src/component/sql.ts"
import { type Transport, partNames, transportOf } from "./arrow-column.ts"
import { castRows } from "./cast.ts"
import { type Types, noRowsOf, unify } from "./columns.ts"
import type { Found } from "./find.ts"
import { unpackLz4 } from "./lz4.ts"
import { type Loaded, type Reading, type Survey, lookAtEach, unreadable } from "./survey.ts"
import { temporaryTable } from "./temporary.ts"

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4 })
compressionRegistry.set(CompressionType.ZSTD, { decode: zstdDecompressSync })

const MAGIC = "ARROW1"
/** The magic word and what fills it up: behind it, a file is a stream, up to its footer. */
const FILE_HEAD = 8

interface ArrowFile {
  readonly file: Found
  readonly columns: ReadonlyArray<readonly [string, Transport]>
  /** A file has its footer at the end; where that is missing, the end is. */
  readonly cut: boolean
}

export const surveyArrow = (files: ReadonlyArray<Found>): Reading<Survey> =>
  Effect.gen(function* () {
    const { readable, unreadable } = yield* lookAtEach(files, describe)
    return {
      types: yield* unify(readable.map(typesOf)),
      unreadable,
      skipped: () => [],
      load: (columns, wanted) => {
        const some = readable.filter(({ file }) => wanted(file))
        return load(some, columns)
      }
    }
  })

const typesOf = ({ columns }: ArrowFile): Types => new Map(columns.map(([column, { type }]) => [column, type]))

const describe = (file: Found): Reading<ArrowFile> =>
  Effect.scoped(
    Effect.gen(function* () {
      const cut = yield* isCut(file)
      const { schema } = yield* opened(file, cut)
      return { file, cut, columns: columnsOf(schema) }
    })
  )

const columnsOf = ({ fields }: Schema): ArrowFile["columns"] =>
  fields.map((field) => [field.name, transportOf(field.type)])

const isCut = (file: Found): Reading<boolean> =>
  withHandle(file, async (handle) => {
    const { buffer: head } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0)
    const { buffer: tail } = await handle.read(
      Buffer.alloc(MAGIC.length),
      0,
      MAGIC.length,
      Math.max(0, file.bytes - MAGIC.length)
    )
    return head.toString("latin1") === MAGIC && (file.bytes <= 2 * FILE_HEAD || tail.toString("latin1") !== MAGIC)
  })

const withHandle = <A>(file: Found, work: (handle: FileHandle) => Promise<A>): Reading<A> =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => open(file.path), catch: (cause) => unreadable(file, cause) }),
    (handle) => Effect.tryPromise({ try: () => work(handle), catch: (cause) => unreadable(file, cause) }),
    (handle) => Effect.promise(() => handle.close())
  )

/** A reader that stands before the first batch. Of a file that is cut, the batches come as they lie. */
const opened = (file: Found, cut: boolean): Reading<AsyncRecordBatchStreamReader> =>
  Effect.gen(function* () {
    const source = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => (cut ? createReadStream(file.path, { start: FILE_HEAD }) : await open(file.path)),
        catch: (cause) => unreadable(file, cause)
      }),
      (held) => Effect.promise(async () => ("destroy" in held ? void held.destroy() : await held.close()))
    )
    return yield* Effect.tryPromise({
      try: async () => {
        const reader = await ("destroy" in source ? RecordBatchReader.from(source) : RecordBatchReader.from(source))
        await reader.open({ autoDestroy: false })
        if (reader.schema === undefined) throw new Error("it is no Arrow file, nor a stream")
        return reader
      },
      catch: (cause) => unreadable(file, cause)
    })
  })

const load = (files: ReadonlyArray<ArrowFile>, columns: Columns): Reading<Loaded> =>
  Effect.gen(function* () {
    const loaded = yield* Effect.forEach(files, (file) => loadFile(file, columns))
    const rows = [noRowsOf(columns), ...loaded.map((each) => sql`select * from ${each.rows}`)]
    return { rows: sql`(${join(rows, " union all by name ")})`, rejects: loaded.flatMap(({ rejects }) => rejects) }
  })

/** Rows of a batch that are on their way at a time. */
const SLICE = 16_384

/** All batches into a table, one after the other; then what is wrong with the end of the file, if anything. */
const loadFile = (arrow: ArrowFile, columns: Columns): Reading<Loaded> =>
  Effect.gen(function* () {
    const database = yield* Database
    const inbox = yield* temporaryTable("arrow")
    const transports = arrow.columns.map(([, transport]) => transport)
    const parts = partNames(transports)
    const carried = transports.flatMap((transport, column) =>
      transport.carried.map((type, part) => sql`${name(parts[column]?.[part] ?? "")} ${authored(type)}`)
    )
    yield* database.execute(sql`create temp table ${name(inbox)} (${join([sql`_row double`, ...carried])})`)
    const { damage, read } = yield* Effect.scoped(fill(inbox, arrow, transports))
    const path = literal(arrow.file.path)
    const values = arrow.columns.map(
      ([column, { value }], index) => sql`${value((parts[index] ?? []).map((part) => name(part)))} as ${name(column)}`
    )
    const table = sql`(select ${join([...values, sql`${path} as _row_file`, sql`*`])} from ${name(inbox)})`
    const unsure = arrow.columns.flatMap(([column, transport], index) =>
      transport.unsure ? [[column, sql`${name(parts[index]?.[0] ?? "")} is not null`] as const] : []
    )
    const cast = castRows(
      { rows: table, numbered: table, number: sql`_row`, unsure: new Map(unsure) },
      typesOf(arrow),
      columns
    )
    return damage === null ? cast : { ...cast, rejects: [...cast.rejects, cutReject(path, read, damage)] }
  })

const fill = (
  inbox: string,
  { cut, file }: ArrowFile,
  transports: ReadonlyArray<Transport>
): Reading<{ readonly read: number; readonly damage: string | null }> =>
  Effect.gen(function* () {
    const database = yield* Database
    const reader = yield* opened(file, cut)
    let read = 0
    while (true) {
      const next = yield* Effect.result(
        Effect.tryPromise({
          try: () => reader.next(),
          catch: (cause) => (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "")
        })
      )
      if (next._tag === "Failure") return { read, damage: next.failure }
      if (next.success.done === true) return { read, damage: cut ? "its end is missing" : null }
      const batch = next.success.value
      for (let start = 0; start < batch.numRows; start += SLICE) {
        const end = Math.min(start + SLICE, batch.numRows)
        const numbers = Float64Array.from({ length: end - start }, (_, index) => read + index + 1)
        const vectors = transports.flatMap((transport, index) => {
          const column = batch.getChildAt(index)
          return column === null ? [] : transport.vectors(column, start, end)
        })
        yield* database.append(inbox, [numbers, ...vectors])
        read += end - start
      }
    }
  })

const cutReject = (path: Sql, read: number, damage: string): Sql =>
  sql`select 'arrow-cut' as code, ${literal(`What follows row ${read} can't be read: ${damage}. Get the file anew, and run again.`)} as reason,
    ${path} as archive, null::varchar as member, ${literal(read + 1)}::bigint as position, null::blob as raw`
