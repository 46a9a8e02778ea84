import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Option } from "effect"
import { afterAll, describe, expect, test } from "vitest"
import { inspect } from "../../src/command/inspect.ts"
import { missingParts } from "../../src/command/parts.ts"
import { writeSample } from "../../src/sample/index.ts"

const directory = mkdtempSync(join(tmpdir(), "keepsake-inspect-test-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const call = async (json: boolean, deep = false): Promise<string> => {
  const printed: Array<string> = []
  const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
  const shared = { home: Option.none(), memory: Option.none(), json, quiet: true, verbose: false }
  await Effect.runPromise(
    inspect(shared, { paths: [directory], deep }).pipe(Effect.provideService(Console.Console, capture))
  )
  return printed.join("\n")
}

describe("inspect", () => {
  test("says of one drop of several archives what each holds, and the line that reads it", async () => {
    await Effect.runPromise(
      writeSample({ directory, days: 10, seed: 2 }).pipe(Effect.provide(NodeServices.layer), Effect.asVoid)
    )
    writeFileSync(join(directory, "runs.csv"), "day,kilometres\n2020-01-01,5\n2020-01-02,6\n")
    writeFileSync(join(directory, "readme.txt"), "Nothing that a stream reads.")
    const text = await call(false)
    expect(text).toMatch(/ics\.events: \d+ records in 1 file\n/)
    expect(text).toMatch(/file\.rows: 2 records in 1 file\n/)
    expect(text).toMatch(/google-takeout\.photos: \d+ files \(--deep/)
    expect(text).toMatch(/google_takeout_photos: \{ type: google-takeout\.photos, path: \S*takeout-\S+-\*\.zip \}/)
    expect(text).toMatch(/Not known: \S*readme\.txt/)
  })

  test("--deep counts pictures by kind and year, and says what is left out and why", async () => {
    const { result } = JSON.parse(await call(true, true))
    const photos = result.streams.find(({ type }: { type: string }) => type === "google-takeout.photos")
    const { ledger, rest } = { ledger: photos.records, rest: photos.left }
    expect(photos.counts.map(({ what }: { what: string }) => what)).toContain("photo")
    expect(ledger.read).toBe(ledger.new + ledger.duplicate + ledger.skipped + ledger.rejected)
    const left = rest.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
    expect(left).toBe(ledger.skipped + ledger.rejected)
  })
})

describe("parts that are missing", () => {
  test.each([
    [
      ["a/takeout-20240101T000000Z-001.zip", "a/takeout-20240101T000000Z-003.zip"],
      ["takeout-20240101T000000Z-002.zip"]
    ],
    [["takeout-20240101T000000Z-3-001.zip"], []],
    [["iCloud Photos Part 1 of 3.zip", "iCloud Photos Part 3 of 3.zip"], ["iCloud Photos Part 2 of 3.zip"]],
    [["iCloud-bilder Del 2 av 2.zip"], ["iCloud-bilder Del 1 av 2.zip"]],
    [["export.zip", "my_spotify_data.zip"], []]
  ])("of %j", (present, missing) => {
    expect(missingParts(present)).toEqual(missing)
  })
})
