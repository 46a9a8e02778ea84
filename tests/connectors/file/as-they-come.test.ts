/** Files as people have them. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"
import { counted, failure, readFiles } from "./support.ts"

describe("files as they come", () => {
  it.live("what is no text is not read as rows, and it is said what it is", () =>
    Effect.gen(function* () {
      const latin1 = (text: string) => Buffer.from(text, "latin1")
      for (const [content, words] of [
        [
          latin1("PK\u0003\u0004\u0014\u0000\u0006\u0000[Content_Types].xml\n1,2\n"),
          "it is a spreadsheet, or a zip file"
        ],
        [latin1("\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1"), "it is a spreadsheet, or a document"],
        [Buffer.from("\ufeffid,name\n1,a\n", "utf16le"), "it is written in UTF-16"],
        [zstdCompressSync("id,name\n1,a\n"), "it is compressed"],
        [latin1("PAR1\u0015\u0000"), "it is a Parquet file"],
        [latin1("<!DOCTYPE html>\n<html><body>Log in</body></html>\n"), "it is a web page"],
        [latin1("id,gr\u00f6\u00dfe\n1,2\n"), "its first line is no CSV in UTF-8"]
      ] as const) {
        assert.include(yield* failure(readFiles({ "a.csv": content })), words)
        const among = yield* readFiles({ "a.csv": content, "b.csv": "id,name\n1,b\n" })
        assert.deepEqual(counted(among), { read: 2, new: 1, rejected: 1 })
      }
    }).pipe(Effect.scoped)
  )

  it.live("a compressed file is read, and of one that is cut what comes before", () =>
    Effect.gen(function* () {
      const packed = zstdCompressSync('{"id":1}\n{"id":2}\n')
      const outcome = yield* readFiles({ "a.ndjson.zst": packed, "b.csv.zst": zstdCompressSync("id\n3\nx\n4\n") })
      assert.deepEqual(
        outcome.rows.map(({ id }) => id),
        ["1", "2", "3", "4", "x"]
      )
      const long = zstdCompressSync(
        Array.from({ length: 50_000 }, (_, id) => `{"id":${(id * 7919) % 99_991}}\n`).join("")
      )
      const cut = counted(yield* readFiles({ "a.ndjson.zst": long.subarray(0, long.length - 9) }, ", key: [id]"))
      assert.isAbove(Number(cut["new"]), 0)
      assert.strictEqual(cut["rejected"], 1)
    }).pipe(Effect.scoped)
  )

  it.live("Excel's line about the separator is no header", () =>
    Effect.gen(function* () {
      const { rows } = yield* readFiles({ "a.csv": 'sep=;\r\nid;name\r\n1;"a;b"\r\n2;c\r\n' })
      assert.deepEqual(rows, [
        { id: 1, name: "a;b" },
        { id: 2, name: "c" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("columns may have any name: those of Keepsake's own are given another", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const text = `
name: names
sources: { rows: { type: file.rows, path: ${join(directory, "*.ndjson")}, key: [id_1] } }
sinks: { out: { type: file, from: rows, path: ${join(directory, "out.csv")} } }
`
      const write = (said: string) =>
        Effect.sync(() =>
          writeFileSync(
            join(directory, "a.ndjson"),
            `${JSON.stringify({ _id: "x", id: 1, _file: "f", said, other: 1, counts: 2, rank: 3, archive: "a", order: 4 })}\n`
          )
        )
      yield* write("hello")
      yield* runText(text, home)
      yield* write("goodbye")
      const { sources } = yield* runText(text, home)
      assert.deepInclude(sources["rows"], { read: 1, changed: 1 })
      assert.deepEqual(yield* query(home, authored(`select id_1, id, _file, said, other from staging."names__rows"`)), [
        { id_1: "x", id: 1, _file: "f", said: "goodbye", other: 1 }
      ])
    }).pipe(Effect.scoped)
  )
})
