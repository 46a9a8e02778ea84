import { expect, test } from "vitest"
import { EpochMillis } from "../../../src/component/column.ts"
import { matchFolder } from "../../../connectors/google-takeout/match.ts"
import { type File, type SidecarFile, picture as at, sidecar as sidecarFile } from "./files.ts"

/** What each picture got: the sidecar's name or the status; `of` the original; `+` the moving half. */
const matched = (pictures: ReadonlyArray<string | File>, jsons: ReadonlyArray<string | SidecarFile>) => {
  const files = pictures.map((picture) => (typeof picture === "string" ? at(picture) : picture))
  const { matches, halves, unused } = matchFolder(
    files,
    jsons.map((json) => (typeof json === "string" ? sidecarFile(json) : json))
  )
  return {
    found: Object.fromEntries(
      [...matches].map(([{ name }, { found, words }]) => [name, found?.name ?? words.slice(0, words.indexOf(":"))])
    ),
    originals: Object.fromEntries(
      [...matches].flatMap(([{ name }, { original }]) => (original === null ? [] : [[name, original.name]]))
    ),
    halves: Object.fromEntries([...halves].map(([still, half]) => [still.name, half.name])),
    unused: unused.map(({ name }) => name)
  }
}

const oneToOne: ReadonlyArray<readonly [why: string, picture: string, json: string, title?: string]> = [
  ["old naming", "PXL_20211013_220651983.jpg", "PXL_20211013_220651983.jpg.json"],
  ["new naming", "20161105_170829.jpg", "20161105_170829.jpg.supplemental-metadata.json"],
  ["a trailing number moves behind the extension", "DSC_0101(1).JPG", "DSC_0101.JPG(1).json"],
  ["a trailing number moves behind the suffix", "Scan35(1).jpg", "Scan35.jpg.supplemental-metadata(1).json"],
  ["a number of two digits", "CLIP0001(10).AVI", "CLIP0001.AVI.supplemental-metadata(10).json"],
  [
    "a number after a clipped suffix",
    "Screenshot_20231027_123303_Facebook(1).jpg",
    "Screenshot_20231027_123303_Facebook.jpg.supple(1).json"
  ],
  ["a space before the number keeps it in place", "skytree (2).jpg", "skytree (2).jpg.supplemental-metadata.json"],
  [
    "a number in place, old naming, clipped",
    "Urlaub in Knaufspesch in der Schneifel (38).JPG",
    "Urlaub in Knaufspesch in der Schneifel (38).JP.json"
  ],
  [
    "only the last of equal numbers moves",
    "img_(87).(vacation stuff).lol(87).jpg",
    "img_(87).(vacation stuff).lol.jpg(87).json"
  ],
  [
    "the owner's number stays, Google's moves",
    "Negative0-36-35(1)(1).jpg",
    "Negative0-36-35(1).jpg.supplemental-metadata(1).json"
  ],
  ["the owner's number without a space", "Negative0-36-35(1).jpg", "Negative0-36-35(1).jpg.supplemental-metadata.json"],
  [
    "clipped to 46 within the extension",
    "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg",
    "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jp.json"
  ],
  [
    "clipped to 46 within the stem",
    "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA.jpg",
    "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGIN.json"
  ],
  [
    "clipped to 46 with a number",
    "Backyard_ceremony_wedding_photography_xxxxxxx_m(494).jpg",
    "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json"
  ],
  [
    "46 are UTF-16 units, not characters",
    "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.jpg",
    "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋.json"
  ],
  ["46 may fall into the middle of a character", `x${"😀".repeat(23)}.jpg`, `x${"😀".repeat(22)}.json`],
  ["clipped to the extension's dot: X..json", `${"x".repeat(45)}.jpg`, `${"x".repeat(45)}..json`],
  ["clipped to the suffix's dot: X.jpg..json", `${"x".repeat(41)}.jpg`, `${"x".repeat(41)}.jpg..json`],
  ["a short name with only the suffix's dot", "X.jpg", "X.jpg..json"],
  ["the suffix down to .s.json", `${"x".repeat(40)}.jpg`, `${"x".repeat(40)}.jpg.s.json`],
  ["any prefix of the suffix, however short the name", "a.jpg", "a.jpg.supplemental-me.json"],
  ["an unclipped long name", `${"y".repeat(60)}.jpg`, `${"y".repeat(60)}.jpg.json`],
  [
    "an unclipped long name with the suffix",
    `${"y".repeat(60)}.jpg`,
    `${"y".repeat(60)}.jpg.supplemental-metadata.json`
  ],
  ["IMG.JPG(1).json", "IMG(1).JPG", "IMG.JPG(1).json"],
  ["IMG.JPG.supplemental-metadata(1).json", "IMG(1).JPG", "IMG.JPG.supplemental-metadata(1).json"],
  ["a picture that was uploaded without an extension", "20030616.jpg", "20030616.json", "20030616"],
  ["MP~2 in the name of a still", "PXL_20210102_221126856.MP~2.jpg", "PXL_20210102_221126856.MP~2.jpg.json"],
  ["a name whose end isn't an extension", "03.03.13 - 1", "03.03.13 - 1.json"],
  [
    "cut with its picture to less than 46, as the title shows",
    "Screenshot_2022-04-21_abb9c8060a0a1(1).jpg",
    "Screenshot_2022-04-21_abb9c8060a0a(1).json",
    "Screenshot_2022-04-21_abb9c8060a0a12c5ac89e934e52a2f4f.jpg"
  ]
]

const cases = oneToOne.map(([why, picture, json, title = null]) => ({ why, picture, json, title }))

test.each(cases)("$why: $picture has $json", ({ picture, json, title }) => {
  expect(matched([picture], [sidecarFile(json, title)])).toEqual({
    found: { [picture]: json },
    originals: {},
    halves: {},
    unused: []
  })
})

const strangers: ReadonlyArray<readonly [picture: string, json: string]> = [
  ["DSC_0104(1).JPG", "DSC_0104.JPG.json"],
  ["DSC_0102(1).JPG", "DSC_0102.JPG(2).json"],
  ["DSC_0103.JPG", "DSC_0103.JPG(1).json"],
  ["image000000.jpg", "image000000.gif.json"],
  ["PXL_20211013_220651958.jpg", "PXL_20211013_220651983.jpg.json"],
  ["PXL_20220405_090123741.PORTRAIT-modifié.jpg", "PXL_20220405_090123740.PORTRAIT.jpg.json"],
  [
    "Backyard_ceremony_wedding_photography_xxxxxxx_m(185).jpg",
    "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json"
  ],
  ["IMG_1.jpg", "IMG_1.jpg.supplement-metadata.json"],
  ["x-e.jpg", "x.jpg.json"]
]

test.each(strangers)("must not match: %s and %s", (picture, json) => {
  const { found, unused } = matched([picture], [json])
  expect(found).toEqual({ [picture]: "orphan" })
  expect(unused).toEqual([json])
})

test("the JSON of image000000.gif isn't image000000.jpg's, even where its name is cut", () => {
  const name = "z".repeat(46)
  const { found } = matched([`${name}.gif`, `${name}.jpg`], [sidecarFile(`${name}.json`, `${name}.gif`)])
  expect(found).toEqual({ [`${name}.gif`]: `${name}.json`, [`${name}.jpg`]: "orphan" })
})

test("names that are cut to the same letters are told apart by the title", () => {
  const name = "w".repeat(46)
  const { found } = matched([`${name}a.jpg`, `${name}b.jpg`], [sidecarFile(`${name}.json`, `${name}brother.jpg`)])
  expect(found).toEqual({ [`${name}a.jpg`]: "orphan", [`${name}b.jpg`]: `${name}.json` })
})

test("names that are cut to the same letters are ambiguous without a title", () => {
  const name = "w".repeat(46)
  const { found, unused } = matched([`${name}a.jpg`, `${name}b.jpg`], [`${name}.json`])
  expect(found).toEqual({ [`${name}a.jpg`]: "ambiguous", [`${name}b.jpg`]: "ambiguous" })
  expect(unused).toEqual([])
})

test("both readings of a number exist: ambiguous, and the words say which", () => {
  const files = [sidecarFile("A.jpg(1).json", "A.jpg"), sidecarFile("A(1).jpg.json", "A(1).jpg")]
  const picture = at("A(1).jpg")
  const match = matchFolder([picture], files).matches.get(picture)
  expect(match?.words).toMatch(/^ambiguous: .*A\(1\)\.jpg\.json.*A\.jpg\(1\)\.json/)
})

test("old and new naming occur in one account", () => {
  const { found } = matched(["a.jpg", "b.jpg"], ["a.jpg.json", "b.jpg.supplemental-metadata.json"])
  expect(found).toEqual({ "a.jpg": "a.jpg.json", "b.jpg": "b.jpg.supplemental-metadata.json" })
})

test("one JSON serves the original and its edited copy", () => {
  const { found, originals, unused } = matched(["IMG.jpg", "IMG-edited.jpg"], ["IMG.jpg.json"])
  expect(found).toEqual({ "IMG.jpg": "IMG.jpg.json", "IMG-edited.jpg": "IMG.jpg.json" })
  expect(originals).toEqual({ "IMG-edited.jpg": "IMG.jpg" })
  expect(unused).toEqual([])
})

test("one JSON serves …_P.jpg and …_P(1).jpg", () => {
  const stem = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P"
  const json = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json"
  const title = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_20210102_221126856.jpg"
  const { found } = matched([`${stem}.jpg`, `${stem}(1).jpg`], [sidecarFile(json, title)])
  expect(found).toEqual({ [`${stem}.jpg`]: json, [`${stem}(1).jpg`]: json })
})

test("one JSON serves …_P.jpg and …_P(1).jpg of short names, too", () => {
  const stem = "IMG_20230306_101530_P"
  const { found } = matched([`${stem}.jpg`, `${stem}(1).jpg`], [sidecarFile(`${stem}.jpg.json`, `${stem}.jpg`)])
  expect(found).toEqual({ [`${stem}.jpg`]: `${stem}.jpg.json`, [`${stem}(1).jpg`]: `${stem}.jpg.json` })
})

test("…_P(1).jpg with a JSON of its own keeps it", () => {
  const stem = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P"
  const json = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"
  const { found } = matched([`${stem}.jpg`, `${stem}(1).jpg`], [`${json}.json`, `${json}(1).json`])
  expect(found).toEqual({ [`${stem}.jpg`]: `${json}.json`, [`${stem}(1).jpg`]: `${json}(1).json` })
})

const words =
  "edited bearbeitet modifié modificato bewerkt editado ha+editado editat edytowane 編集済み 编辑 effects motion animation smile collage mix"

test.each(words.split(" ").map((word) => word.replace("+", " ")))("edited copy: x-%s.jpg", (word) => {
  const { found, originals } = matched(["x.jpg", `x-${word}.jpg`], ["x.jpg.supplemental-metadata.json"])
  expect(found[`x-${word}.jpg`]).toBe("x.jpg.supplemental-metadata.json")
  expect(originals).toEqual({ [`x-${word}.jpg`]: "x.jpg" })
})

test.each(["x(1).jpg", "x(1).HEIC"])("x-edited(1).jpg is an edit of %s", (original) => {
  const extension = original.slice(4)
  const { found, originals } = matched(
    [`x${extension}`, original, "x-edited(1).jpg"],
    [`x${extension}.json`, `x${extension}(1).json`]
  )
  expect(found["x-edited(1).jpg"]).toBe(`x${extension}(1).json`)
  expect(originals).toEqual({ "x-edited(1).jpg": original })
})

test("the number may stand before the suffix: x(1)-edited.jpg", () => {
  const { found, originals } = matched(["x(1).jpg", "x(1)-edited.jpg"], ["x.jpg(1).json"])
  expect(found["x(1)-edited.jpg"]).toBe("x.jpg(1).json")
  expect(originals).toEqual({ "x(1)-edited.jpg": "x(1).jpg" })
})

test.each(["-edi", "-ed", "-e", "-"])("in a long name the suffix is cut to %s", (tail) => {
  const stem = "c".repeat(47 - tail.length)
  const json = `${`${stem}.jpg`.slice(0, 46)}.json`
  const { found, originals } = matched([`${stem}.jpg`, `${stem}${tail}.jpg`], [sidecarFile(json, `${stem}.jpg`)])
  expect(found).toEqual({ [`${stem}.jpg`]: json, [`${stem}${tail}.jpg`]: json })
  expect(originals).toEqual({ [`${stem}${tail}.jpg`]: `${stem}.jpg` })
})

test("an edited copy whose original is missing still has its sidecar", () => {
  const { found, originals } = matched(
    ["x-edited.jpg", "2234-edited.jpg"],
    ["x.HEIC.json", "2234.supplemental-metadata.json"]
  )
  expect(found).toEqual({ "x-edited.jpg": "x.HEIC.json", "2234-edited.jpg": "2234.supplemental-metadata.json" })
  expect(originals).toEqual({})
})

test("an edited copy whose sidecar is missing still has its original", () => {
  const { found, originals } = matched(["x.jpg", "x-bearbeitet.jpg"], [])
  expect(found).toEqual({ "x.jpg": "orphan", "x-bearbeitet.jpg": "orphan" })
  expect(originals).toEqual({ "x-bearbeitet.jpg": "x.jpg" })
})

test("a picture that its owner called -edited, with a JSON of its own, is no copy", () => {
  const { found, originals } = matched(["x.jpg", "x-edited.jpg"], ["x.jpg.json", "x-edited.jpg.json"])
  expect(found["x-edited.jpg"]).toBe("x-edited.jpg.json")
  expect(originals).toEqual({})
})

test("collages and animations are Google's, with JSONs of their own", () => {
  expect(matched(["a-COLLAGE.jpg", "b-ANIMATION.gif"], ["a-COLLAGE.jpg.json", "b-ANIMATION.gif.json"]).found).toEqual({
    "a-COLLAGE.jpg": "a-COLLAGE.jpg.json",
    "b-ANIMATION.gif": "b-ANIMATION.gif.json"
  })
})

const live: ReadonlyArray<readonly [still: string, half: string]> = [
  ["IMG_1.HEIC", "IMG_1.MP4"],
  ["IMG_1.HEIC", "IMG_1.MOV"],
  ["IMG_1(2).JPG", "IMG_1(2).MOV"],
  ["PXL_20230604_172812686.MP.jpg", "PXL_20230604_172812686.MP"],
  ["PXL_20230604_172812686.MP(1).jpg", "PXL_20230604_172812686(1).MP"],
  ["PXL_20210102_221126856.MP~2.jpg", "PXL_20210102_221126856.MP~2"],
  ["20180722_120942.jpg", "20180722_120942.MV"],
  ["MVIMG_20180722_120942.jpg", "MVIMG_20180722_120942"]
]

test.each(live)("live photo: %s and %s, which has no JSON of its own", (still, half) => {
  const number = /\(\d+\)/.exec(still)?.[0] ?? ""
  const json = `${still.replace(number, "")}.supplemental-metadata${number}.json`
  expect(matched([half, still], [json])).toEqual({
    found: { [still]: json },
    originals: {},
    halves: { [still]: half },
    unused: []
  })
})

test("a video with a JSON of its own is no half", () => {
  const { found, halves } = matched(["IMG_1.HEIC", "IMG_1.MOV"], ["IMG_1.HEIC.json", "IMG_1.MOV.json"])
  expect(found).toEqual({ "IMG_1.HEIC": "IMG_1.HEIC.json", "IMG_1.MOV": "IMG_1.MOV.json" })
  expect(halves).toEqual({})
})

test("a video of another number is no half", () => {
  expect(matched(["IMG_1(1).HEIC", "IMG_1.MP4"], ["IMG_1.HEIC(1).json"]).halves).toEqual({})
})

test("an edited live photo: the half stays the original's", () => {
  const { found, halves, originals } = matched(["IMG_1.HEIC", "IMG_1-edited.HEIC", "IMG_1.MP4"], ["IMG_1.HEIC.json"])
  expect(found).toEqual({ "IMG_1.HEIC": "IMG_1.HEIC.json", "IMG_1-edited.HEIC": "IMG_1.HEIC.json" })
  expect(halves).toEqual({ "IMG_1.HEIC": "IMG_1.MP4" })
  expect(originals).toEqual({ "IMG_1-edited.HEIC": "IMG_1.HEIC" })
})

test("HEIC and JPEG of one stem: the half is the HEIC's", () => {
  expect(matched(["IMG_1.JPG", "IMG_1.HEIC", "IMG_1.MOV"], []).halves).toEqual({ "IMG_1.HEIC": "IMG_1.MOV" })
})

test("a JSON and its picture can lie in different parts", () => {
  const { found } = matched([at("a.jpg", "t-001.zip")], [sidecarFile("a.jpg.json", "a.jpg", { archive: "t-002.zip" })])
  expect(found).toEqual({ "a.jpg": "a.jpg.json" })
})

test("a path that repeats across parts: each picture has its own part's JSON", () => {
  const first = at("a.jpg", "t-001.zip")
  const second = at("a.jpg", "t-002.zip")
  const { matches } = matchFolder(
    [first, second],
    [
      sidecarFile("a.jpg.json", "a.jpg", { archive: "t-002.zip", takenAt: EpochMillis(2) }),
      sidecarFile("a.jpg.json", "a.jpg", { archive: "t-001.zip", takenAt: EpochMillis(1) })
    ]
  )
  expect(matches.get(first)?.found?.sidecar.takenAt).toBe(1)
  expect(matches.get(second)?.found?.sidecar.takenAt).toBe(2)
})

test("two exports at once: a picture prefers the JSON of its own export", () => {
  const picture = at("a.jpg", "takeout-20230101T000000Z-001.zip")
  const { matches, unused } = matchFolder(
    [picture],
    [
      sidecarFile("a.jpg.json", "a.jpg", { archive: "takeout-20250101T000000Z-3-002.zip", takenAt: EpochMillis(2) }),
      sidecarFile("a.jpg.json", "a.jpg", { archive: "takeout-20230101T000000Z-002.zip", takenAt: EpochMillis(1) })
    ]
  )
  expect(matches.get(picture)?.found?.sidecar.takenAt).toBe(1)
  expect(unused).toEqual([])
})

test("a path that repeats across parts with JSONs that disagree elsewhere is ambiguous", () => {
  const picture = at("a.jpg", "x.zip")
  const jsons = [
    sidecarFile("a.jpg.json", "a.jpg", { archive: "y.zip", takenAt: EpochMillis(2) }),
    sidecarFile("a.jpg.json", "a.jpg", { archive: "z.zip", takenAt: EpochMillis(1) })
  ]
  expect(matchFolder([picture], jsons).matches.get(picture)?.words).toMatch(/^ambiguous: /)
})

test("a half that repeats across parts is nowhere a picture of its own", () => {
  const files = [
    at("a.HEIC", "x.zip"),
    at("a.MP4", "x.zip"),
    at("a.HEIC", "y.zip"),
    at("a.MP4", "y.zip"),
    at("a.MP4", "z.zip")
  ]
  const { matches, halves } = matchFolder(files, [])
  expect([...matches.keys()].map(({ name, archive }) => name + archive)).toEqual(["a.HEICx.zip", "a.HEICy.zip"])
  expect([...halves].map(([still, half]) => still.archive === half.archive)).toEqual([true, true])
})

test("a broken JSON is said to be broken, and its picture is kept", () => {
  const picture = at("a.jpg")
  const { matches, unused } = matchFolder([picture], [{ ...at("a.jpg.json"), sidecar: null }])
  expect(matches.get(picture)).toMatchObject({
    found: null,
    words: "orphan: its sidecar a.jpg.json is broken"
  })
  expect(unused).toEqual([])
})

test("a JSON without its picture is told", () => {
  expect(matched(["a.jpg"], ["a.jpg.json", "b.jpg.json"]).unused).toEqual(["b.jpg.json"])
})

test("of what several exports say of one picture, the newest counts", () => {
  const described = (archive: string, description: string) =>
    sidecarFile("a.jpg.json", "a.jpg", { archive, takenAt: EpochMillis(1), description })
  const sidecars = [
    described("takeout-20240101T000000Z-001.zip", "after"),
    described("takeout-20230101T000000Z-001.zip", "before")
  ]
  for (const order of [sidecars, sidecars.toReversed()]) {
    const file = at("a.jpg", "other.zip")
    expect(matchFolder([file], order).matches.get(file)?.found?.sidecar.description).toBe("after")
  }
})

test("halves may have names so long that both lead to the still's sidecar", () => {
  const stem = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P"
  expect(matched([`${stem}.HEIC`, `${stem}.MP4`], [`${stem.slice(0, 46)}.json`]).halves).toEqual({
    [`${stem}.HEIC`]: `${stem}.MP4`
  })
})
