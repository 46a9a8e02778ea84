/** Spotify's archive with both histories, which overlap each other and themselves, and the truth about the plays. */
import { elements } from "../location/google-place.ts"
import type { Range } from "../takeout.ts"
import { dateOf, isoTime, yearOf } from "../time.ts"
import type { TruthFate } from "../truth.ts"
import type { Days } from "../whereabouts.ts"
import type { ZipEntry } from "../zip.ts"
import { basicEntry, extendedEntry } from "./history.ts"
import { type Play, type PlayKind, playsOn } from "./play.ts"

export const SPOTIFY_ARCHIVE = "spotify/my_spotify_data.zip"

const EXTENDED = "Spotify Extended Streaming History"
const BASIC = "Spotify Account Data"

export interface TruthHistory {
  readonly path: string
  readonly family: "extended" | "basic"
  /** The first local date, and the first after the last. */
  readonly start: string
  readonly end: string
  readonly entries: number
  /** Of these, entries that an earlier file of this list has too; a basic entry and an extended one count as equal. */
  readonly repeated: number
}

export interface TruthPlay {
  readonly kind: PlayKind
  readonly ended_at: string
  readonly played_ms: number
  readonly title: string | null
  readonly artist: string | null
  readonly uri: string | null
  readonly private: boolean
}

export interface TruthSpotify {
  readonly archive: string
  /** Plays, each once however many files tell it; without those of private sessions, and with them. */
  readonly plays: number
  readonly plays_with_private: number
  /** Without those of private sessions. */
  readonly by_kind: { readonly [K in PlayKind]: number }
  readonly played_ms: number
  /** Plays of which nothing but the time is known, private sessions apart. */
  readonly nameless: number
  /** Plays that only the basic history has: to the minute, without a URI. */
  readonly only_basic: number
  readonly histories: ReadonlyArray<TruthHistory>
  readonly list: ReadonlyArray<TruthPlay>
  readonly skipped: ReadonlyArray<TruthFate>
}

interface History {
  readonly path: string
  readonly family: "extended" | "basic"
  readonly from: number
  readonly to: number
  readonly has: (play: Play, day: number) => boolean
}

const isAudio = ({ kind }: Play): boolean => kind !== "video"
const isMusic = ({ kind }: Play): boolean => kind === "music"
const isPodcast = ({ kind }: Play): boolean => kind === "podcast"

/**
 * The extended history ends before the last tenth of the days, the basic one begins after the first half. Two of the
 * extended one's files share a day.
 */
const historiesOf = ({ days, from }: Range): ReadonlyArray<History> => {
  const to = from + days
  const at = (part: number) => from + Math.floor(days * part)
  const basicFrom = at(0.5)
  const extendedTo = Math.max(at(0.9), from + 1)
  const years = yearOf(from) === yearOf(to - 1) ? `${yearOf(from)}` : `${yearOf(from)}-${yearOf(to - 1)}`
  const extended = (name: string, first: number, last: number, has: History["has"]): History => ({
    path: `${EXTENDED}/${name}`,
    family: "extended",
    from: first,
    to: Math.min(last, extendedTo),
    has
  })
  // It doesn't say what was private: such plays are in it only where the extended history tells.
  const basic = (name: string, first: number, last: number, has: (play: Play) => boolean): History => ({
    path: `${BASIC}/${name}`,
    family: "basic",
    from: first,
    to: last,
    has: (play, day) => has(play) && (!play.private || day < extendedTo)
  })
  return [
    extended("endsong_0.json", from, at(0.3), isAudio),
    extended(`Streaming_History_Audio_${years}_0.json`, Math.max(from, at(0.3) - 1), at(0.6), isAudio),
    extended(`Streaming_History_Audio_${years}_1.json`, at(0.6), extendedTo, isAudio),
    extended(`Streaming_History_Video_${years}.json`, from, extendedTo, ({ kind }) => kind === "video"),
    basic("StreamingHistory0.json", basicFrom, at(0.7), isMusic),
    basic("StreamingHistory_music_0.json", at(0.7), to, isMusic),
    basic("StreamingHistory_podcast_0.json", basicFrom, to, isPodcast)
  ]
}

function* dayByDay(
  from: number,
  to: number,
  days: Days
): Generator<{ readonly day: number; readonly plays: ReadonlyArray<Play> }> {
  for (let day = from; day < to; day++) yield { day, plays: playsOn(days, day) }
}

function* historyJson({ family, from, has, to }: History, days: Days): Generator<string> {
  const entry = family === "extended" ? extendedEntry : basicEntry
  yield "["
  yield* elements(dayByDay(from, to, days).map(({ day, plays }) => plays.filter((play) => has(play, day)).map(entry)))
  yield "\n]\n"
}

const EXTRAS = [
  {
    path: `${BASIC}/Userdata.json`,
    text: `${JSON.stringify({ username: "ana.lindner", email: "ana.lindner@example.com", country: "AT" }, null, 2)}\n`,
    why: "account"
  },
  {
    path: `${BASIC}/Playlist1.json`,
    text: `${JSON.stringify({ playlists: [{ name: "Sunday", items: [] }] }, null, 2)}\n`,
    why: "playlists"
  },
  { path: `${EXTENDED}/ReadMeFirst_ExtendedStreamingHistory.pdf`, text: "%PDF-1.4\n%%EOF\n", why: "document" }
] as const

/** The archive's entries, made as they are asked for. */
export function* spotifyEntries(days: Days, range: Range): Generator<ZipEntry> {
  for (const history of historiesOf(range))
    yield { path: history.path, content: historyJson(history, days), stored: false }
  for (const { path, text } of EXTRAS) yield { path, content: [text], stored: false }
}

const truthOf = ({ at, kind, milliseconds, private: hidden, work }: Play): TruthPlay => ({
  kind,
  ended_at: isoTime(at),
  played_ms: milliseconds,
  title: work?.title ?? null,
  artist: work?.artist ?? null,
  uri: work?.uri ?? null,
  private: hidden
})

/** What is true of the days' plays: of those that at least one history tells. */
export const spotifyTruth = (days: Days, range: Range): TruthSpotify => {
  const histories = historiesOf(range)
  const tallies = histories.map((history) => ({ history, entries: 0, repeated: 0 }))
  const told: Array<{ readonly play: Play; readonly families: ReadonlySet<string> }> = []
  for (const { day, plays } of dayByDay(range.from, range.from + range.days, days))
    for (const play of plays) {
      const families = new Set<string>()
      let seen = false
      for (const tally of tallies) {
        const { family, from, has, to } = tally.history
        if (day < from || day >= to || !has(play, day)) continue
        tally.entries++
        if (seen) tally.repeated++
        seen = true
        families.add(family)
      }
      if (seen) told.push({ play, families })
    }
  const onlyBasic = told.filter(({ families }) => !families.has("extended"))
  const kept = told.filter(({ play }) => !play.private)
  const count = (kind: PlayKind) => kept.filter(({ play }) => play.kind === kind).length
  return {
    archive: SPOTIFY_ARCHIVE,
    plays: kept.length,
    plays_with_private: told.length,
    by_kind: { music: count("music"), podcast: count("podcast"), audiobook: count("audiobook"), video: count("video") },
    played_ms: kept.reduce((sum, { play }) => sum + play.milliseconds, 0),
    nameless: kept.filter(({ play }) => play.work === null).length,
    only_basic: onlyBasic.length,
    histories: tallies.map(({ entries, history: { family, from, path, to }, repeated }) => ({
      path,
      family,
      start: dateOf(from),
      end: dateOf(to),
      entries,
      repeated
    })),
    list: told.map(({ play }) => truthOf(play)),
    skipped: EXTRAS.map(({ path, why }) => ({ path, why }))
  }
}
