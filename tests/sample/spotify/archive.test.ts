import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { daysOf } from "../../../src/sample/ordinary.ts"
import { spotifyEntries, spotifyTruth } from "../../../src/sample/spotify/index.ts"
import { textsOf } from "../support.ts"

const life = daysOf(3)

const exported = (from: number, days: number) => {
  const range = { seed: 3, from, days }
  return { files: textsOf(spotifyEntries(life, range)), truth: spotifyTruth(life, range) }
}

const { files, truth } = exported(0, 90)

const Text = Schema.NullOr(Schema.String)
const Extended = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      ts: Schema.String,
      ms_played: Schema.Int,
      ip_addr: Schema.String,
      master_metadata_track_name: Text,
      spotify_track_uri: Text,
      episode_name: Text,
      spotify_episode_uri: Text,
      audiobook_chapter_title: Text,
      audiobook_chapter_uri: Text,
      skipped: Schema.NullOr(Schema.Boolean),
      incognito_mode: Schema.Boolean
    })
  )
)
const Basic = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      endTime: Schema.String,
      msPlayed: Schema.Int,
      trackName: Schema.optionalKey(Schema.String),
      episodeName: Schema.optionalKey(Schema.String)
    })
  )
)

const histories = truth.histories.map((history) => ({ ...history, text: files.get(history.path) ?? "" }))
const extended = histories
  .filter(({ family }) => family === "extended")
  .flatMap(({ text }) => Schema.decodeUnknownSync(Extended)(text))
const basic = histories
  .filter(({ family }) => family === "basic")
  .flatMap(({ text }) => Schema.decodeUnknownSync(Basic)(text))

const titleOf = (entry: (typeof extended)[number]) =>
  entry.master_metadata_track_name ?? entry.episode_name ?? entry.audiobook_chapter_title

/** All that both families tell of a play. */
const bothTell = (ended: string, ms: number, title: string | null) =>
  `${ended.slice(0, 16).replace("T", " ")} ${ms} ${title ?? "Unknown Track"}`

describe("a Spotify archive", () => {
  test("tells every play of the truth, and no other", () => {
    const told = [
      ...extended.map((entry) => bothTell(entry.ts, entry.ms_played, titleOf(entry))),
      ...basic.map((entry) => bothTell(entry.endTime, entry.msPlayed, entry.trackName ?? entry.episodeName ?? null))
    ]
    const plays = truth.list.map(({ ended_at, played_ms, title }) => bothTell(ended_at, played_ms, title))
    expect(new Set(plays).size).toBe(truth.plays_with_private)
    expect(new Set(told)).toEqual(new Set(plays))
    expect(told.length - plays.length).toBe(truth.histories.reduce((sum, { repeated }) => sum + repeated, 0))
    for (const { entries, family, text } of histories)
      expect(Schema.decodeUnknownSync(family === "basic" ? Basic : Extended)(text).length).toBe(entries)
  })

  test("has files that overlap within the extended history, and with the basic one, which ends later", () => {
    const lines = extended.map((entry) => JSON.stringify(entry))
    expect(new Set(lines).size).toBeLessThan(lines.length)
    expect(truth.histories.some(({ family, repeated }) => family === "basic" && repeated > 50)).toBe(true)
    expect(truth.only_basic).toBeGreaterThan(20)
  })

  test("has private sessions, whose copies in the basic history don't say so", () => {
    const hidden = extended.filter(({ incognito_mode }) => incognito_mode)
    expect(truth.plays_with_private - truth.plays).toBe(new Set(hidden.map((entry) => JSON.stringify(entry))).size)
    const known = new Set(basic.map(({ endTime, msPlayed }) => `${endTime} ${msPlayed}`))
    const copied = hidden.filter(({ ms_played, ts }) => known.has(`${ts.slice(0, 16).replace("T", " ")} ${ms_played}`))
    expect(copied.length).toBeGreaterThan(0)
    // Of what the basic history alone has, nothing was private.
    const open = new Set(extended.map(({ ms_played, ts }) => `${ts} ${ms_played}`))
    const alone = truth.list.filter(({ ended_at, played_ms }) => !open.has(`${ended_at} ${played_ms}`))
    expect(alone.length).toBe(truth.only_basic)
    expect(alone.some((play) => play.private)).toBe(false)
  })

  test("has songs that share an instant, nulls, addresses, and every kind of play", () => {
    const instants = Map.groupBy(extended, ({ ts }) => ts)
    expect([...instants.values()].some((all) => new Set(all.map(titleOf)).size > 1)).toBe(true)
    expect(extended.filter((entry) => titleOf(entry) === null).length).toBeGreaterThanOrEqual(truth.nameless / 2)
    expect(truth.nameless).toBeGreaterThan(3)
    expect(extended.some(({ skipped }) => skipped === null)).toBe(true)
    expect(extended.every(({ ip_addr }) => /^203\.0\.113\.\d+$/.test(ip_addr))).toBe(true)
    for (const count of Object.values(truth.by_kind)) expect(count).toBeGreaterThan(3)
    expect(Object.values(truth.by_kind).reduce((sum, count) => sum + count, 0)).toBe(truth.plays)
    for (const { path } of truth.skipped) expect(files.has(path)).toBe(true)
  })

  test("tells the days that a later export has too alike, even where one has only the basic history of them", () => {
    const later = exported(45, 90).truth
    const plays = new Map(later.list.map((play) => [JSON.stringify(play), play]))
    const shared = truth.list.filter(({ ended_at }) => ended_at > "2023-04-21")
    expect(shared.length).toBeGreaterThan(300)
    expect(shared.filter((play) => !plays.has(JSON.stringify(play)))).toEqual([])
  })
})
