import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { playlistMemories } from "../../transforms/playlist-memories.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 4, 30)
const instant = (hours: number) => new Date(START + hours * HOUR).toISOString()
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

interface Play {
  readonly at: number
  readonly track: string
  readonly seconds: number
  /** Some archives tell no URI. */
  readonly named: boolean
}
interface Item {
  readonly playlist: string
  readonly track: string
  readonly added: number
}

const TRACKS = ["a", "b", "c", "d"]
const worlds = fc.record({
  plays: fc.uniqueArray(
    fc.record({
      at: fc.nat(150),
      track: fc.constantFrom(...TRACKS),
      seconds: fc.constantFrom(10, 200),
      named: fc.boolean()
    }),
    { selector: ({ at }) => at, minLength: 3, maxLength: 20 }
  ),
  items: fc.uniqueArray(
    fc.record({
      playlist: fc.constantFrom("p", "q"),
      track: fc.constantFrom(...TRACKS),
      added: fc.constantFrom(0, 60)
    }),
    { selector: ({ playlist, track }) => `${playlist} ${track}`, minLength: 1, maxLength: 6 }
  )
})

const YAML =
  "type: playlist-memories\nfrom: plays\nplaylists: playlists\ngap: 1d\nlongest: 3d\nplays: 3\ntracks: 2\nshare: 0.5"

/** What the rule says, one playlist after the other. */
const expected = (plays: ReadonlyArray<Play>, items: ReadonlyArray<Item>) => {
  const heard = plays.filter(({ seconds }) => seconds >= 30).toSorted((a, b) => a.at - b.at)
  return ["p", "q"].flatMap((playlist) => {
    const own = items.filter((item) => item.playlist === playlist)
    const counted = heard.filter(({ at, track }) =>
      own.some((item) => item.track === track && at + 200 / 3600 >= item.added)
    )
    const stretches: Array<Array<Play>> = []
    for (const play of counted) {
      const last = stretches.at(-1)
      const before = last?.at(-1)
      if (last === undefined || before === undefined || play.at - before.at - 200 / 3600 > 24) stretches.push([play])
      else last.push(play)
    }
    const parts = stretches.flatMap((stretch) => {
      const first = stretch[0]?.at ?? 0
      const whole = (stretch.at(-1)?.at ?? 0) + 200 / 3600 - first <= 72
      const may = stretch.filter(({ at }) => at < 48)
      return whole ? [stretch] : [may, stretch.filter(({ at }) => at >= 48)]
    })
    return parts
      .filter((part) => {
        const all = heard.filter(({ at }) => at >= (part[0]?.at ?? 0) && at <= (part.at(-1)?.at ?? 0))
        const tracks = new Set(part.map(({ track }) => track)).size
        return part.length >= 3 && tracks >= Math.min(2, own.length) && part.length / all.length >= 0.5
      })
      .map((part) => ({ playlist, members: part.map((play) => id(plays.indexOf(play))).toSorted() }))
  })
}

layer(services)("playlist-memories", (it) => {
  it.effect(
    "finds the stretches that a look at every play finds",
    () =>
      property(
        worlds,
        ({ items, plays }) =>
          Effect.gen(function* () {
            const rows = yield* run(playlistMemories, YAML, [
              yield* relation(
                "plays",
                exampleTable(
                  plays.map(({ at, named, seconds, track }, index) => ({
                    _id: id(index),
                    track_uri: named ? null : `spotify:track:${track}`,
                    track_title: `Song ${track} `,
                    artist_name: "Joni",
                    started_at: instant(at),
                    ended_at: instant(at + 200 / 3600),
                    played_ms: seconds * 1000
                  }))
                )
              ),
              yield* relation(
                "playlists",
                exampleTable(
                  items.map(({ added, playlist, track }) => ({
                    playlist_id: playlist,
                    playlist_title: playlist,
                    track_uri: `spotify:track:${track}`,
                    track_title: `song ${track}`,
                    artist_name: "joni",
                    added_at: instant(added)
                  }))
                )
              )
            ])
            const wanted = expected(plays, items)
            const found = Map.groupBy(rows, (row) => row["_id"])
            expect(
              [...found.values()].map((of) => ({
                playlist: of[0]?.["playlist_id"],
                members: of.map((row) => row["right_id"]).toSorted()
              }))
            ).toHaveLength(wanted.length)
            for (const { members, playlist } of wanted) {
              const one = [...found.values()].find(
                (of) => of[0]?.["playlist_id"] === playlist && of.some((row) => row["right_id"] === members[0])
              )
              expect(one?.map((row) => row["right_id"]).toSorted()).toEqual(members)
              const sure = members.map((member) => 1 / wanted.filter((other) => other.members.includes(member)).length)
              const average = sure.reduce((sum, each) => sum + each, 0) / sure.length
              expect(one?.[0]?.["confidence"]).toBeCloseTo(0.9 * average, 2)
            }
          }),
        40
      ),
    120_000
  )

  it.effect("says what is missing", () =>
    Effect.gen(function* () {
      const plays = yield* relation("plays", exampleTable([{ _id: id(1), started_at: instant(0) }]))
      expect(yield* Effect.flip(run(playlistMemories, "type: playlist-memories\nfrom: plays", [plays]))).toMatchObject({
        code: "missing-key"
      })
      expect(
        yield* Effect.flip(
          run(playlistMemories, "type: playlist-memories\nfrom: plays\nplaylists: playlists", [plays, plays])
        )
      ).toMatchObject({ code: "unknown-column", path: ["from"] })
    })
  )
})
