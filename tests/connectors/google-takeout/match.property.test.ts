import * as fc from "fast-check"
import { expect, it } from "vitest"
import { beginningOf } from "../../../connectors/google-takeout/catalogue.ts"
import { matchFolder } from "../../../connectors/google-takeout/match.ts"
import { type SidecarFile, picture, sidecar } from "./files.ts"

/** Sidecars by picture; halves are absent. */
const matched = (pictures: ReadonlyArray<string>, sidecars: ReadonlyArray<SidecarFile>) => {
  const { matches } = matchFolder(
    pictures.map((name) => picture(name)),
    sidecars
  )
  return Object.fromEntries([...matches].map(([{ name }, { found }]) => [name, found?.name ?? null]))
}

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

it("files whose names begin differently never meet: parts of a folder can be matched apart", () => {
  fc.assert(
    fc.property(pictures, jsons, (names, sidecars) => {
      const parts = new Set([...names, ...sidecars.map(({ name }) => name)].map(beginningOf))
      const apart = [...parts].map((part) =>
        matched(
          names.filter((name) => beginningOf(name) === part),
          sidecars.filter(({ name }) => beginningOf(name) === part)
        )
      )
      expect(Object.assign({}, ...apart)).toEqual(matched(names, sidecars))
    }),
    { numRuns: 1000 }
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
      expect(matched([name], [sidecar(`${json}${at}.json`)])).toEqual({ [name]: `${json}${at}.json` })
    }),
    { numRuns: 500 }
  )
})
