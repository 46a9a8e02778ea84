import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { entryPath, naturalOrder } from "../../src/archive/entry-path.ts"

const segment = fc.oneof(fc.constantFrom("..", ".", "", "C:", "a", "e\u0301", "\0"), fc.string())

describe("entryPath", () => {
  it("gives paths that stay below the root, and the same path when asked again", () => {
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const found = entryPath(segments.join("/"))
        if (found._tag === "Unsafe") return
        expect(found.path).not.toMatch(/^(?:\/|[A-Za-z]:|$)/)
        expect(found.path.split("/").filter((part) => part === "" || part === "." || part === "..")).toEqual([])
        expect(found.path.normalize("NFC")).toBe(found.path)
        expect(entryPath(found.path)).toEqual(found)
      }),
      { numRuns: 5000 }
    )
  })

  it("keeps dots that are part of a name", () => {
    expect(entryPath("./a//...b../c.")).toEqual({ _tag: "Path", path: "a/...b../c." })
  })
})

describe("naturalOrder", () => {
  it("counts numbers, and is a total order", () => {
    const parts = ["p-10.zip", "p-9.zip", "p-1.zip", "P-1.zip"]
    expect(parts.toSorted(naturalOrder).slice(-2)).toEqual(["p-9.zip", "p-10.zip"])
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        expect(Math.sign(naturalOrder(left, right))).toBe(0 - Math.sign(naturalOrder(right, left)))
        expect(naturalOrder(left, right) === 0).toBe(left === right)
      })
    )
  })
})
