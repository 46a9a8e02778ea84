/** Which members of an export are Google Fit's, whatever the language of their folders. */
import type { ArchiveSet, Entry } from "../../src/component/archive.ts"
import { nameOf } from "../media/name.ts"
import { holdsPoints } from "./split.ts"

// The brand isn't translated; the folders below it are, and so are the names of activities in file names.
const isBrand = (folder: string): boolean => /^(?:google[ _]?)?fit$/i.test(folder)

/** Names that no other product gives. */
const OWN_NAME = [
  // derived_com.google.step_count.delta_com.google.and(1).json
  /^(?:derived|raw)_com\.[^/]*\.json$/i,
  // 2014-10-22T19_46_33.073+02_00_WALKING.json, …_PT11M1.714S_Lopen.tcx
  /^\d{4}-\d\d-\d\dT\d\d[_:]\d\d[_:]\d\d[^/]*\.(?:json|tcx)$/i,
  // 2018-12-02.csv, and the table of all days
  /^\d{4}-\d\d-\d\d(?:\(\d+\))?\.csv$/i,
  /^daily activity metrics[^/]*\.csv$/i
]

/** Paths of Google Fit's files, for `inspect`. */
export const RECOGNISES =
  /(^|\/)((google[ _]?)?fit\/.+\.(json|csv|tcx)|(derived|raw)_com\.[^/]*\.json|\d{4}-\d\d-\d\dT[^/]*\.tcx)$/i

/** Below `Takeout/` the product's folder decides; a folder `Fit` may also be an album. */
const liesInFit = (path: string): boolean => {
  const folders = path.split("/").slice(0, -1)
  const root = folders.lastIndexOf("Takeout")
  return root < 0 ? folders.some(isBrand) || /\.tcx$/i.test(path) : isBrand(folders[root + 1] ?? "")
}

/** A file that the pipeline names is Google Fit's wherever it lies. */
export const isFit =
  ({ archives }: ArchiveSet) =>
  ({ archive, location, path }: Entry): boolean =>
    liesInFit(path) ||
    OWN_NAME.some((pattern) => pattern.test(nameOf(path))) ||
    (location.kind === "file" && archives.some((each) => each.path === archive && location.file === archive))

export type Kind = "points" | "json" | "xml" | "table" | "empty" | "other"

const START_BYTES = 1024

/** By content first: names get lost. */
export const kindOf = (head: Uint8Array, path: string): Kind => {
  if (head.length === 0) return "empty"
  const start = new TextDecoder()
    .decode(head.subarray(0, START_BYTES))
    .replace(/^\uFEFF/, "")
    .trimStart()
  if (start.startsWith("<")) return "xml"
  if (start.startsWith("{")) return holdsPoints(head) ? "points" : "json"
  return /\.csv$/i.test(path) ? "table" : "other"
}

/** Files of points by their name: what should be one and isn't, is damaged. */
export const isNamedPoints = (path: string): boolean => /^(?:derived|raw)_com\./i.test(nameOf(path))
