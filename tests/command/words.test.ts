/** What people read when they type something wrong: short, where it is, and what to type instead. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const root = join(import.meta.dirname, "../..")
const directory = mkdtempSync(join(tmpdir(), "keepsake-words-"))

const keepsake = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, "bin/keepsake.js"), ...args], {
    cwd: directory,
    encoding: "utf8"
  })
  return { status, stdout, stderr: stderr.trimEnd() }
}

const PIPELINE = `
name: words
sources:
  rows: { type: file.rows, path: rows.csv }
  photos: { type: folder.photos, path: ./pictures }
sinks:
  out: { type: file, from: rows, path: out.csv }
`

beforeAll(() => {
  writeFileSync(join(directory, "rows.csv"), "a,b\n1,2\n3,x\n")
  writeFileSync(join(directory, "words.yaml"), PIPELINE)
  writeFileSync(join(directory, "empty.yaml"), "")
  writeFileSync(join(directory, "hollow.yaml"), "name: hollow\nsources:\nsinks:\n  out: { type: memories, from: a }\n")
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe("wrong arguments", () => {
  test.each([
    ["a typo in a flag", ["run", "words.yaml", "--hoem", "x"]],
    ["a typo in a command", ["valdate", "words.yaml"]],
    ["nothing to run", ["run"]],
    ["one file too many", ["run", "words.yaml", "more.yaml"]],
    ["a format that there is not", ["sql", "select 1", "--format", "xls"]],
    ["a size without its unit", ["run", "words.yaml", "--memory", "3"]],
    ["a file that there is not", ["run", "wodrs.yaml"]],
    ["an empty file", ["validate", "empty.yaml"]],
    ["a key without anything", ["validate", "hollow.yaml"]]
  ] as const)("%s", (_, args) => {
    const { status, stderr, stdout } = keepsake(...args)
    expect(status).toBe(2)
    expect(stdout).toBe("")
    expect(stderr).toMatchSnapshot()
  })

  test("with --json they are one object on stdout", () => {
    const { status, stderr, stdout } = keepsake("run", "words.yaml", "--hoem", "x", "--json")
    expect(status).toBe(2)
    expect(stderr).toBe("")
    expect(JSON.parse(stdout)).toMatchObject({
      command: "run",
      ok: false,
      error: { code: "invalid-arguments", message: "There is no flag --hoem. Did you mean --home?" }
    })
  })

  test("-v is verbose, -V the version", () => {
    expect(keepsake("-V").stdout).toMatch(/^keepsake v\d/)
    expect(keepsake("list", "-v").status).toBe(0)
  })
})

test("a path where nothing is: which source it was, and the line that says so", () => {
  const { status, stderr } = keepsake("run", "words.yaml", "-q")
  expect(status).toBe(3)
  expect(stderr).toMatch(/^words\.yaml:5:40 error file-not-found: Source "photos": Nothing is at .*pictures\.\n {2}\S/)
  const { stdout } = keepsake("run", "words.yaml", "-q", "--json")
  expect(JSON.parse(stdout).error.at).toEqual({ file: "words.yaml", line: 5, column: 40 })
})

test("validate warns of it, with what is near, and so does init: neither refuses", () => {
  mkdirSync(join(directory, "pictures-2024"), { recursive: true })
  const { status, stdout } = keepsake("validate", "words.yaml")
  expect(status).toBe(0)
  expect(stdout.replaceAll(realpathSync(directory), "DIR")).toMatchSnapshot()
  const asked = JSON.parse(keepsake("validate", "words.yaml", "--json").stdout)
  expect(asked).toMatchObject({ ok: true, summary: { warnings: 1 } })
  expect(asked.result.findings).toMatchObject([{ code: "file-not-found", severity: "warning", at: { line: 5 } }])

  const made = keepsake("init", "made.yaml", "--photos", "picturse-2024")
  expect(made.status).toBe(0)
  expect(made.stdout).toMatch(/warning: Source "photos": Nothing is at .*picturse-2024\.\n.*has: pictures-2024,/)
  expect(existsSync(join(directory, "made.yaml"))).toBe(true)
  expect(keepsake("init", "right.yaml", "--photos", "pictures-2024").stdout).toBe(
    "Wrote right.yaml. Next: keepsake run right.yaml\n"
  )
})

test("a run says why it left things out", () => {
  const text = PIPELINE.replace(
    "rows: { type: file.rows, path: rows.csv }",
    "rows: { type: file.rows, path: rows.csv, columns: { a: BIGINT, b: BIGINT } }"
  )
  writeFileSync(join(directory, "rejects.yaml"), text.replace(/ {2}photos.*\n/, ""))
  const { status, stdout } = keepsake("run", "rejects.yaml", "-q")
  expect(status).toBe(0)
  expect(stdout).toMatch(/Left out:\n {2}rows {2}1 rejected {2}value-unfit: The value of "b" is no BIGINT\./)
})
