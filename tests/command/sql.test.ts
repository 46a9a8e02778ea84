import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough, Writable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { DuckDBInstance } from "@duckdb/node-api"
import { tableFromIPC } from "apache-arrow"
import { Console, Effect, Option, Schema } from "effect"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { sql } from "../../src/command/sql.ts"
import { type OutputFormat, toStream, writeBinary } from "../../src/command/sql-output.ts"
import { render } from "../../src/command/sql-text.ts"
import { authored } from "../../src/component/sql.ts"
import { scratch } from "../support/engine.ts"
import { Reply } from "../support/reply.ts"

const directory = mkdtempSync(join(tmpdir(), "keepsake-sql-test-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
afterEach(() => {
  vi.unstubAllGlobals()
})

interface Call {
  readonly format?: OutputFormat
  readonly output?: string
  readonly json?: boolean
}

/** Calls the command as the command line does. */
const called = async (query: string, { format, json = true, output }: Call = {}) => {
  const printed: Array<string> = []
  const capture = (line: string) => void printed.push(line)
  const shared = {
    home: Option.some(join(directory, "home")),
    memory: Option.none(),
    json,
    quiet: true,
    verbose: false
  }
  const exit = await Effect.runPromise(
    sql(shared, { query, format: Option.fromUndefinedOr(format), output: Option.fromUndefinedOr(output) }).pipe(
      Effect.provideService(Console.Console, { ...globalThis.console, log: capture, error: capture })
    )
  )
  return { exit, printed: printed.join("\n") }
}

const answered = async (query: string, call: Call = {}) => {
  const { exit, printed } = await called(query, call)
  return { exit, ...Schema.decodeUnknownSync(Reply)(printed) }
}

const NUMBERS = "select i as n, 'text ' || i as s, [i] as l from range(3) t(i) order by n desc"

const parquetRows = async (path: string) => {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(`select n::int as n, s from '${path}'`)).getRowObjectsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

describe("sql --output", () => {
  it("writes Parquet and Arrow, by the extension", async () => {
    const parquet = join(directory, "rows.parquet")
    const arrow = join(directory, "rows.arrow")
    expect(await answered(NUMBERS, { output: parquet })).toMatchObject({
      exit: 0,
      ok: true,
      summary: { rows: 3, path: parquet, bytes: readFileSync(parquet).length }
    })
    expect(await parquetRows(parquet)).toEqual([2, 1, 0].map((n) => ({ n, s: `text ${n}` })))
    expect(await answered(`${NUMBERS};`, { output: arrow })).toMatchObject({ exit: 0, summary: { rows: 3 } })
    expect(
      tableFromIPC(readFileSync(arrow))
        .toArray()
        .map((row) => row.toJSON())
    ).toEqual([2n, 1n, 0n].map((n) => ({ n, s: `text ${n}`, l: `[${n}]` })))
  })

  it("writes text too, and says so", async () => {
    const path = join(directory, "rows.csv")
    const { exit, printed } = await called("select 1 as a, 'x,y' as b", { output: path, json: false })
    expect({ exit, printed }).toEqual({ exit: 0, printed: `Wrote 1 row to ${path}.` })
    expect(readFileSync(path, "utf8")).toBe('a,b\n1,"x,y"\n')
    const json = join(directory, "rows.json")
    await called("select 1 as a", { output: json })
    expect(JSON.parse(readFileSync(json, "utf8"))).toEqual([{ a: 1 }])
    const ndjson = join(directory, "rows.txt")
    await called("select 1 as a", { output: ndjson, format: "ndjson" })
    expect(readFileSync(ndjson, "utf8")).toBe('{"a":1}\n')
  })

  it.for(["arrow", "parquet", "csv"] as const)("as %s leaves the old file where the query fails", async (format) => {
    const path = join(directory, `kept.${format}`)
    writeFileSync(path, "old")
    for (const query of [
      "select nothing from nowhere",
      "select if(i = 90000, error('late'), i) as i from range(100000) t(i)"
    ]) {
      expect(await answered(query, { output: path })).toMatchObject({ exit: 2, ok: false, error: { code: "sql" } })
      expect(readFileSync(path, "utf8")).toBe("old")
    }
    expect(readdirSync(directory).filter((name) => name.includes("writing"))).toEqual([])
  })

  it("says where a file can't be written", async () => {
    const path = join(directory, "no", "such", "folder.csv")
    expect(await answered("select 1", { output: path })).toMatchObject({ exit: 3, error: { code: "file-not-written" } })
  })
})

describe("sql --format arrow and parquet", () => {
  it("are refused on a terminal, with a hint", async () => {
    vi.stubGlobal("process", Object.create(process, { stdout: { value: { isTTY: true } } }))
    const { exit, printed } = await called(NUMBERS, { format: "arrow", json: false })
    expect(exit).toBe(2)
    expect(printed).toContain("A terminal can't show arrow.")
    expect(printed).toContain("--output rows.arrow")
  })

  it("are refused in the JSON of --json, which holds one object", async () => {
    expect(await answered(NUMBERS, { format: "parquet" })).toMatchObject({ exit: 2, error: { code: "binary-in-json" } })
  })

  it.for(["arrow", "parquet"] as const)("%s is what a pipe gets, and nothing else", async (format) => {
    const pipe = new PassThrough()
    const read = buffer(pipe)
    const { bytes, made } = await Effect.runPromise(
      toStream(pipe, (path) => writeBinary(authored(NUMBERS), format, path)).pipe(Effect.provide(scratch))
    )
    pipe.end()
    const sent = await read
    expect({ bytes, made }).toEqual({ bytes: sent.length, made: 3 })
    if (format === "arrow") expect(tableFromIPC(sent).numRows).toBe(3)
    else {
      const path = join(directory, "piped.parquet")
      writeFileSync(path, sent)
      expect(await parquetRows(path)).toHaveLength(3)
    }
  })

  it("a pipe that is closed early is no failure", async () => {
    const closed = Object.assign(new Error("write EPIPE"), { code: "EPIPE" })
    const pipe = new Writable({ write: (_chunk, _encoding, done) => done(closed) })
    const { made } = await Effect.runPromise(
      toStream(pipe, (path) => writeBinary(authored(NUMBERS), "arrow", path)).pipe(Effect.provide(scratch))
    )
    expect(made).toBe(3)
  })

  it("keeps the order of the query over many batches", async () => {
    const path = join(directory, "many.arrow")
    await Effect.runPromise(
      writeBinary(authored("select i, random() as r from range(150000) t(i) order by r"), "arrow", path).pipe(
        Effect.provide(scratch)
      )
    )
    const column = tableFromIPC(readFileSync(path)).getChild("r")?.toArray()
    expect(column).toHaveLength(150_000)
    expect(column).toEqual(column.slice().sort())
  })
})

describe("rows as text", () => {
  it("in each format", () => {
    const rows = [
      { a: 1, b: "x|y" },
      { a: null, b: ["z"] }
    ]
    expect(render(rows, "csv")).toBe('a,b\n1,x|y\n,"[""z""]"')
    expect(render(rows, "ndjson")).toBe('{"a":1,"b":"x|y"}\n{"a":null,"b":["z"]}')
    expect(render(rows, "markdown")).toBe('| a | b |\n| --- | --- |\n| 1 | x\\|y |\n|  | ["z"] |')
    expect(render(rows, "json")).toBe(JSON.stringify(rows))
    expect(render([], "table")).toBe("no rows")
    expect(render(rows, "table")).toContain("2 rows")
  })
})
