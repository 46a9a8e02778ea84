/** What becomes of a picture, once its bytes are known. */
import type { Entry } from "../../src/component/archive.ts"
import type { MediaResult } from "../../src/component/media.ts"
import { type Outcome, mediaRecord, unreadable } from "../media/batches.ts"
import { kindByName, nameOf } from "../media/name.ts"
import { type RowOptions, mediaRow } from "../media/row.ts"
import { skipped } from "../media/tally.ts"
import { NOT_MEDIA, type Picture } from "./plan.ts"

/** Makes the record of a picture, or says why there is none. A half is part of its picture's row. */
export const outcomeOf =
  (options: RowOptions) =>
  ({ entries: [file, half], path, source }: Picture, [still, moving]: ReadonlyArray<MediaResult>): Outcome => {
    const alone = (entry: Entry, key: string, result: MediaResult, livePath: string | null): Outcome => {
      if (result._tag === "Unreadable") return { records: [], rejects: [unreadable(entry, result.problem)] }
      const { facts } = result
      const kind = facts.kind ?? kindByName(nameOf(key))
      if (kind === null) return { records: [], skipped: [skipped(NOT_MEDIA, key)] }
      const row = mediaRow(facts, { ...source, path: entry.path, kind, livePath }, options)
      return { records: [mediaRecord(entry, key, facts, row)] }
    }
    if (file === undefined || still === undefined) return { records: [] }
    if (half === undefined || moving === undefined) return alone(file, path, still, null)
    if (still._tag === "Facts" && moving._tag === "Facts") return alone(file, path, still, half.path)
    // Where one half can't be read, the other is kept on its own.
    const both = [alone(file, path, still, null), alone(half, half.path, moving, null)]
    return {
      records: both.flatMap(({ records }) => records),
      rejects: both.flatMap(({ rejects }) => rejects ?? []),
      skipped: both.flatMap(({ skipped: left }) => left ?? [])
    }
  }
