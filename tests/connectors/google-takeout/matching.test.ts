import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { PhotoSidecar } from "../../../connectors/google-takeout/json.ts"
import { matchFolder } from "../../../connectors/google-takeout/match.ts"
import { EpochMillis } from "../../../src/component/column.ts"

interface File {
  readonly archive: string
  readonly name: string
}
interface SidecarFile extends File {
  readonly sidecar: PhotoSidecar | null
}

const PART = "takeout-20240101T000000Z-001.zip"

const picture = (name: string, archive = PART): File => ({ archive, name })

const sidecar = (name: string, title: string | null = null, archive = PART): SidecarFile => ({
  archive,
  name,
  sidecar: {
    title,
    description: null,
    // Differs by name, so that no two sidecars say the same by chance.
    takenAt: EpochMillis(
      1_500_000_000_000 + (Array.from(name).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1e9)
    ),
    takenLocal: null,
    position: null,
    people: [],
    trashed: false,
    fromPartner: false
  }
})

/** Sidecars by picture; halves are absent. */
const matched = (pictures: ReadonlyArray<string>, sidecars: ReadonlyArray<SidecarFile | string>) => {
  const { matches } = matchFolder(
    pictures.map((name) => picture(name)),
    sidecars.map((file) => (typeof file === "string" ? sidecar(file) : file))
  )
  return Object.fromEntries([...matches].map(([{ name }, { found }]) => [name, found?.name ?? null]))
}

const LONG = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"

describe("the sidecar of a picture", () => {
  it.each([
    ["old naming", "IMG_1.jpg", "IMG_1.jpg.json"],
    ["new naming", "IMG_1.jpg", "IMG_1.jpg.supplemental-metadata.json"],
    ["the number behind the extension", "IMG(1).JPG", "IMG.JPG(1).json"],
    ["the number behind the suffix", "IMG(1).JPG", "IMG.JPG.supplemental-metadata(1).json"],
    ["a number of its owner's", "skytree (2).jpg", "skytree (2).jpg.json"],
    ["a number of its owner's, new naming", "skytree (2).jpg", "skytree (2).jpg.supplemental-metadata.json"],
    ["46 units of the stem", `${LONG}P.jpg`, `${LONG}.json`],
    ["46 units of the suffix", "IMG_20200101_120000_a_name.jpg", "IMG_20200101_120000_a_name.jpg.supplemental-me.json"],
    ["the suffix cut to one letter", "IMG_1.jpg", "IMG_1.jpg.s.json"],
    ["the suffix cut to its dot", "IMG_1.jpg", "IMG_1.jpg..json"],
    ["the extension cut to its dot", "IMG_1.jpg", "IMG_1..json"],
    ["a long name that wasn't cut", `${LONG}PORTRAIT_OF_ALL.jpg`, `${LONG}PORTRAIT_OF_ALL.jpg.json`],
    ["a cut name with a number", `${LONG}m(494).jpg`, `${LONG}(494).json`],
    ["a motion photo", "PXL_1.MP.jpg", "PXL_1.MP.jpg.supplemental-metadata.json"]
  ])("is found by %s", (_, name, json) => {
    expect(matched([name], [json])).toEqual({ [name]: json })
  })

  it("may be cut through a character of two units", () => {
    const name = `${"a".repeat(45)}😀b.jpg`
    for (const json of [`${"a".repeat(45)}.json`, `${"a".repeat(45)}\ufffd.json`])
      expect(matched([name], [json])).toEqual({ [name]: json })
  })

  it.each([
    ["another number", "DSC_0104(1).JPG", "DSC_0104.JPG.json"],
    ["another number, new naming", "DSC_0104(1).JPG", "DSC_0104.JPG.supplemental-metadata.json"],
    ["no number", "DSC_0104.JPG", "DSC_0104.JPG(1).json"]
  ])("is not that of %s", (_, name, json) => {
    expect(matched([name], [json])).toEqual({ [name]: null })
  })

  it("is not that of a file of another format", () => {
    const gif = sidecar("image000000.gif.json", "image000000.gif")
    expect(matched(["image000000.gif", "image000000.jpg"], [gif])).toEqual({
      "image000000.gif": "image000000.gif.json",
      "image000000.jpg": null
    })
  })

  it("serves all pictures of one long name", () => {
    const json = `${LONG}.json`
    expect(matched([`${LONG}P.jpg`, `${LONG}P(1).jpg`], [sidecar(json, `${LONG}PORTRAIT.jpg`)])).toEqual({
      [`${LONG}P.jpg`]: json,
      [`${LONG}P(1).jpg`]: json
    })
  })

  it("is told by its title where names are cut to the same", () => {
    const json = sidecar(`${LONG}.json`, `${LONG}B.jpg`)
    expect(matched([`${LONG}A.jpg`, `${LONG}B.jpg`], [json])).toEqual({
      [`${LONG}A.jpg`]: null,
      [`${LONG}B.jpg`]: json.name
    })
  })

  it("is ambiguous where names are cut to the same and there is no title", () => {
    const { matches, unused } = matchFolder(
      [picture(`${LONG}A.jpg`), picture(`${LONG}B.jpg`)],
      [sidecar(`${LONG}.json`)]
    )
    for (const { found, words } of matches.values()) {
      expect(found).toBeNull()
      expect(words).toMatch(/^ambiguous: /)
    }
    expect(unused).toEqual([])
  })

  it("is ambiguous where two say different things, and named", () => {
    const { matches } = matchFolder(
      [picture("a.jpg")],
      [sidecar("a.jpg.json"), sidecar("a.jpg.supplemental-metadata.json")]
    )
    expect([...matches.values()].map(({ words }) => words)).toEqual([
      "ambiguous: its sidecars disagree: a.jpg.json, a.jpg.supplemental-metadata.json"
    ])
  })

  it("is the newest of those that exports have of one picture", () => {
    const described = (archive: string, name: string, description: string): SidecarFile => {
      const file = sidecar(name, "a.jpg", archive)
      const { sidecar: said } = file
      return { ...file, sidecar: said === null ? null : { ...said, takenAt: EpochMillis(1), description } }
    }
    const sidecars = [
      described("takeout-20240101T000000Z-001.zip", "a.jpg.json", "after"),
      described("takeout-20230101T000000Z-001.zip", "a.jpg.json", "before")
    ]
    for (const order of [sidecars, sidecars.toReversed()]) {
      const { matches } = matchFolder([picture("a.jpg", "other.zip")], order)
      expect([...matches.values()].map(({ found }) => found?.sidecar?.description)).toEqual(["after"])
    }
  })

  it("may be broken, which is said", () => {
    const { matches } = matchFolder([picture("a.jpg")], [{ ...sidecar("a.jpg.json"), sidecar: null }])
    expect([...matches.values()]).toEqual([
      { found: null, original: null, status: "orphan", words: "orphan: its sidecar a.jpg.json is broken" }
    ])
  })

  it("may lie in another part; of several exports, each picture gets its own", () => {
    const [first, second] = ["takeout-20230101T000000Z-003.zip", "takeout-20240101T000000Z-3-009.zip"]
    const other = "takeout-20240101T000000Z-3-001.zip"
    const old = sidecar("a.jpg.json", "old", "takeout-20230101T000000Z-001.zip")
    const recent = sidecar("a.jpg.json", "recent", other)
    const { matches } = matchFolder([picture("a.jpg", first), picture("a.jpg", second)], [recent, old])
    expect([...matches.values()].map(({ found }) => found?.sidecar?.title)).toEqual(["old", "recent"])
  })
})

describe("an edited copy", () => {
  it.each([
    "edited",
    "bearbeitet",
    "modifié",
    "modificato",
    "bewerkt",
    "editado",
    "ha editado",
    "editat",
    "edytowane",
    "編集済み",
    "编辑",
    "effects",
    "motion",
    "animation",
    "smile",
    "collage",
    "mix",
    "EFFECTS"
  ])("called -%s has its original's sidecar", (word) => {
    const copy = `IMG_1-${word}.jpg`
    const { matches } = matchFolder([picture(copy), picture("IMG_1.jpg")], [sidecar("IMG_1.jpg.json")])
    for (const [{ name }, { found, original }] of matches) {
      expect(found?.name).toBe("IMG_1.jpg.json")
      expect(original?.name ?? null).toBe(name === copy ? "IMG_1.jpg" : null)
    }
  })

  it("with a number is made of the picture with that number", () => {
    const { matches } = matchFolder(
      [picture("x-edited(1).jpg"), picture("x.jpg"), picture("x(1).jpg")],
      [sidecar("x.jpg.json"), sidecar("x.jpg(1).json")]
    )
    const [copy] = [...matches].flatMap(([{ name }, match]) => (name === "x-edited(1).jpg" ? [match] : []))
    expect(copy?.original?.name).toBe("x(1).jpg")
    expect(copy?.found?.name).toBe("x.jpg(1).json")
  })

  it("may have its word cut, if its name is long", () => {
    const stem = "a".repeat(43)
    expect(matched([`${stem}-edi.jpg`, `${stem}.jpg`], [`${stem}.jpg.json`])[`${stem}-edi.jpg`]).toBe(
      `${stem}.jpg.json`
    )
    expect(matched(["x-edi.jpg", "x.jpg"], ["x.jpg.json"])["x-edi.jpg"]).toBeNull()
  })

  it("may be of another format, and may have lost its original", () => {
    expect(matched(["x-edited.jpg", "x.HEIC"], ["x.HEIC.json"])["x-edited.jpg"]).toBe("x.HEIC.json")
    expect(matched(["x-edited.jpg"], ["x.jpg.json"])["x-edited.jpg"]).toBe("x.jpg.json")
  })
})

describe("the halves of a live photo", () => {
  it.each([
    ["IMG_1.HEIC", "IMG_1.MP4"],
    ["IMG_1(2).HEIC", "IMG_1(2).MP4"],
    ["PXL_1.MP.jpg", "PXL_1.MP"],
    ["PXL_1.MP~2.jpg", "PXL_1.MP~2"],
    ["PXL_1.jpg", "PXL_1.MV"],
    ["MVIMG_20190101.jpg", "MVIMG_20190101"]
  ])("%s and %s are one", (still, half) => {
    const { matches, halves } = matchFolder([picture(half), picture(still)], [sidecar(`${still}.json`)])
    expect([...matches.keys()].map(({ name }) => name)).toEqual([still])
    expect([...halves].map(([a, b]) => [a.name, b.name])).toEqual([[still, half]])
  })

  it("are no halves where the video has a sidecar of its own, or another number", () => {
    expect(matched(["IMG_1.HEIC", "IMG_1.MP4"], ["IMG_1.HEIC.json", "IMG_1.MP4.json"])).toEqual({
      "IMG_1.HEIC": "IMG_1.HEIC.json",
      "IMG_1.MP4": "IMG_1.MP4.json"
    })
    expect(Object.keys(matched(["IMG_1.HEIC", "IMG_1(1).MP4"], []))).toHaveLength(2)
  })

  it("may have names so long that both lead to the still's sidecar", () => {
    const { halves } = matchFolder([picture(`${LONG}P.HEIC`), picture(`${LONG}P.MP4`)], [sidecar(`${LONG}.json`)])
    expect(halves.size).toBe(1)
  })
})

it("reports sidecars that no picture asked for", () => {
  const { unused } = matchFolder([picture("a.jpg")], [sidecar("a.jpg.json"), sidecar("b.jpg.json")])
  expect(unused.map(({ name }) => name)).toEqual(["b.jpg.json"])
})

describe("properties", () => {
  const stem = fc.oneof(
    fc.stringMatching(/^[a-c]{1,3}$/),
    fc.stringMatching(/^[ab]{1,2}$/).map((tail) => "long".repeat(11) + "x" + tail)
  )
  const number = fc.constantFrom("", "", "(1)", "(2)")
  const extension = fc.constantFrom(".jpg", ".HEIC", ".MP4")
  const pictures = fc.uniqueArray(
    fc.tuple(stem, fc.constantFrom("", "", "-edited"), number, extension).map((parts) => parts.join("")),
    { maxLength: 8 }
  )
  const jsons = fc.uniqueArray(
    fc
      .tuple(stem, extension, fc.constantFrom("", ".supplemental-metadata"), number, fc.boolean())
      .map(([base, ending, suffix, at, titled]) =>
        sidecar(`${(base + ending + suffix).slice(0, 46)}${at}.json`, titled ? base + ending : null)
      ),
    { maxLength: 8, selector: ({ name }) => name }
  )

  it("the order of files doesn't matter", () => {
    fc.assert(
      fc.property(pictures, jsons, fc.infiniteStream(fc.nat(1000)), (names, sidecars, random) => {
        const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
          items
            .map((item) => ({ item, at: random.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ item }) => item)
        const summary = (files: ReadonlyArray<string>, others: ReadonlyArray<SidecarFile>) => {
          const { matches, halves, unused } = matchFolder(
            files.map((name) => picture(name)),
            others
          )
          return {
            matches: [...matches]
              .map(([{ name }, match]) => [name, match.found?.name, match.original?.name, match.words].join("|"))
              .toSorted(),
            halves: [...halves].map(([still, half]) => `${still.name}|${half.name}`).toSorted(),
            unused: unused.map(({ name }) => name).toSorted()
          }
        }
        expect(summary(shuffled(names), shuffled(sidecars))).toEqual(summary(names, sidecars))
      }),
      { numRuns: 500 }
    )
  })

  it("a sidecar never goes to a picture of another stem", () => {
    fc.assert(
      fc.property(pictures, jsons, (names, sidecars) => {
        for (const [name, found] of Object.entries(matched(names, sidecars))) {
          if (found === null) continue
          const bare = (text: string) => text.replace(/\(\d+\)$/, "")
          const start = bare(bare(name.replace(/\.\w+$/, "")).replace(/-edited$/, ""))
          const json = bare(found.replace(/\.json$/, ""))
          const cut = json.slice(0, 46)
          expect(cut.startsWith(start) || start.startsWith(cut)).toBe(true)
          // Short names are never cut: what follows the stem is an extension.
          if (start.length < 10) expect(json.slice(start.length)).toMatch(/^\.|^$/)
        }
      }),
      { numRuns: 500 }
    )
  })

  it("the first 46 units of a name lead to its sidecar", () => {
    const text = fc.stringMatching(/^[a-z][a-z 0-9é😀_-]{0,48}[a-z]$/u).filter((name) => !/-[a-z ]*$/.test(name))
    fc.assert(
      fc.property(text, fc.constantFrom("", ".supplemental-metadata"), number, (base, suffix, at) => {
        const json = `${base}.jpg${suffix}`.slice(0, 46)
        fc.pre(json.isWellFormed())
        const name = `${base}${at}.jpg`
        expect(matched([name], [`${json}${at}.json`])).toEqual({ [name]: `${json}${at}.json` })
      }),
      { numRuns: 500 }
    )
  })
})
