import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Console, Effect, Option, Schema } from "effect"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { run } from "../../src/command/run.ts"
import { validate } from "../../src/command/validate.ts"
import { type Finding, renderFinding } from "../../src/pipeline/finding.ts"
import { checkText } from "../support/engine.ts"
import { HARMLESS, MUTANTS, type Mutant, SLIPS } from "./mutants.ts"

const Found = Schema.Struct({
  severity: Schema.Literals(["error", "warning"]),
  code: Schema.String,
  message: Schema.String,
  hint: Schema.String,
  at: Schema.Struct({ file: Schema.String, line: Schema.Number, column: Schema.Number })
})
const Printed = Schema.fromJsonString(
  Schema.Struct({
    ok: Schema.Boolean,
    result: Schema.NullOr(Schema.Struct({ findings: Schema.optionalKey(Schema.Array(Found)) })),
    error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String, hint: Schema.String }))
  })
)

const directory = mkdtempSync(join(tmpdir(), "keepsake-agreement-"))
const photos = join(directory, "photos.csv")
const events = join(directory, "events.csv")
const file = join(directory, "pipeline.yaml")

/** Calls a command as the command line does; gives its exit code and what it printed. */
const called = async (command: typeof validate | typeof run, home: string) => {
  const printed: Array<string> = []
  const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
  const shared = { home: Option.some(home), memory: Option.none(), json: true, quiet: true, verbose: false }
  const exit = await Effect.runPromise(
    command(shared, { pipeline: file, budget: Option.none() }).pipe(Effect.provideService(Console.Console, capture))
  )
  expect(printed).toHaveLength(1)
  return { exit, ...Schema.decodeUnknownSync(Printed)(printed[0]) }
}

const both = async ({ text }: Mutant) => {
  writeFileSync(file, text)
  const home = mkdtempSync(join(directory, "home-"))
  rmSync(home, { recursive: true })
  const validated = await called(validate, home)
  const ran = await called(run, home)
  return { validated, ran, home }
}

const inside = (text: string, { at, code, hint, message }: Omit<Finding, "excerpt">) => {
  const line = text.split(/\r?\n/)[at.line - 1]
  expect(line, `line ${at.line}`).toBeDefined()
  expect(at.column).toBeGreaterThanOrEqual(1)
  expect(at.column, message).toBeLessThanOrEqual((line ?? "").length + 1)
  expect(at.file).toBe(file)
  expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  expect(message).not.toBe("")
  expect(hint, message).not.toBe("")
}

describe("validate and run agree", () => {
  let refused = 0
  beforeAll(() => {
    vi.stubEnv("PHOTOS", photos)
    vi.stubEnv("EVENTS", events)
    writeFileSync(
      photos,
      "file_name,taken_at,local_date,latitude,longitude\na.jpg,2024-05-01T10:30:00Z,2024-05-01,47.1,8.5\n"
    )
    writeFileSync(events, "uid,title,starts_at,ends_at\ne1,Brunch,2024-05-01T10:00:00Z,2024-05-01T11:00:00Z\n")
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(directory, { recursive: true, force: true })
  })

  it.for(HARMLESS)("accepts a pipeline $title", async (mutant) => {
    const { ran, validated } = await both(mutant)
    expect(validated).toMatchObject({ exit: 0, ok: true, result: { findings: [] } })
    expect(ran).toMatchObject({ exit: 0, ok: true })
  })

  it.for(SLIPS)("refuses $title", async (mutant) => {
    const { validated } = await both(mutant)
    expect(validated).toMatchObject({ exit: 2, ok: false })
  })

  it.for(MUTANTS)("on $title", async (mutant) => {
    const { home, ran, validated } = await both(mutant)
    for (const found of validated.result?.findings ?? []) inside(mutant.text, found)
    expect(ran.exit).toBe(validated.exit)
    expect(ran.ok).toBe(validated.ok)
    expect(ran.error).toEqual(validated.error)
    if (validated.ok) return
    refused++
    expect(validated.exit).toBe(2)
    expect(validated.result?.findings?.length).toBeGreaterThan(0)
    expect(ran.result).toEqual(validated.result)
    expect(existsSync(home), "nothing is written").toBe(false)
  })

  it("about a hundred broken pipelines or more", () => {
    expect(refused).toBeGreaterThanOrEqual(100)
    expect(MUTANTS.length - refused).toBeLessThan(10)
  })
})

describe("what people read", () => {
  it.for(SLIPS.slice(0, 26))("about $title", async ({ text }) => {
    const environment = { PHOTOS: "photos.csv", EVENTS: "events.csv" }
    const { findings } = await Effect.runPromise(checkText(text, environment))
    expect(findings.map(renderFinding).join("\n\n")).toMatchSnapshot()
  })
})
