import { describe, expect, test } from "vitest"
import fc from "fast-check"
import { stringify } from "yaml"
import { readDocument } from "../../src/pipeline/document.ts"
import { fillIn } from "../../src/pipeline/interpolate.ts"

describe("interpolation", () => {
  test("fills in variables and defaults", () => {
    expect(fillIn("a ${X} b ${Y:-dflt}", { X: "1" }, false)).toEqual({ value: "a 1 b dflt", missing: [] })
  })

  test("names what is not set", () => {
    expect(fillIn("${NOPE}/x", {}, false).missing).toEqual(["NOPE"])
  })

  test("an empty value takes the default, as in a shell", () => {
    expect(fillIn("${X:-d}", { X: "" }, true).value).toBe("d")
  })

  test("$${ stands for ${", () => {
    expect(fillIn("$${X}", { X: "1" }, true).value).toBe("${X}")
  })

  test("a plain scalar that is one variable may become a number or a boolean; a quoted one stays text", () => {
    expect(fillIn("${N}", { N: "3" }, true).value).toBe(3)
    expect(fillIn("${B}", { B: "true" }, true).value).toBe(true)
    expect(fillIn("${N}", { N: "3" }, false).value).toBe("3")
  })

  test("no value can change the structure of a file", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const { findings, value: data } = readDocument('a:\n  b: x ${V} y\nc: ["${V}"]\n', "f.yaml", { V: value })
        expect(findings).toEqual([])
        expect(data).toEqual({ a: { b: `x ${value} y` }, c: [value] })
      })
    )
  })

  test("text without variables is left as it is", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("${")),
        (text) => {
          expect(fillIn(text, {}, false)).toEqual({ value: text, missing: [] })
        }
      )
    )
  })

  test("data without variables means what YAML says it means", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-z]{1,8}$/),
          fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[a-z ]*$/))
        ),
        (data) => {
          expect(readDocument(stringify(data), "f.yaml", {}).value).toEqual(Object.keys(data).length === 0 ? {} : data)
        }
      )
    )
  })
})
