import * as fc from "fast-check"
import { expect, test } from "vitest"
import { liveGroups, pairsOf, sameByName } from "../../../connectors/media/live.ts"

const named = (...names: ReadonlyArray<string>) => names.map((name) => ({ name }))
const pairs = (...names: ReadonlyArray<string>) =>
  liveGroups(named(...names))
    .flatMap((group) => pairsOf(group, (still, half) => sameByName(still.name, half.name)))
    .map(({ still, half }) => [still.name, half.name])

test.each([
  ["IMG_1.HEIC", "IMG_1.MOV", true],
  ["IMG_1(2).HEIC", "IMG_1(2).MOV", true],
  ["IMG_1(2).HEIC", "IMG_1.MOV", false],
  ["PXL_1.MP.jpg", "PXL_1.MP", true],
  ["PXL_1.MP(1).jpg", "PXL_1(1).MP", true],
  ["PXL_1.MP~2.jpg", "PXL_1.MP~2", true],
  ["MVIMG_1.jpg", "MVIMG_1", true],
  ["IMG_1.HEIC", "IMG_1-1.MOV", false]
])("%s and %s: %s", (still, half, same) => {
  expect(sameByName(still, half)).toBe(same)
})

test("a half belongs to one still, the HEIC before the JPEG", () => {
  expect(pairs("IMG_1.JPG", "IMG_1.MOV", "IMG_1.HEIC")).toEqual([["IMG_1.HEIC", "IMG_1.MOV"]])
})

test("a still has one half, the one that can be nothing else", () => {
  expect(pairs("PXL_1.MP4", "PXL_1.jpg", "PXL_1.MP")).toEqual([["PXL_1.jpg", "PXL_1.MP"]])
})

test("screenshots and their recordings are no live photos", () => {
  expect(pairs("IMG_1.PNG", "IMG_1.MP4")).toEqual([])
})

test("a renamed half stands in the group, for those who can tell by content", () => {
  const [group = []] = liveGroups(named("IMG_1.HEIC", "IMG_1.MOV", "IMG_1-1.MOV", "IMG_2.HEIC"))
  expect(group.map(({ name }) => name)).toEqual(["IMG_1.HEIC", "IMG_1.MOV", "IMG_1-1.MOV"])
})

test("pairs don't depend on the order of the files", () => {
  const names = [
    "A.HEIC",
    "A.JPG",
    "A.MOV",
    "A.MP4",
    "A(1).JPG",
    "A(1).MOV",
    "A-1.MOV",
    "B.MP.jpg",
    "B.MP",
    "B.MP4",
    "C.MOV"
  ]
  const sorted = (of: ReadonlyArray<string>) => pairs(...of).toSorted()
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (shuffled) => {
      expect(sorted(shuffled)).toEqual(sorted(names))
    })
  )
})
