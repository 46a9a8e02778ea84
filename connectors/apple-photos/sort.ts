/** What kind each file of an export is, by its name. */
import type { Entry } from "../../src/component/archive.ts"
import type { Skip } from "../../src/component/batch.ts"
import { isXmp } from "../folder/beside.ts"
import { isDocument, kindByName, nameOf, parseName } from "../media/name.ts"
import { skipped, tally } from "../media/tally.ts"
import { isEditInstructions } from "./naming.ts"
import { NOT_MEDIA } from "./picture.ts"
import { LARGEST_TABLE } from "./table.ts"

export interface Sorted {
  /** Maybe among them: files without an extension, of which the content must tell. */
  readonly pictures: ReadonlyArray<Entry>
  readonly tables: ReadonlyArray<Entry>
  /** `AlbumInfo.json` of shared albums. */
  readonly infos: ReadonlyArray<Entry>
  readonly xmps: ReadonlyArray<Entry>
  readonly skipped: ReadonlyArray<Skip>
}

const EDIT_INSTRUCTIONS = "edit instructions (.AAE), which only Apple's programs can apply"

const TOO_LARGE = "a CSV file too large to be one of Apple's (8 MB)"

const isTable = (name: string): boolean => parseName(name).extension.toLowerCase() === ".csv"

export const sortEntries = (entries: ReadonlyArray<Entry>): Sorted => {
  const pictures: Array<Entry> = []
  const tables: Array<Entry> = []
  const infos: Array<Entry> = []
  const xmps: Array<Entry> = []
  const left: Array<Skip> = []
  for (const entry of entries) {
    const name = nameOf(entry.path)
    if (isXmp(entry)) xmps.push(entry)
    else if (isTable(name) && entry.size > LARGEST_TABLE) left.push(skipped(TOO_LARGE, entry.path))
    else if (isTable(name)) tables.push(entry)
    else if (name.toLowerCase() === "albuminfo.json") infos.push(entry)
    else if (isEditInstructions(name)) left.push(skipped(EDIT_INSTRUCTIONS, entry.path))
    else if (kindByName(name) === null && (isDocument(name) || parseName(name).extension !== ""))
      left.push(skipped(NOT_MEDIA, entry.path))
    else pictures.push(entry)
  }
  return { pictures, tables, infos, xmps, skipped: tally(left) }
}
