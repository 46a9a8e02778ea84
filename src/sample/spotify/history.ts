/** A play as the two families of histories tell it: the extended one all, the basic one little. */
import { cycled } from "../random.ts"
import { SECOND, isoTime } from "../time.ts"
import type { Play } from "./play.ts"

const REASONS = ["trackdone", "fwdbtn", "endplay", "logout"] as const
const PLATFORMS = ["ios", "Android OS 13 API 33 (Google, Pixel 7)", "osx"] as const

/** An entry of `Streaming_History_…` and `endsong_…`: all members, most of them null. */
export const extendedEntry = ({ at, kind, milliseconds, offline, private: hidden, skipped, work }: Play): string => {
  const turn = Math.floor(at / SECOND)
  const isTrack = kind === "music" || kind === "video"
  const of = (is: boolean, value: string | undefined) => (is ? (value ?? null) : null)
  return JSON.stringify({
    ts: isoTime(at),
    platform: cycled(PLATFORMS, turn),
    ms_played: milliseconds,
    conn_country: "AT",
    ip_addr: `203.0.113.${turn % 250}`,
    master_metadata_track_name: of(isTrack, work?.title),
    master_metadata_album_artist_name: of(isTrack, work?.artist),
    master_metadata_album_album_name: of(isTrack, work?.album),
    spotify_track_uri: of(isTrack, work?.uri),
    episode_name: of(kind === "podcast", work?.title),
    episode_show_name: of(kind === "podcast", work?.artist),
    spotify_episode_uri: of(kind === "podcast", work?.uri),
    audiobook_title: of(kind === "audiobook", work?.album),
    audiobook_uri: of(kind === "audiobook", "spotify:show:6gXaWDhxHdv4M6s1f6Tqz0"),
    audiobook_chapter_uri: of(kind === "audiobook", work?.uri),
    audiobook_chapter_title: of(kind === "audiobook", work?.title),
    reason_start: turn % 3 === 0 ? "clickrow" : "trackdone",
    reason_end: skipped ? "fwdbtn" : cycled(REASONS, turn),
    shuffle: turn % 4 === 0,
    // Old entries know nothing of it.
    skipped: turn % 11 === 0 ? null : skipped,
    offline,
    offline_timestamp: offline ? turn - 60 : null,
    incognito_mode: hidden
  })
}

const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ")

/** An entry of the basic history; its artist and title are those of shows and episodes too. */
export const basicEntry = ({ at, kind, milliseconds, work }: Play): string =>
  JSON.stringify(
    kind === "podcast"
      ? { endTime: minute(at), podcastName: work?.artist ?? "", episodeName: work?.title ?? "", msPlayed: milliseconds }
      : {
          endTime: minute(at),
          artistName: work?.artist ?? "Unknown Artist",
          trackName: work?.title ?? "Unknown Track",
          msPlayed: milliseconds
        }
  )
