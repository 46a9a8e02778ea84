/** One row of media, from what its bytes, its sidecar and its place in an archive say. */
import type { EpochMillis, Json, Row, Uuid } from "../../src/component/column.ts"
import { uuid5 } from "../../src/component/id.ts"
import type { MediaFacts } from "../../src/component/media.ts"
import { entities, recordColumns } from "../../src/life/entity.ts"
import { type TimeEvidence, type TimePreference, momentOf } from "./moment.ts"
import { nameOf } from "./name.ts"
import { type Sidecar, positionOf } from "./sidecar.ts"
import type { Zones } from "./zone.ts"

export const MEDIA_COLUMNS = recordColumns("media")

export type MediaRow = Row<typeof entities.media.columns & typeof entities.media.relations>

/** A picture's place in an album. */
export type AlbumItem = {
  /** Stable within the account: folder and title. */
  readonly key: string
  readonly title: string | null
  readonly description: string | null
  /** From 0; null where the source has no order. */
  readonly position: number | null
}

/** Somebody who shares an album, as far as an export tells: a name, an address, or both. */
export type Sharer = {
  readonly name: string | null
  readonly address: string | null
}

export interface MediaSource {
  /** Path of the file below the archive's root. */
  readonly path: string
  /** What the name promises: counts where the content isn't known. */
  readonly kind: "photo" | "video"
  readonly sidecar: Sidecar | null
  readonly albums: ReadonlyArray<AlbumItem>
  readonly sharers: ReadonlyArray<Sharer & { readonly album: string | null }>
  /** Path of the original, for an edited copy. */
  readonly editedFrom: string | null
  /** Path of the moving half, for a live photo. */
  readonly livePath: string | null
  /** How the sidecar was found, in words. */
  readonly matched: string | null
}

export interface RowOptions {
  readonly zones: Zones
  readonly prefer: TimePreference
  /** IANA zone where nothing says better. */
  readonly assumedZone: string
  readonly now: EpochMillis
}

/** The same picture has the same id, whichever way it came. */
export const mediaId = ({ pictureHash }: MediaFacts): Uuid => uuid5(["media", pictureHash])

const cameraOf = ({ cameraMake: make, cameraModel: model }: MediaFacts): string | null => {
  if (make === null || model === null) return make ?? model
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`
}

/** The camera's clock. A video without an offset keeps UTC, which isn't what the clock showed. */
const wallOf = ({ kind, takenAt, takenLocal, offsetMinutes }: MediaFacts) =>
  kind === "video" && takenAt !== null && offsetMinutes === null ? null : takenLocal

/** The times of the file, unless a sidecar corrects its clock. */
const clockOf = (
  facts: MediaFacts,
  sidecar: Sidecar | null
): Pick<TimeEvidence, "exact" | "wall" | "offsetMinutes"> => {
  const corrected = sidecar?.takenLocal ?? null
  if (corrected === null || (facts.takenLocal !== null && Math.abs(facts.takenLocal - corrected) < 1000))
    return { exact: facts.takenAt, wall: wallOf(facts), offsetMinutes: facts.offsetMinutes }
  return { exact: null, wall: corrected, offsetMinutes: null }
}

/** Whom the sidecar names, else whom the file itself does. */
const peopleOf = (facts: MediaFacts, sidecar: Sidecar | null): ReadonlyArray<string> =>
  sidecar !== null && sidecar.people.length > 0 ? sidecar.people : facts.people

const listOrNull = <A extends Json>(items: ReadonlyArray<A>): Json => (items.length === 0 ? null : items)

export const mediaRow = (facts: MediaFacts, source: MediaSource, options: RowOptions): MediaRow => {
  const { sidecar } = source
  const position = sidecar?.position ?? positionOf(facts.latitude, facts.longitude, facts.altitude)
  const moment = momentOf(
    options.zones,
    {
      stated: sidecar?.takenAt ?? null,
      ...clockOf(facts, sidecar),
      placeZone: position === null ? null : options.zones.at(position),
      assumedZone: options.assumedZone,
      now: options.now
    },
    options.prefer
  )
  return {
    kind: source.livePath === null ? (facts.kind ?? source.kind) : "live-photo",
    file_name: nameOf(source.path),
    mime_type: facts.mimeType,
    bytes: facts.bytes,
    content_hash: facts.contentHash,
    picture_hash: facts.pictureHash,
    taken_at: moment.takenAt,
    local_date: moment.localDate,
    time_zone: moment.timeZone,
    latitude: position?.latitude ?? null,
    longitude: position?.longitude ?? null,
    location_status: position === null ? "unknown" : "known",
    altitude: position?.altitude ?? facts.altitude,
    width: facts.width,
    height: facts.height,
    camera: cameraOf(facts),
    title: sidecar?.title ?? facts.title,
    description: sidecar?.description ?? facts.description,
    albums: listOrNull(source.albums),
    people: listOrNull(peopleOf(facts, sidecar).map((name) => ({ name }))),
    sharers: listOrNull(source.sharers),
    edited_from: source.editedFrom,
    live_member: source.livePath,
    matched: source.matched
  }
}
