import * as fc from "fast-check"
import { expect, test } from "vitest"
import { type MediaName, type SidecarStyle, fileName, googleTime, sidecarName } from "../../src/sample/sidecar.ts"

const name = (stem: string, extension = ".jpg", number: number | null = null): MediaName => ({
  stem,
  extension,
  number
})

const cases: ReadonlyArray<readonly [MediaName, SidecarStyle, string]> = [
  [name("DSC_0104", ".JPG"), "legacy", "DSC_0104.JPG.json"],
  [name("DSC_0104", ".JPG", 1), "legacy", "DSC_0104.JPG(1).json"],
  [name("IMG_0001", ".JPG"), "supplemental", "IMG_0001.JPG.supplemental-metadata.json"],
  [name("IMG_0001", ".JPG", 2), "supplemental", "IMG_0001.JPG.supplemental-metadata(2).json"],
  [name("skytree (2)"), "legacy", "skytree (2).jpg.json"],
  [name("a".repeat(40)), "supplemental", `${"a".repeat(40)}.jpg.s.json`],
  [name("a".repeat(41)), "supplemental", `${"a".repeat(41)}.jpg..json`],
  [name("a".repeat(45)), "legacy", `${"a".repeat(45)}..json`],
  [name("a".repeat(50)), "legacy", `${"a".repeat(46)}.json`],
  [name("a".repeat(44), ".jpg", 1), "supplemental", `${"a".repeat(44)}.j(1).json`],
  [name("a".repeat(40)), "unclipped", `${"a".repeat(40)}.jpg.supplemental-metadata.json`]
]

test.each(cases)("the sidecar of %o, %s, is %s", (media, style, expected) => {
  expect(sidecarName(media, style)).toBe(expected)
})

test("clipping counts UTF-16 units", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zäöü日本🎂]{1,60}$/u), (stem) => {
      const clipped = sidecarName(name(stem), "supplemental")
      expect(clipped.length).toBe(Math.min(46, `${stem}.jpg.supplemental-metadata`.length) + ".json".length)
    })
  )
})

test("files keep their number in front of the extension", () => {
  expect(fileName(name("DSC_0104", ".JPG", 1))).toBe("DSC_0104(1).JPG")
  expect(fileName(name("MVIMG_1", ""))).toBe("MVIMG_1")
})

test("Google's times are in UTC, also those that can't be", () => {
  expect(googleTime("1678097730").formatted).toBe("6 Mar 2023, 10:15:30 UTC")
  expect(googleTime("0").formatted).toBe("1 Jan 1970, 00:00:00 UTC")
  expect(googleTime(String(Date.UTC(171_546, 5, 1) / 1000)).formatted).toBe("1 Jun 171546, 00:00:00 UTC")
})
