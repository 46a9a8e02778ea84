/** What becomes of a family of pictures once their bytes are known. */
import type { Record, Skip } from "../../src/component/batch.ts"
import { type Columns, EpochMillis } from "../../src/component/column.ts"
import type { MediaResult } from "../../src/component/media.ts"
import { xmpSidecar } from "../folder/beside.ts"
import { type Outcome, mediaRecord, unreadable } from "../media/batches.ts"
import { type AlbumItem, type RowOptions, mediaRow } from "../media/row.ts"
import type { Sidecar } from "../media/sidecar.ts"
import { skipped } from "../media/tally.ts"
import { memberships } from "./album.ts"
import { type Decision, decide, isDeleted, wordsOf } from "./decision.ts"
import { sameTime } from "./details.ts"
import { DELETED, type Family, NOT_MEDIA, type Shot } from "./picture.ts"

export interface OutcomeOptions extends RowOptions {
  readonly includeDeleted: boolean
}

const UNUSED_ROW = "details of a picture that isn't in these parts"

const NOTHING: Sidecar = { title: null, description: null, takenAt: null, takenLocal: null, position: null, people: [] }

/** An editor's XMP before Apple's details, whose time is the file's own where that says more than the minute. */
const sidecarOf = ({ shot, details, original }: Decision): Sidecar | null => {
  const xmp = xmpSidecar(shot.picture.xmp ?? original?.shot?.picture.xmp)
  const stated = details?.row?.takenAt ?? null
  const corrected = xmp?.takenAt ?? xmp?.takenLocal ?? null
  if (stated === null || corrected !== null) return xmp
  return { ...(xmp ?? NOTHING), takenAt: EpochMillis(sameTime(shot.facts, stated) ?? stated) }
}

const recordOf = (
  decision: Decision,
  albums: ReadonlyArray<AlbumItem>,
  options: RowOptions
): ReadonlyArray<Record<Columns>> => {
  const { shot, original, half } = decision
  const { facts, picture } = shot
  const kind = facts.kind ?? picture.kind
  if (kind === null) return []
  const source = {
    path: picture.entry.path,
    kind,
    sidecar: sidecarOf(decision),
    albums: picture.sharedAlbum === null ? albums : [picture.sharedAlbum, ...albums],
    sharers: picture.sharers,
    editedFrom: original?.shot?.picture.entry.path ?? null,
    livePath: half?.shot.picture.entry.path ?? null,
    matched: wordsOf(decision)
  }
  return [mediaRecord(picture.entry, picture.place.path, facts, mediaRow(facts, source, options))]
}

const placeKey = ({ picture: { place, name } }: Shot): string => `${place.folder}/${name}`

/** By folder and name: what is decided doesn't depend on their order in the archive. */
const shotsOf = ({ pictures }: Family, results: ReadonlyArray<MediaResult>): ReadonlyArray<Shot> =>
  pictures
    .flatMap((picture, index): ReadonlyArray<Shot> => {
      const result = results[index]
      return result?._tag === "Facts" ? [{ picture, name: picture.name, facts: result.facts }] : []
    })
    .toSorted((a, b) => (placeKey(a) < placeKey(b) ? -1 : 1))

/** Both halves of a live photo share its fate. */
const filesOf = ({ shot, half }: Decision): ReadonlyArray<Shot> => (half === undefined ? [shot] : [shot, half.shot])

export const outcomeOf =
  ({ includeDeleted, ...options }: OutcomeOptions) =>
  (family: Family, results: ReadonlyArray<MediaResult>): Outcome => {
    const all = shotsOf(family, results)
    const shots = all.filter(({ facts, picture }) => facts.kind !== null || picture.kind !== null)
    const { decisions, unusedRows } = decide(shots, family)
    const kept = decisions.filter((decision) => includeDeleted || !isDeleted(decision))
    const deleted = decisions.filter((decision) => !kept.includes(decision)).flatMap(filesOf)
    const lists = memberships(
      kept.map((decision) => ({ shot: decision.shot, names: filesOf(decision).map(({ name }) => name) })),
      {
        listings: family.listings,
        pictures: family.pictures.filter((picture) => !deleted.some((shot) => shot.picture === picture)),
        deleted: [...family.deleted, ...deleted.map(({ picture }) => picture)]
      }
    )
    const left: ReadonlyArray<Skip> = [
      ...deleted.map(({ picture }) => skipped(DELETED, picture.entry.path)),
      ...all.filter((shot) => !shots.includes(shot)).map(({ picture }) => skipped(NOT_MEDIA, picture.entry.path)),
      ...lists.skipped,
      ...unusedRows.map(({ name }) => skipped(UNUSED_ROW, name))
    ]
    return {
      records: kept.flatMap((decision) => recordOf(decision, lists.albums.get(decision.shot) ?? [], options)),
      rejects: family.pictures.flatMap(({ entry }, index) => {
        const result = results[index]
        return result?._tag === "Unreadable" ? [unreadable(entry, result.problem)] : []
      }),
      skipped: left
    }
  }
