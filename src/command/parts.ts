/** Parts of an export that aren't there. */

/** `takeout-…-003.zip`, `takeout-…-3-009.zip`: what lies behind the last part can't be known. */
const NUMBERED = /^(.*-)(\d{3})(\.zip)$/i
/** `iCloud Photos Part 1 of 6.zip`, in any language: `Del 1 av 6`, `Teil 1 von 6`. */
const OF_TOTAL = /^(.*\D)(\d{1,3})( \S{1,6} )(\d{1,3})(\.zip)$/i

interface Series {
  readonly present: Set<number>
  last: number
  readonly nameOf: (part: number) => string
}

export const missingParts = (paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const series = new Map<string, Series>()
  const note = (key: string, part: number, last: number, nameOf: Series["nameOf"]) => {
    const known = series.get(key) ?? { present: new Set<number>(), last: 0, nameOf }
    known.present.add(part)
    known.last = Math.max(known.last, last)
    series.set(key, known)
  }
  for (const path of paths) {
    const file = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
    const [, stem, part, of, total, end] = OF_TOTAL.exec(file) ?? []
    if (stem !== undefined && part !== undefined && of !== undefined && total !== undefined && end !== undefined) {
      note(stem + of + total, Number(part), Number(total), (index) => stem + index + of + total + end)
      continue
    }
    const [, before, digits, extension] = NUMBERED.exec(file) ?? []
    if (before === undefined || digits === undefined || extension === undefined) continue
    note(
      before,
      Number(digits),
      Number(digits),
      (index) => before + String(index).padStart(digits.length, "0") + extension
    )
  }
  return [...series.values()].flatMap(({ last, nameOf, present }) =>
    Array.from({ length: last }, (_, index) => index + 1)
      .filter((part) => !present.has(part))
      .map(nameOf)
  )
}
