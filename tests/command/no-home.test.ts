/** A home is made by what brings something in; all else says that there is none. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Console, Effect, Option, Schema } from "effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { edit } from "../../src/command/edit.ts"
import { explain } from "../../src/command/explain.ts"
import { exportLife } from "../../src/command/export.ts"
import { forget } from "../../src/command/forget.ts"
import { plan } from "../../src/command/plan.ts"
import type { Shared } from "../../src/command/reply.ts"
import { run } from "../../src/command/run.ts"
import { sql } from "../../src/command/sql.ts"
import { status } from "../../src/command/status.ts"
import { undo } from "../../src/command/undo.ts"

const directory = mkdtempSync(join(tmpdir(), "keepsake-no-home-"))
const home = join(directory, "typo")
const pipeline = join(directory, "rows.yaml")
const shared = { home: Option.some(home), memory: Option.none(), json: true, quiet: true, verbose: false }

const Printed = Schema.fromJsonString(
  Schema.Struct({
    ok: Schema.Boolean,
    result: Schema.Unknown,
    error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String, hint: Schema.String }))
  })
)

const called = async (command: (shared: Shared) => Effect.Effect<number>) => {
  const printed: Array<string> = []
  const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
  const exit = await Effect.runPromise(command(shared).pipe(Effect.provideService(Console.Console, capture)))
  return { exit, ...Schema.decodeUnknownSync(Printed)(printed.join("\n")) }
}

beforeAll(() => {
  writeFileSync(join(directory, "rows.csv"), "a,b\n1,2\n")
  writeFileSync(
    pipeline,
    `name: rows
sources:
  rows: { type: file.rows, path: ${join(directory, "rows.csv")} }
sinks:
  out: { type: file, from: rows, path: ${join(directory, "out.csv")} }
`
  )
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const nothing = {
  source: Option.none(),
  account: Option.none(),
  connection: Option.none(),
  place: Option.none(),
  person: Option.none(),
  between: [],
  yes: true
}

test.for([
  ["status", (flags: Shared) => status(flags)],
  ["sql over what a home has", (flags: Shared) => sql(flags, { query: "from life.memories", format: Option.none() })],
  ["explain", (flags: Shared) => explain(flags, { id: Option.some("abc"), missing: Option.none() })],
  ["undo", (flags: Shared) => undo(flags, { run: "last", yes: true })],
  ["edit", (flags: Shared) => edit(flags, { id: "abc", fields: ["title=x"] })],
  ["forget", (flags: Shared) => forget(flags, { ...nothing, source: Option.some("rows.rows") })],
  ["export", (flags: Shared) => exportLife(flags, { directory: join(directory, "export"), media: "none" })],
  ["run --rebuild", (flags: Shared) => run(flags, { pipeline, budget: Option.none(), rebuild: true, yes: true })]
] as const)("%s", async ([, command]) => {
  const { error, exit, ok } = await called(command)
  expect({ exit, ok, code: error?.code }).toEqual({ exit: 3, ok: false, code: "no-home" })
  expect(error?.message).toContain(home)
  expect(error?.hint).toContain("--home")
  expect(existsSync(home)).toBe(false)
})

test("files can be queried without a home, and none is made", async () => {
  const query = `select b from '${join(directory, "rows.csv")}'`
  const { exit, result } = await called((flags) => sql(flags, { query, format: Option.none() }))
  expect({ exit, result }).toEqual({ exit: 0, result: [{ b: 2 }] })
  expect(existsSync(home)).toBe(false)
})

test("plan --diff rehearses the first run, and makes no home", async () => {
  const { exit } = await called((flags) => plan(flags, { pipeline, diff: true }))
  expect(exit).toBe(0)
  expect(existsSync(home)).toBe(false)
})
