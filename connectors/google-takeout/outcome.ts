/** What becomes of the files of a unit, once their bytes are known. */
import type { Entry } from "../../src/component/archive.ts"
import type { MediaResult } from "../../src/component/media.ts"
import { type Outcome, mediaRecord, unreadable } from "../media/batches.ts"
import { kindByName, nameOf } from "../media/name.ts"
import { type RowOptions, mediaRow } from "../media/row.ts"
import { skipped } from "../media/tally.ts"
import type { TakeoutUnit } from "./plan.ts"

const NOTHING: Outcome = { records: [] }

const joined = (a: Outcome, b: Outcome): Outcome => ({
  records: [...a.records, ...b.records],
  rejects: [...(a.rejects ?? []), ...(b.rejects ?? [])],
  skipped: [...(a.skipped ?? []), ...(b.skipped ?? [])]
})

/** Makes the record of a unit, or says why there is none. */
export const outcomeOf =
  (options: RowOptions) =>
  ({ entries, found, albums }: TakeoutUnit, results: ReadonlyArray<MediaResult>): Outcome => {
    const one = (entry: Entry, result: MediaResult, livePath: string | null): Outcome => {
      if (result._tag === "Unreadable") return { records: [], rejects: [unreadable(entry, result.problem)] }
      const { facts } = result
      const kind = facts.kind ?? kindByName(nameOf(entry.path))
      if (kind === null) return { records: [], skipped: [skipped("not a picture or video", entry.path)] }
      const { editedFrom, match } = found
      const row = mediaRow(
        facts,
        {
          path: entry.path,
          kind,
          sidecar: match.sidecar,
          albums,
          editedFrom,
          livePath,
          matched: `${match.status}: ${match.reason}`
        },
        options
      )
      return { records: [mediaRecord(entry, entry.path, facts, row)] }
    }
    const [file, half] = entries
    const [still, moving] = results
    if (file === undefined || still === undefined) return NOTHING
    if (half === undefined || moving === undefined) return one(file, still, null)
    // A half is part of its picture's row; where either can't be read, the other is kept alone.
    if (still._tag === "Unreadable" || moving._tag === "Unreadable")
      return joined(one(file, still, null), one(half, moving, null))
    return one(file, still, half.path)
  }
