/** Writes the rows of a query as an Arrow IPC file. Loaded only where one is wanted: the package is large. */
import { randomUUID } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import {
  AsyncByteQueue,
  Field,
  RecordBatch,
  RecordBatchFileWriter,
  Schema as ArrowSchema,
  Struct,
  makeData
} from "apache-arrow"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type ArrowColumn, arrowColumn } from "./arrow-column.ts"
import { type Writing, onDisk } from "./disk.ts"

/** Rows of a batch, which is also what is in memory. */
const BATCH = 16_384

/** In the order of the query. Gives their number. */
export const writeArrow = (query: Sql, path: string): Writing<number> =>
  Effect.gen(function* () {
    const database = yield* Database
    const types = yield* database.describe(query)
    const columns = [...types].map(([column, type]) => ({ name: column, ...arrowColumn(type) }))
    const schema = new ArrowSchema(columns.map((column) => new Field(column.name, column.type, true)))
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const table = name(`_arrow_${randomUUID()}`)
        yield* Effect.acquireRelease(
          database.execute(sql`create temp table ${table} as
            select row_number() over () - 1 as _n, ${join([...types.keys()].map((column, index) => sql`${name(column)} as ${part(index)}`))}
            from (${query})`),
          () => Effect.ignore(database.execute(sql`drop table if exists ${table}`))
        )
        const handle = yield* Effect.acquireRelease(
          onDisk(path, () => open(path, "w")),
          (opened) => Effect.promise(() => opened.close())
        )
        const bytes = new Bytes()
        const writer = new RecordBatchFileWriter().reset(bytes, schema)
        for (let start = 0; ; start += BATCH) {
          const { rows, values } = yield* read(table, columns, start)
          if (rows > 0) writer.write(batchOf(schema, columns, rows, values))
          if (rows < BATCH) {
            writer.finish()
            yield* onDisk(path, () => drain(handle, bytes))
            yield* onDisk(path, () => handle.sync())
            return start + rows
          }
          yield* onDisk(path, () => drain(handle, bytes))
        }
      })
    )
  })

const part = (index: number): Sql => name(`c${index}`)

const read = (table: Sql, columns: ReadonlyArray<ArrowColumn>, start: number) =>
  Effect.gen(function* () {
    const database = yield* Database
    const lists = columns.map(
      (column, index) => sql`list(${column.carried(part(index))} order by _n) as ${part(index)}`
    )
    const [found] = yield* database.rows(
      sql`select ${join([sql`count(*) as rows`, ...lists])} from ${table}
        where _n >= ${literal(start)} and _n < ${literal(start + BATCH)}`,
      Schema.Record(Schema.String, Schema.Unknown)
    )
    const values = columns.map((_, index): ReadonlyArray<unknown> => {
      const list = found?.[`c${index}`]
      return Array.isArray(list) ? list : []
    })
    return { rows: Number(found?.["rows"] ?? 0), values }
  })

const batchOf = (
  schema: ArrowSchema,
  columns: ReadonlyArray<ArrowColumn>,
  rows: number,
  values: ReadonlyArray<ReadonlyArray<unknown>>
): RecordBatch =>
  new RecordBatch(
    schema,
    makeData({
      type: new Struct(schema.fields),
      length: rows,
      nullCount: 0,
      children: columns.map((column, index) => column.data(values[index] ?? []))
    })
  )

/** What the writer has made since it was last asked: its own queue would hold all of the file. */
class Bytes extends AsyncByteQueue {
  #pieces: Array<Uint8Array> = []

  override write(value: Uint8Array): void {
    // The writer uses its buffers again.
    if (value.byteLength > 0) this.#pieces.push(value.slice())
  }

  take(): Uint8Array {
    const taken = Buffer.concat(this.#pieces)
    this.#pieces = []
    return taken
  }
}

const drain = (handle: FileHandle, bytes: Bytes): Promise<void> => handle.writeFile(bytes.take())
