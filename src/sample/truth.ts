/** `truth.json`: what a careful importer should find in a sample. For machines to check against. */
import type { LifeEvent } from "./event.ts"
import type { HardTruth } from "./hard/truth.ts"
import type { OtherTruths } from "./others.ts"
import { dateOf, isoTime } from "./time.ts"

/** An instance of an event. `recurrence_id` is its start by the series' rule (ISO, UTC), null if it doesn't recur. */
export interface TruthEventKey {
  readonly uid: string
  readonly recurrence_id: string | null
  readonly starts_at: string
}

/** A media file, album copies included; the moving half of a live photo has no entry of its own. */
export interface TruthPhoto {
  /** In the archive, from `Takeout/`. */
  readonly path: string
  readonly kind: "photo" | "live-photo" | "video"
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly content_hash: string
  /** Equal for all files that show the same picture. */
  readonly asset: string
  /** Which trap was laid with it. */
  readonly trap: string | null
  /** ISO, UTC; null where nothing tells. */
  readonly taken_at: string | null
  /** WGS 84 degrees, exact where the sidecar tells, else to 1e-7. */
  readonly latitude: number | null
  readonly longitude: number | null
  readonly location_status: "known" | "unknown"
  readonly event: TruthEventKey | null
  readonly edited_from: string | null
  readonly live_video: string | null
  /** The sidecar that serves it; null where there is none, or none that can be read. */
  readonly sidecar: string | null
}

export interface TruthFate {
  readonly path: string
  readonly why: string
}

export interface TruthEvent extends TruthEventKey {
  readonly title: string
  readonly ends_at: string
  readonly all_day: boolean
  /** The date at its place, and for whole days the first date after it. */
  readonly local_start_date: string
  readonly local_end_date: string | null
  readonly status: "confirmed" | "cancelled"
  /** As GEO says; null without it. */
  readonly latitude: number | null
  readonly longitude: number | null
}

export interface TruthAlbum {
  readonly title: string
  readonly folder: string
  /** `content_hash` of its pictures in the order of their paths, each once. */
  readonly members: ReadonlyArray<string>
  readonly assets: ReadonlyArray<string>
}

/** What it tells of photos and events; of everything else only where a sample has all archives. */
export interface Truth extends Partial<OtherTruths> {
  /** Of a hard life: what links must find. */
  readonly hard?: HardTruth
  /** Of a life with several. */
  readonly calendars?: ReadonlyArray<string>
  readonly seed: number
  readonly from: number
  readonly days: number
  /** The first local date, and the first after the last. */
  readonly start: string
  readonly end: string
  readonly archives: ReadonlyArray<string>
  readonly media: {
    /** Distinct pictures and videos; a live photo is one, an edit is one of its own. */
    readonly assets: number
    /** Distinct media paths: photos, moving halves and rejects, album copies too. */
    readonly files: number
    /** The same, counting paths that lie in two parts twice. */
    readonly entries: number
    /** Media files that no one can read. */
    readonly rejects: number
    readonly live_videos: number
  }
  readonly albums: ReadonlyArray<TruthAlbum>
  readonly events: {
    /** Starting on the sample's days, cancelled ones included. */
    readonly instances: number
    readonly cancelled: number
    /** VEVENTs in the file, and the UIDs that they share. */
    readonly components: number
    readonly uids: ReadonlyArray<string>
    readonly list: ReadonlyArray<TruthEvent>
  }
  /** How many files each trap has touched. */
  readonly traps: { readonly [name: string]: number }
  readonly photos: ReadonlyArray<TruthPhoto>
  readonly orphan_sidecars: ReadonlyArray<string>
  /** Media and sidecars that can't be read. */
  readonly rejects: ReadonlyArray<TruthFate>
  /** Files that are neither photos nor sidecars. */
  readonly ignored: ReadonlyArray<TruthFate>
  /** Paths that lie in two parts. */
  readonly repeated: ReadonlyArray<string>
}

export const truthOfEvent = (event: LifeEvent): TruthEvent => ({
  uid: event.uid,
  recurrence_id: event.recurrenceId === null ? null : isoTime(event.recurrenceId),
  starts_at: isoTime(event.start),
  title: event.title,
  ends_at: isoTime(event.end),
  all_day: event.lastDay !== null,
  local_start_date: dateOf(event.day),
  local_end_date: event.lastDay === null ? null : dateOf(event.lastDay + 1),
  status: event.cancelled ? "cancelled" : "confirmed",
  latitude: event.geo ? event.place.latitude : null,
  longitude: event.geo ? event.place.longitude : null
})
