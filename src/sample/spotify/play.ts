/** What the person listens to and watches, in the order in which it ends. */
import { createHash } from "node:crypto"
import { EpochMillis } from "../../component/column.ts"
import { type NonEmpty, type Random, stream } from "../random.ts"
import { MINUTE, SECOND, instantAt } from "../time.ts"
import type { Days } from "../whereabouts.ts"

export type PlayKind = "music" | "podcast" | "audiobook" | "video"

export interface Play {
  readonly kind: PlayKind
  /** Null where Spotify has forgotten what it was. */
  readonly work: Work | null
  /** The end. Two plays may share it. */
  readonly at: EpochMillis
  readonly milliseconds: number
  readonly private: boolean
  readonly offline: boolean
  readonly skipped: boolean
}

export interface Work {
  readonly title: string
  readonly artist: string
  readonly album: string
  readonly uri: string
}

const uriOf = (kind: string, name: string): string =>
  `spotify:${kind}:${createHash("sha256").update(name).digest("base64url").replaceAll(/[-_]/g, "x").slice(0, 22)}`

const work = (kind: string, title: string, artist: string, album: string): Work => ({
  title,
  artist,
  album,
  uri: uriOf(kind, `${artist} ${title}`)
})

const SONGS: NonEmpty<Work> = [
  work("track", "Consequence", "The Notwist", "Neon Golden"),
  work("track", "Pick Up the Phone", "The Notwist", "Neon Golden"),
  work("track", "Pilot", "The Notwist", "Neon Golden"),
  work("track", "Symphony No. 5 in C-Sharp Minor: IV. Adagietto", "Gustav Mahler", "Mahler: Symphony No. 5"),
  work("track", "Für Hildegard von Bingen", "Devendra Banhart", "Mala"),
  work("track", 'Ghosteen "Live"', "Nick Cave & The Bad Seeds", "Ghosteen"),
  work("track", "東京", "Kicell", "Hohoemi"),
  work("track", "Ljubljana", "Balkan Beat Box", "Nu Med"),
  work("track", "Hoppípolla", "Sigur Rós", "Takk..."),
  work("track", "Fado Português", "Amália Rodrigues", "Fado Português"),
  work("track", "So What", "Miles Davis", "Kind of Blue"),
  work("track", "Waltz for Debby", "Bill Evans Trio", "Waltz for Debby"),
  // The same title by two artists.
  work("track", "Hurt", "Nine Inch Nails", "The Downward Spiral"),
  work("track", "Hurt", "Johnny Cash", "American IV")
]

const EPISODES: NonEmpty<Work> = [
  work("episode", "Folge 112: Die Donau", "Geschichten aus der Geschichte", "Geschichten aus der Geschichte"),
  work("episode", "The Map of Everything", "99 Little Things", "99 Little Things"),
  work("episode", "Why bread rises", "99 Little Things", "99 Little Things")
]

const CHAPTERS: NonEmpty<Work> = [
  work("chapter", "Chapter 1", "Sofia Rossi", "A House by the Lake"),
  work("chapter", "Chapter 2", "Sofia Rossi", "A House by the Lake")
]

const VIDEOS: NonEmpty<Work> = [work("track", "Alberto Balsalm (Video)", "Aphex Twin", "...I Care Because You Do")]

const pick = (random: Random): Pick<Play, "kind" | "work"> => {
  const turn = random.next()
  if (turn < 0.8) return { kind: "music", work: random.pick(SONGS) }
  if (turn < 0.92) return { kind: "podcast", work: random.pick(EPISODES) }
  if (turn < 0.95) return { kind: "audiobook", work: random.pick(CHAPTERS) }
  if (turn < 0.98) return { kind: "video", work: random.pick(VIDEOS) }
  return { kind: "music", work: null }
}

/** A sitting: one after the other, some skipped so soon that two end in the same second. */
const sitting = (random: Random, start: number): ReadonlyArray<Play> => {
  const hidden = random.chance(0.12)
  const offline = random.chance(0.1)
  const plays: Array<Play> = []
  let at = start
  for (let count = random.integer(3, 9); count > 0; count--) {
    const skipped = random.chance(0.2)
    const milliseconds = skipped ? random.integer(0, 9_000) : random.integer(120_000, 420_000)
    const together = skipped && random.chance(0.5) && plays.length > 0
    if (!together) at += Math.ceil(milliseconds / SECOND) * SECOND + SECOND
    plays.push({ ...pick(random), at: EpochMillis(at), milliseconds, private: hidden, offline, skipped })
  }
  return plays
}

const isSame = (left: Play, right: Play): boolean => left.at === right.at && left.work?.uri === right.work?.uri

/** The plays that end on a day: on the way to work, after it, and late. No work ends twice in one second. */
export const playsOn = (days: Days, day: number): ReadonlyArray<Play> => {
  const random = stream("plays", days.seed, day)
  const zone = days.zoneOn(day)
  const starts = [8 * 60, 13 * 60, 17 * 60 + 30, 21 * 60].filter(() => random.chance(0.6))
  const plays = starts.flatMap((start) =>
    sitting(random, instantAt(day, start * 60, zone) + random.integer(0, 30) * MINUTE)
  )
  return plays.filter((play, index) => !plays.slice(0, index).some((earlier) => isSame(earlier, play)))
}
