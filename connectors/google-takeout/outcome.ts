/** What becomes of a picture, once its bytes are known. */
import type { Reject } from "../../src/component/batch.ts"
import type { MediaResult } from "../../src/component/media.ts"
import { type Outcome, mediaRecord, unreadable } from "../media/batches.ts"
import { nameOf } from "../media/name.ts"
import { type RowOptions, mediaRow } from "../media/row.ts"
import { skipped } from "../media/tally.ts"
import { NOT_MEDIA, type Picture } from "./plan.ts"

const LOST_STILL = "media-without-still"

/** Makes the record of a picture, or says why there is none. The half of a live photo shares its still's fate. */
export const outcomeOf =
  (options: RowOptions) =>
  ({ entry, half, path, kind, source }: Picture, [result]: ReadonlyArray<MediaResult>): Outcome => {
    if (result === undefined) return { records: [] }
    if (result._tag === "Unreadable") {
      const reason = `It is the moving half of ${nameOf(path)}, which can't be read: ${result.problem.reason}`
      const lost: ReadonlyArray<Reject> = half === null ? [] : [unreadable(half, { code: LOST_STILL, reason })]
      return { records: [], rejects: [unreadable(entry, result.problem), ...lost] }
    }
    const { facts } = result
    const known = facts.kind ?? kind
    if (known === null) return { records: [], skipped: [skipped(NOT_MEDIA, path)] }
    const row = mediaRow(facts, { ...source, path: entry.path, kind: known, livePath: half?.path ?? null }, options)
    return { records: [mediaRecord(entry, path, facts, row)] }
  }
