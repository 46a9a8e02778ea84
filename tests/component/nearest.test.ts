import { describe, expect, it } from "vitest"
import { nearest } from "../../src/component/nearest.ts"

describe("nearest", () => {
  it("finds the closest candidate", () => {
    expect(nearest("photo", ["phones", "photos", "places"])).toBe("photos")
    expect(nearest("photos", ["photo", "photos"])).toBe("photos")
  })

  it.each([
    ["insertion", "abXYcd"],
    ["deletion", "ab"],
    ["substitution", "abXY"],
    ["transposition", "badc"]
  ])("reaches a distance of 2 by %s", (_, candidate) => {
    expect(nearest("abcd", [candidate])).toBe(candidate)
  })

  it("counts a transposition as one edit", () => {
    // One transposition beats two substitutions, though the latter come first.
    expect(nearest("abcd", ["xycd", "abdc"])).toBe("abdc")
  })

  it("may edit between transposed letters", () => {
    // 2 here, 3 by optimal string alignment.
    expect(nearest("ca", ["abc"])).toBe("abc")
    expect(nearest("abc", ["ca"])).toBe("ca")
  })

  it("ignores case and returns the candidate as it is written", () => {
    expect(nearest("GOOGLE_PHOTOS", ["Google_Photos"])).toBe("Google_Photos")
    expect(nearest("abc", ["XYC", "ABC"])).toBe("ABC")
  })

  it("allows 2 edits in short names", () => {
    expect(nearest("abcd", ["abxy"])).toBe("abxy")
    expect(nearest("abcd", ["axyz"])).toBeNull()
    expect(nearest("", ["ab"])).toBe("ab")
    expect(nearest("", ["abc"])).toBeNull()
  })

  it("allows a third of the name's length in long names", () => {
    expect(nearest("abcdefghi", ["abcdefxyz"])).toBe("abcdefxyz")
    expect(nearest("abcdefghi", ["abcdewxyz"])).toBeNull()
    // 8 / 3 is less than 3.
    expect(nearest("abcdefgh", ["abcdexyz"])).toBeNull()
  })

  it("measures the limit by the name, not by the candidate", () => {
    expect(nearest("abcdef", ["abcdefxyz"])).toBeNull()
    expect(nearest("abcdefxyz", ["abcdef"])).toBe("abcdef")
  })

  it("prefers the first of equals", () => {
    expect(nearest("cat", ["bat", "hat"])).toBe("bat")
    expect(nearest("cat", ["hat", "bat"])).toBe("hat")
  })

  it("counts letters rather than UTF-16 units, in whichever Unicode form", () => {
    expect(nearest("ab", ["😀😁"])).toBe("😀😁")
    expect(nearest("e\u0301e\u0301e\u0301", ["\u00e9\u00e9\u00e9"])).toBe("\u00e9\u00e9\u00e9")
  })

  it("takes any iterable, also an empty one", () => {
    expect(nearest("stram", new Map([["stream", 1]]).keys())).toBe("stream")
    expect(nearest("stream", [])).toBeNull()
  })
})
