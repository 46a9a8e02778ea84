/** Which row of Photo Details describes which picture: names repeat across parts, so that folder, part and time decide. */
import type { EpochMillis } from "../../src/component/column.ts"
import type { MediaFacts } from "../../src/component/media.ts"
import { offsetBetween } from "../media/zone.ts"
import { nameKey } from "./naming.ts"
import type { DetailsRow, Family, Picture, Shot } from "./picture.ts"

export interface DetailsMatch {
  /** Null: there is none, or it can't be told which. */
  readonly row: DetailsRow | null
  readonly status: "matched" | "ambiguous" | "orphan"
  /** Without the status. */
  readonly words: string
}

const MINUTE = 60_000

/**
 * The instant in the file that a row's time is the minute of: a clock without an offset counts if one of the world's
 * offsets explains the difference. Null: they disagree, or the file knows no time.
 */
export const sameTime = (
  { takenAt, takenLocal }: Pick<MediaFacts, "takenAt" | "takenLocal">,
  stated: EpochMillis
): number | null => {
  if (takenAt !== null) return Math.abs(takenAt - stated) < MINUTE ? takenAt : null
  const offset = takenLocal === null ? null : offsetBetween(takenLocal, stated, MINUTE - 1)
  return takenLocal === null || offset === null ? null : takenLocal - offset
}

const knowsTime = ({ takenAt, takenLocal }: MediaFacts): boolean => takenAt !== null || takenLocal !== null

const agrees = (facts: MediaFacts, { takenAt }: DetailsRow): boolean =>
  takenAt !== null && sameTime(facts, takenAt) !== null

/** Rows that say the same count once. */
const distinct = (rows: ReadonlyArray<DetailsRow>): ReadonlyArray<DetailsRow> => [
  ...new Map(rows.toReversed().map((row) => [`${row.takenAt} ${row.deleted}`, row])).values()
]

const matched = (row: DetailsRow, how: string): DetailsMatch => ({
  row,
  status: "matched",
  words: `${row.table} ${how}`
})

const ambiguous = (words: string): DetailsMatch => ({ row: null, status: "ambiguous", words })

const ORPHAN: DetailsMatch = { row: null, status: "orphan", words: "no row of Photo Details has its name" }

/** Of rows that stand beside the picture: its own time decides only between several. */
const chooseNear = (facts: MediaFacts, rows: ReadonlyArray<DetailsRow>, where: string): DetailsMatch => {
  const [only, ...others] = distinct(rows)
  if (only === undefined) return ORPHAN
  if (others.length === 0) return matched(only, `by its name in ${where}`)
  const [fitting, ...more] = [only, ...others].filter((row) => agrees(facts, row))
  return fitting !== undefined && more.length === 0
    ? matched(fitting, `by its name and time in ${where}`)
    : ambiguous(`${others.length + 1} rows of its name in ${where}, and its own time decides for none`)
}

/** Of rows in other parts, which may describe another picture of the name: the time must fit, or nothing else be left. */
const chooseFar = (facts: MediaFacts, rows: ReadonlyArray<DetailsRow>, rivals: number): DetailsMatch => {
  const all = distinct(rows)
  const [fitting, ...more] = all.filter((row) => agrees(facts, row))
  if (fitting !== undefined && more.length === 0) return matched(fitting, "by its name and time, from another part")
  const [only, ...others] = all
  if (only === undefined) return ORPHAN
  if (others.length === 0 && rivals === 0 && !knowsTime(facts)) return matched(only, "by its name, from another part")
  return ambiguous("a row of its name in another part, which may be another picture's")
}

const preferred = <A>(items: ReadonlyArray<A>, isPreferred: (item: A) => boolean): ReadonlyArray<A> => {
  const some = items.filter(isPreferred)
  return some.length > 0 ? some : items
}

/** Some tables stand above the folder of their pictures. */
const isAbove = (folder: string, other: string): boolean =>
  other.startsWith(folder.endsWith("\n") ? folder : `${folder}/`)

export interface MatchedDetails {
  readonly matches: ReadonlyMap<Shot, DetailsMatch>
  /** Rows that no picture has, read or not. */
  readonly unused: ReadonlyArray<DetailsRow>
}

export const matchDetails = (shots: ReadonlyArray<Shot>, { pictures, deleted, rows }: Family): MatchedDetails => {
  const present = [...pictures, ...deleted]
  const isNamed = (row: DetailsRow, { name }: Picture) => nameKey(row.name) === nameKey(name)
  const isInPart = ({ folder, part }: DetailsRow, { place }: Picture) =>
    part === place.part || isAbove(folder, place.folder)
  const isBeside = (row: DetailsRow, { place }: Picture) => row.folder === place.folder
  // What describes the picture beside it is nobody else's.
  const used = new Set(rows.filter((row) => present.some((picture) => isBeside(row, picture) && isNamed(row, picture))))
  const free = rows.filter((row) => !used.has(row))
  const matches = new Map<Shot, DetailsMatch>()
  for (const shot of shots) {
    const { picture, facts } = shot
    const named = (some: ReadonlyArray<DetailsRow>) => {
      const found = some.filter((row) => isNamed(row, picture))
      const exact = preferred(found, ({ name }) => name === picture.name)
      return preferred(exact, (row) => row.deleted === (picture.place.area === "deleted"))
    }
    const beside = named(rows.filter((row) => isBeside(row, picture)))
    const inPart = named(free.filter((row) => isInPart(row, picture)))
    const match =
      beside.length > 0
        ? chooseNear(facts, beside, "its folder")
        : inPart.length > 0
          ? chooseNear(facts, inPart, "its part")
          : chooseFar(
              facts,
              named(free),
              present.filter((other) => other !== picture && nameKey(other.name) === nameKey(picture.name)).length
            )
    matches.set(shot, match)
    for (const row of [...beside, ...inPart]) used.add(row)
    if (match.row !== null) used.add(match.row)
  }
  return { matches, unused: rows.filter((row) => !used.has(row)) }
}
