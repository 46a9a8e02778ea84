/** The row of a photo or video, from what Google lists and what its bytes have said; the same whichever run makes it. */
import { Option, Schema } from "effect"
import type { Item, Record } from "../../src/component/batch.ts"
import type { Columns, Json } from "../../src/component/column.ts"
import { MediaFacts } from "../../src/component/media.ts"
import { type AlbumItem, type RowOptions, mediaId, mediaRow } from "../media/row.ts"
import type { ApiName } from "./bytes.ts"
import type { Asset } from "./asset.ts"

/** Under which its items are kept and listed. */
export const MEDIA = "media"

const Kept = Schema.Struct({ look: Schema.String, facts: MediaFacts, item: Schema.Json })
const decodeKept = Schema.decodeUnknownOption(Kept)
const encodeFacts = Schema.encodeSync(MediaFacts)

/** What tells that its bytes are others: an edited photo keeps its id. */
const lookOf = ({ createdAt, height, mimeType, width }: Asset): string =>
  JSON.stringify([mimeType, width, height, createdAt])

/** An item with what its bytes have said, so that nobody has to fetch them again. */
export const keptItem = (asset: Asset, facts: MediaFacts): Item => ({
  scope: MEDIA,
  group: asset.id,
  id: asset.id,
  raw: { look: lookOf(asset), facts: encodeFacts(facts), item: asset.raw }
})

/** What its bytes have said, if they are still the same. */
export const keptFacts = (asset: Asset, raw: Json | undefined): MediaFacts | null => {
  const kept = Option.getOrNull(decodeKept(raw))
  return kept !== null && kept.look === lookOf(asset) ? kept.facts : null
}

export const originOf = (api: ApiName, id: string) => ({ archive: api, member: `mediaItems/${id}` })

export const recordOf = (
  api: ApiName,
  asset: Asset,
  facts: MediaFacts,
  albums: ReadonlyArray<AlbumItem>,
  options: RowOptions
): Record<Columns> => {
  const { camera, createdAt, description, fileName, height, id, kind, mimeType, width } = asset
  const sidecar = { title: null, description, takenAt: createdAt, takenLocal: null, position: null, people: [] }
  const source = { path: fileName, kind, sidecar, albums, sharers: [], editedFrom: null, livePath: null, matched: null }
  const row = mediaRow(facts, source, options)
  return {
    sourceId: id,
    id: mediaId(facts),
    origin: originOf(api, id),
    row: {
      ...row,
      mime_type: row.mime_type ?? mimeType,
      width: row.width ?? width,
      height: row.height ?? height,
      camera: row.camera ?? camera,
      // Google takes the place out of what it hands out.
      location_status: row.location_status === "known" ? "known" : "withheld"
    }
  }
}
