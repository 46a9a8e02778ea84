import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { setTimeout } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Settings } from "../../../sinks/file/format.ts"
import { writeFile } from "../../../sinks/file/write.ts"
import { Database } from "../../../src/component/database.ts"
import { type Sql, authored, literal, sql } from "../../../src/component/sql.ts"
import { checkText, scratch, temporaryDirectory } from "../../support/engine.ts"

const WRITER = fileURLToPath(new URL("./writer.ts", import.meta.url))

const relation = (query: string) =>
  Effect.gen(function* () {
    const { describe: describeQuery } = yield* Database
    const table = authored(`(${query})`)
    return { name: "rows", table, columns: yield* describeQuery(sql`from ${table}`), entity: null }
  })

const write = (settings: Settings, query: string) =>
  Effect.flatMap(relation(query), (rows) => writeFile(settings, rows))

const count = (from: Sql) =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Schema.Struct({ n: Schema.Number }))
    return row?.n
  })

const ROWS = "select range as n, range % 2 as part, 'text' as text, 1 as _hidden from range(10)"

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

describe("the file sink", () => {
  it.live("writes the visible columns, in one order, and leaves nothing else behind", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, "new", "rows.csv")
      assert.deepInclude(yield* write({ path }, ROWS), { inserted: 10 })
      assert.strictEqual(readFileSync(path, "utf8").split("\n").slice(0, 3).join("|"), "n,part,text|0,0,text|1,1,text")
      const first = readFileSync(path)
      yield* write({ path }, `${ROWS} order by random()`)
      assert.deepEqual(readFileSync(path), first)
      assert.deepEqual(readdirSync(dirname(path)), ["rows.csv"])
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("a query that fails halfway leaves the old file, and no draft", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      for (const format of ["parquet", "csv", "ndjson", "arrow"] as const) {
        const path = join(directory, `rows.${format}`)
        writeFileSync(path, "old")
        const exit = yield* Effect.exit(
          write({ path }, "select if(range = 900000, error('broken'), range) as n from range(1000000)")
        )
        assert.strictEqual(exit._tag, "Failure")
        assert.strictEqual(readFileSync(path, "utf8"), "old")
        assert.isFalse(existsSync(`${path}.writing`))
      }
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live.each(["parquet", "csv", "ndjson", "arrow"] as const)(
    "partitions as %s make a folder for each value",
    (format) =>
      Effect.gen(function* () {
        const path = join(yield* temporaryDirectory, "rows")
        const query = "select range as n, if(range = 9, null, 'a/b ' || range % 2) as part from range(10)"
        assert.deepInclude(yield* write({ path, format, partition_by: ["part"] }, query), { inserted: 10 })
        assert.deepEqual(filesBelow(path), [
          `part=__HIVE_DEFAULT_PARTITION__/data_0.${format}`,
          `part=a%2Fb%200/data_0.${format}`,
          `part=a%2Fb%201/data_0.${format}`
        ])
        assert.deepInclude(yield* write({ path, format, partition_by: ["part"] }, "select 1 as n, 'c' as part"), {
          inserted: 1
        })
        assert.deepEqual(filesBelow(path), [`part=c/data_0.${format}`])
        assert.deepInclude(
          yield* write({ path, format, partition_by: ["part"] }, "select 1 as n, 'c' as part limit 0"),
          { inserted: 0 }
        )
        assert.deepEqual(filesBelow(path), [])
        assert.deepEqual(readdirSync(dirname(path)), ["rows"])
      }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("a folder that holds anything else is left as it is", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "photos")
      mkdirSync(path)
      writeFileSync(join(path, "IMG_1.jpg"), "a photo")
      for (const settings of [
        { path, partition_by: ["part"] },
        { path, format: "csv" as const }
      ]) {
        const exit = yield* Effect.exit(write(settings, ROWS))
        assert.match(String(exit._tag === "Failure" ? exit.cause : ""), /holds other files/)
        assert.deepEqual(filesBelow(path), ["IMG_1.jpg"])
      }
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("a run that was killed between taking the old folder away and putting the new one there loses neither", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "rows")
      yield* write({ path: `${path}.before`, partition_by: ["part"] }, ROWS)
      yield* write({ path: `${path}.writing`, partition_by: ["part"] }, ROWS)
      const broken = yield* Effect.exit(
        write({ path, partition_by: ["part"] }, "select 1 as part, error('broken') as n")
      )
      assert.strictEqual(broken._tag, "Failure")
      assert.strictEqual(yield* count(sql`read_parquet(${literal(join(path, "**", "*.parquet"))})`), 10)
      assert.deepEqual(readdirSync(dirname(path)), ["rows"])
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live.each([
    ["csv", []],
    ["arrow", []],
    ["parquet", ["part"]]
  ] as const)(
    "killed while it writes %s, it leaves the old content, and the next run replaces it",
    ([format, partitions]) =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const path = join(directory, "rows")
        const settings = { path, format, ...(partitions.length === 0 ? {} : { partition_by: partitions }) }
        yield* write(settings, ROWS)
        const before = partitions.length === 0 ? readFileSync(path) : filesBelow(path)
        yield* Effect.promise(async () => {
          const writer = spawn(process.execPath, [WRITER, path, format, ...partitions], { stdio: "ignore" })
          const ended = once(writer, "exit")
          while (writer.exitCode === null && !begun(`${path}.writing`)) await setTimeout(5)
          writer.kill("SIGKILL")
          const [, signal] = await ended
          assert.strictEqual(signal, "SIGKILL")
        })
        assert.deepEqual(partitions.length === 0 ? readFileSync(path) : filesBelow(path), before)
        yield* write(settings, "select 1 as n, 'c' as part")
        assert.deepEqual(readdirSync(directory), ["rows"])
        assert.notDeepEqual(partitions.length === 0 ? readFileSync(path) : filesBelow(path), before)
      }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("says which extension it doesn't know, and which column there isn't", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      writeFileSync(join(directory, "in.csv"), "year,n\n2023,1\n")
      const findings = (sink: string) =>
        Effect.map(
          checkText(
            `name: x\nsources: { in: { type: file.rows, path: "${join(directory, "in.csv")}" } }\nsinks: { out: { type: file, from: in, ${sink} } }`
          ),
          ({ findings: found }) => found.map(({ code }) => code)
        )
      assert.deepEqual(yield* findings("path: out.xlsx"), ["unknown-format"])
      assert.deepEqual(yield* findings("path: out, partition_by: [yaer]"), ["unknown-column"])
      assert.deepEqual(yield* findings("path: out, partition_by: [n, year]"), ["no-columns-left"])
      assert.deepEqual(yield* findings("path: out.arrow"), [])
    }).pipe(Effect.scoped)
  )
})

/** Has something been written there? */
const begun = (path: string): boolean =>
  existsSync(path) && (statSync(path).isFile() ? statSync(path).size > 0 : filesBelow(path).length > 0)
