import { SaxesParser } from "saxes"
import { describe, expect, test } from "vitest"
import { healthEntries } from "../../src/sample/apple-health/index.ts"
import { fitEntries } from "../../src/sample/google-fit/index.ts"
import { deviceFiles, historyEntries } from "../../src/sample/location/index.ts"
import { isOther } from "../../src/sample/others.ts"
import { spotifyEntries } from "../../src/sample/spotify/index.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { textsOf } from "./support.ts"

describe.each([1, 2, 3, 8])("all archives of %i days", (count) => {
  test.each([-7, 1, 42])("are well-formed, seed %i", (seed) => {
    const days = daysOf(seed)
    const range = { seed, from: 17, days: count }
    const texts = new Map([
      ...textsOf([...historyEntries(days, range.from, range.from + count), ...fitEntries(days, range)]),
      ...textsOf([...healthEntries(days, range), ...spotifyEntries(days, range)]),
      ...deviceFiles(days, range).map(({ content, path }) => [path, [...content].join("")] as const)
    ])
    expect(texts.size).toBeGreaterThan(20)
    for (const [path, text] of texts) {
      if (path.endsWith(".json")) expect(() => JSON.parse(text.replace("\uFEFF", "")), path).not.toThrow()
      if (!/\.(xml|gpx|tcx)$/.test(path)) continue
      const parser = new SaxesParser()
      parser.on("error", (cause) => expect.fail(`${path}: ${cause.message}`))
      parser.write(text.replace(/<!DOCTYPE[\s\S]*?\]>/, "").replaceAll("\u000b", " ")).close()
    }
  })
})

test("names of other archives are never those of photos, and nothing else is taken for one", () => {
  expect(["google/takeout-20230505T091500Z-001.zip", "apple-health/export.zip"].filter(isOther).length).toBe(2)
  const foreign = ["takeout-20230505T091500Z-001.zip", "google/../takeout-1.zip", "spotify/other.zip", "export.zip"]
  expect(foreign.filter(isOther)).toEqual([])
})
