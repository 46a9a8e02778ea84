/** Files that come one after the other: those that are new are read, and all is as if every file had been read. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Effect, Layer, Schema } from "effect"
import { authored } from "../../src/component/sql.ts"
import { run } from "../../src/engine/run.ts"
import { Warehouse } from "../../src/warehouse/warehouse.ts"
import { checkText, scratch, temporaryDirectory } from "../support/engine.ts"
import { runs } from "../support/runs.ts"

interface Row {
  readonly id: number
  readonly title: string
  readonly size: number | null
}

/** What becomes of a file before a run; null: it is gone. */
interface Step {
  readonly file: string
  readonly rows: ReadonlyArray<Row> | null
}

interface Settings {
  readonly keyed: boolean
  readonly declared: boolean
}

const HEAD = "id,title,size,starts_at"
const BEGINNING = "2024-05-01T10:00:00Z"

const contentOf = (file: string, rows: ReadonlyArray<Row>): string =>
  file.endsWith(".csv")
    ? [HEAD, ...rows.map(({ id, size, title }) => `${id},${title},${size ?? ""},${BEGINNING}`), ""].join("\n")
    : rows.map((row) => `${JSON.stringify({ ...row, starts_at: BEGINNING })}\n`).join("")

const row: fc.Arbitrary<Row> = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  title: fc.constantFrom("walk", "lunch"),
  size: fc.constantFrom(null, 1, 2)
})
const walk = (id: number): Row => ({ id, title: "walk", size: null })
const rows = fc.array(row, { maxLength: 5 })
const FILES = ["a.csv", "b.ndjson", "c.csv", "d.csv"]
const settings = fc.record({ keyed: fc.boolean(), declared: fc.boolean() })

const pipeline = (directory: string, { declared, keyed }: Settings): string => `
name: added
sources:
  rows:
    type: file.rows
    path: "${join(directory, "files", "*")}"
    entity: events
    ${keyed ? "key: [id]" : ""}
    ${declared ? "columns: { id: BIGINT, title: VARCHAR, size: BIGINT, starts_at: TIMESTAMPTZ }" : ""}
sinks:
  life: { type: memories, from: rows }
`

const prepare = (directory: string) => {
  mkdirSync(join(directory, "files"))
  // Whatever else there is, there is always a file.
  writeFileSync(join(directory, "files", "0.csv"), contentOf("0.csv", [{ id: 0, title: "x", size: 0 }]))
}

const take = (directory: string, { file, rows: content }: Step, at: number) => {
  const path = join(directory, "files", file)
  rmSync(path, { force: true })
  if (content === null) return
  writeFileSync(path, contentOf(file, content))
  utimesSync(path, at, at)
}

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

/** A home in memory, in which a pipeline runs again and again. */
const makeHome = (text: string) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(Layer.fresh(scratch))
    const rowsOf = (query: string) =>
      Effect.provide(
        Effect.flatMap(Warehouse, ({ database }) => database.rows(authored(query), AnyRow)),
        context
      )
    return {
      /** What became of the rows. */
      run: Effect.gen(function* () {
        const { plan } = yield* checkText(text)
        if (plan === null) return yield* Effect.die("the pipeline is wrong")
        const { sources } = yield* run(plan, "run")
        const { changed = 0, new: added = 0 } = sources["rows"] ?? {}
        return { added, changed }
      }).pipe(Effect.scoped, Effect.provide(context)),
      forgetFiles: rowsOf("update state.checkpoints set checkpoint = null, fingerprint = null"),
      /** All that is staged, but for when. */
      staged: rowsOf(
        `select * exclude (_run, _first_seen_at, _last_seen_at) from staging."added__rows" order by _source_id`
      ),
      ledger: rowsOf(
        `select read, new, changed, unchanged, duplicate, skipped, rejected from state.ledger l join state.runs r using (run_id)
          order by started_at desc limit 1`
      ),
      life: rowsOf("select * exclude (revision, updated_at, run_id, created_run_id) from life.events order by event_id")
    }
  })

describe("files that are added", () => {
  it.live(
    "one by one, in any order, leave what all at once do (I3)",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(rows, { minLength: FILES.length, maxLength: FILES.length }),
            fc.shuffledSubarray(FILES, { minLength: 2 }),
            fc.boolean(),
            (contents, order, keyed) =>
              Effect.runPromise(
                Effect.scoped(
                  Effect.gen(function* () {
                    const directory = yield* temporaryDirectory
                    prepare(directory)
                    const text = pipeline(directory, { keyed, declared: true })
                    const home = yield* makeHome(text)
                    let { added } = yield* home.run
                    for (const [index, file] of order.entries()) {
                      take(directory, { file, rows: contents[FILES.indexOf(file)] ?? [] }, index + 1)
                      added += (yield* home.run).added
                    }
                    const atOnce = yield* makeHome(text)
                    assert.deepEqual(yield* atOnce.run, { added, changed: 0 })
                    assert.deepEqual(yield* home.staged, yield* atOnce.staged)
                    assert.deepEqual(yield* home.life, yield* atOnce.life)
                  })
                )
              )
          ),
          { numRuns: runs(4) }
        )
      ),
    { timeout: 300_000 }
  )

  it.live(
    "or have changed, or are gone, leave what reading every file does",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.record({ file: fc.constantFrom(...FILES), rows: fc.option(rows, { freq: 4 }) }), {
              minLength: 3,
              maxLength: 6
            }),
            settings,
            (steps, given) =>
              Effect.runPromise(
                Effect.scoped(
                  Effect.gen(function* () {
                    const directory = yield* temporaryDirectory
                    prepare(directory)
                    const text = pipeline(directory, given)
                    const [home, everything] = [yield* makeHome(text), yield* makeHome(text)]
                    for (const [index, step] of steps.entries()) {
                      take(directory, step, index + 1)
                      yield* everything.forgetFiles
                      assert.deepEqual(yield* home.run, yield* everything.run)
                      assert.deepEqual(yield* home.staged, yield* everything.staged)
                    }
                    assert.deepEqual(yield* home.life, yield* everything.life)
                  })
                )
              )
          ),
          { numRuns: runs(4) }
        )
      ),
    { timeout: 300_000 }
  )

  it.live("alone are read, and told apart from what is there", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      prepare(directory)
      const home = yield* makeHome(pipeline(directory, { keyed: true, declared: true }))
      take(directory, { file: "c.csv", rows: [walk(1), walk(2)] }, 1)
      yield* home.run
      // Of the same size and time: only who reads it could tell.
      take(directory, { file: "c.csv", rows: [walk(5), walk(6)] }, 1)
      take(directory, { file: "d.csv", rows: [walk(2), walk(3), walk(3)] }, 2)
      assert.deepEqual(yield* home.run, { added: 1, changed: 0 })
      assert.deepEqual(yield* home.ledger, [
        { read: 6, new: 1, changed: 0, unchanged: 3, duplicate: 2, skipped: 0, rejected: 0 }
      ])
      assert.deepEqual(
        (yield* home.staged).map(({ id }) => id),
        [0, 1, 2, 3]
      )
    }).pipe(Effect.scoped)
  )

  it.live("don't give way to what a file had and has no more", () =>
    Effect.gen(function* () {
      for (const title of ["walk", "lunch"] as const) {
        const directory = yield* temporaryDirectory
        prepare(directory)
        const home = yield* makeHome(pipeline(directory, { keyed: true, declared: true }))
        take(
          directory,
          { file: "a.csv", rows: [walk(1), { ...walk(2), title: title === "walk" ? "lunch" : "walk" }] },
          1
        )
        yield* home.run
        take(directory, { file: "a.csv", rows: [walk(1)] }, 2)
        yield* home.run
        take(directory, { file: "b.csv", rows: [{ ...walk(2), title }] }, 3)
        assert.deepEqual(yield* home.run, { added: 0, changed: 1 })
      }
    }).pipe(Effect.scoped)
  )
})
