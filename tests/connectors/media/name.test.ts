import { expect, test } from "vitest"
import { kindByName, parseName } from "../../../connectors/media/name.ts"

test.each([
  ["IMG_1.JPG", "IMG_1", "", ".JPG"],
  ["IMG_1(2).JPG", "IMG_1", "(2)", ".JPG"],
  ["IMG_1(1)(2).JPG", "IMG_1(1)", "(2)", ".JPG"],
  ["(2).jpg", "(2)", "", ".jpg"],
  ["PXL_1.MP~2", "PXL_1", "", ".MP~2"],
  ["PXL_1.MP.jpg", "PXL_1.MP", "", ".jpg"],
  ["MVIMG_1", "MVIMG_1", "", ""],
  ["03.03.13 - 1", "03.03.13 - 1", "", ""],
  [".hidden", ".hidden", "", ""]
])("%s is %s, %s, %s", (name, base, number, extension) => {
  expect(parseName(name)).toEqual({ base, number, extension })
})

test.each([
  ["a.HEIC", "photo"],
  ["a.dng", "photo"],
  ["a.MP", "video"],
  ["a.MP~2", "video"],
  ["a.MV", "video"],
  ["MVIMG_20180722_120942", "video"],
  ["MVIMG_20180722_120942.jpg", "photo"],
  ["a.json", null],
  ["a", null],
  ["a.ts", null]
])("%s promises %s", (name, kind) => {
  expect(kindByName(name)).toBe(kind)
})
