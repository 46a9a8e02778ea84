/** What becomes of the pictures of a group once their bytes are known: halves of live photos become one row. */
import type { MediaFacts, MediaResult } from "../../src/component/media.ts"
import { type Outcome, mediaRecord, unreadable } from "../media/batches.ts"
import { type Named, isSameMoment, pairsOf, sameByName } from "../media/live.ts"
import { type RowOptions, mediaRow } from "../media/row.ts"
import type { Group, Picture } from "./plan.ts"

interface Read extends Named {
  readonly picture: Picture
  readonly facts: MediaFacts
}

const areHalves = (still: Read, half: Read): boolean => {
  if (still.facts.kind === "video" || half.facts.kind === "photo") return false
  const [ours, theirs] = [still.facts.livePhotoId, half.facts.livePhotoId]
  // Cameras count names anew: IMG_1.MOV may be no half of IMG_1.HEIC, and IMG_1-1.MOV may be.
  if (ours !== null && theirs !== null) return ours === theirs
  return sameByName(still.name, half.name) && isSameMoment(still.facts, half.facts)
}

export const outcomeOf =
  (options: RowOptions) =>
  ({ pictures }: Group, results: ReadonlyArray<MediaResult>): Outcome => {
    const rejects = pictures.flatMap(({ entry }, index) => {
      const result = results[index]
      return result?._tag === "Unreadable" ? [unreadable(entry, result.problem)] : []
    })
    const read = pictures.flatMap((picture, index): ReadonlyArray<Read> => {
      const result = results[index]
      return result?._tag === "Facts" ? [{ picture, name: picture.name, facts: result.facts }] : []
    })
    const pairs = pairsOf(read, areHalves)
    const halfOf = new Map(pairs.map(({ still, half }) => [still, half]))
    const halves = new Set(pairs.map(({ half }) => half))
    const records = read
      .filter((one) => !halves.has(one))
      .map((one) => {
        const { entry, kind, sidecar, albums, matched } = one.picture
        const livePath = halfOf.get(one)?.picture.entry.path ?? null
        const source = { path: entry.path, kind, sidecar, albums, sharers: [], editedFrom: null, livePath, matched }
        return mediaRecord(entry, entry.path, one.facts, mediaRow(one.facts, source, options))
      })
    return { records, rejects }
  }
