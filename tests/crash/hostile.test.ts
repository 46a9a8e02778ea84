/** Inputs and surroundings that mean ill: one clear error or a ledgered reject, nothing half-written, and the next run recovers. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { authored } from "../../src/component/sql.ts"
import { writeSample } from "../../src/sample/index.ts"
import { forgedZip } from "../archive/zips.ts"
import { lifeOf } from "../conformance/life.ts"
import { query } from "../support/engine.ts"

const root = join(import.meta.dirname, "../..")
const directory = mkdtempSync(join(tmpdir(), "keepsake-hostile-"))
const sample = join(directory, "sample")
const out = join(directory, "out")
const pipeline = join(directory, "hostile.yaml")
/** Beside the sample's own parts. */
const part = join(sample, "takeout-20300101T000000Z-001.zip")

const PIPELINE = `
name: hostile
sources:
  photos: { type: google-takeout.photos, path: "${sample}/takeout-*.zip" }
sinks:
  memories: { type: memories, from: photos }
  list: { type: file, from: photos, path: "${out}/photos.csv" }
`

interface Answer {
  readonly status: number | null
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null
  readonly photos: { readonly [count: string]: number }
}

/** `blocks`: no file may grow beyond so many half kilobytes, as on a disk that is full. */
const keepsake = (home: string, blocks?: number): Answer => {
  const program = [process.execPath, join(root, "bin/keepsake.js"), "run", pipeline, "--home", home, "--json", "-q"]
  const { signal, status, stdout } =
    blocks === undefined
      ? spawnSync(program[0] ?? "", program.slice(1), { encoding: "utf8" })
      : spawnSync("sh", ["-c", `ulimit -f ${blocks} && exec "$@"`, "sh", ...program], { encoding: "utf8" })
  expect(signal).toBeNull()
  const { error, summary } = JSON.parse(stdout)
  return { status, error, photos: summary?.sources?.photos ?? {} }
}

const lifeIn = (home: string) => Effect.runPromise(lifeOf(home))
const rejectsIn = (home: string) =>
  Effect.runPromise(query(home, authored("select code, member from state.rejects order by all")))

/** The life of the sample, undisturbed. */
let calm: Awaited<ReturnType<typeof lifeIn>> = {}
let list = ""
let home = ""

beforeAll(async () => {
  const made = { directory: sample, days: 5, seed: 9 }
  await Effect.runPromise(writeSample(made).pipe(Effect.provide(NodeServices.layer), Effect.asVoid))
  writeFileSync(pipeline, PIPELINE)
  expect(keepsake(join(directory, "calm")).status).toBe(0)
  calm = await lifeIn(join(directory, "calm"))
  list = readFileSync(join(out, "photos.csv"), "utf8")
  expect(calm["media"]?.length).toBeGreaterThan(0)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

beforeEach(() => {
  home = mkdtempSync(join(directory, "home-"))
  rmSync(out, { recursive: true, force: true })
})
afterEach(() => rmSync(part, { force: true }))

/** A run without anything in its way makes of it what an undisturbed one makes, and of nothing more. */
const recovers = async () => {
  const { error, status } = keepsake(home)
  expect(error).toBeNull()
  expect(status).toBe(0)
  expect(await lifeIn(home)).toEqual(calm)
  expect(readFileSync(join(out, "photos.csv"), "utf8")).toBe(list)
  expect(readdirSync(out)).toEqual(["photos.csv"])
}

const PHOTO = "Takeout/Google Photos/Photos from 2030/IMG_0001.jpg"

describe("archives", () => {
  it("a truncated zip is one error, and nothing is taken of the others before it is whole", async () => {
    const [first = ""] = readdirSync(sample).filter((name) => name.endsWith(".zip"))
    const whole = readFileSync(join(sample, first))
    truncateSync(join(sample, first), Math.floor(whole.length / 2))
    const { error, status } = keepsake(home)
    expect(status).toBe(3)
    expect(error?.code).toBe("archive-truncated")
    expect(error?.message).toContain(first)
    expect(error?.hint).not.toBe("")
    expect(existsSync(join(out, "photos.csv"))).toBe(false)
    const life = await lifeIn(home)
    expect(Object.values(life).flat()).toEqual([])
    writeFileSync(join(sample, first), whole)
    await recovers()
  })

  it.each([
    ["a bomb", { name: PHOTO, content: Buffer.alloc(2 ** 21), method: 8, size: 2 ** 31 }, "entry-bomb"],
    ["a path that climbs out", { name: "../../../climbed.jpg", content: Buffer.from("x") }, "entry-unsafe-path"],
    ["a JPEG of no bytes", { name: PHOTO, content: Buffer.alloc(0) }, "media-empty"],
    [
      "a sidecar that is no JSON",
      { name: `${PHOTO}.json`, content: Buffer.from('{"title": "IMG_0001.jpg", ') },
      "sidecar-broken"
    ]
  ])("%s is a reject", async (_, member, code) => {
    writeFileSync(part, forgedZip([member]))
    const { error, photos, status } = keepsake(home)
    expect(error).toBeNull()
    expect(status).toBe(0)
    const rejects = await rejectsIn(home)
    expect(photos["rejected"]).toBe(rejects.length)
    expect(rejects.map((reject) => reject["code"])).toContain(code)
    expect(existsSync(join(directory, "..", "climbed.jpg"))).toBe(false)
    expect(await lifeIn(home)).toEqual(calm)
  })
})

describe("surroundings", () => {
  // Of what a run writes, from the database's first page on.
  it.each([1, 200, 2_000, 4_000, 9_000])("a disk that is full at %i blocks", { timeout: 120_000 }, async (blocks) => {
    const { error, status } = keepsake(home, blocks)
    if (status !== 0) {
      expect(status).toBe(3)
      expect(error?.code).toBe("database-disk-full")
      expect(error?.hint).toContain("Free some space")
      expect(existsSync(out) ? readdirSync(out) : []).toEqual([])
    }
    await recovers()
  })

  it("a database that another process holds", async () => {
    expect(keepsake(home).status).toBe(0)
    const holder = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { DuckDBInstance } from "@duckdb/node-api"
         await DuckDBInstance.create(${JSON.stringify(join(home, "keepsake.duckdb"))})
         console.log("held"); setInterval(() => {}, 1000)`
      ],
      { cwd: root, stdio: ["ignore", "pipe", "inherit"] }
    )
    await new Promise((resolve) => holder.stdout.once("data", resolve))
    const { error, status } = keepsake(home)
    const gone = new Promise((resolve) => holder.once("close", resolve))
    holder.kill("SIGKILL")
    await gone
    expect(status).toBe(3)
    expect(error?.code).toBe("database-locked")
    expect(error?.message).toMatch(/^Another process \(\d+\) holds this home's database\.$/)
    await recovers()
  })
})
