import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spotifyArchive } from "../../../connectors/spotify-archive/index.ts"
import { recordColumns } from "../../../src/life/entity.ts"
import { ADDRESS, type Entry, NOT_MUSIC, basic, extended, reading, rows, skips } from "./entries.ts"

const one = (entry: Entry, file = "Streaming_History_Audio_2023_4.json") =>
  Effect.map(reading({ [file]: [entry] }), ({ plays }) => plays)

describe("spotify-archive.plays", () => {
  it("has the columns of plays", () => {
    assert.containsAllKeys(spotifyArchive.streams[0]?.columns, Object.keys(recordColumns("plays")))
  })

  it("is known by the names of its files", () => {
    const recognises = spotifyArchive.streams[0]?.recognises
    const known = ["MyData/StreamingHistory0.json", "endsong_12.json", "a/b/Streaming_History_Video_2018-2024.json"]
    for (const path of known) assert.match(path, recognises ?? /^$/)
    for (const path of ["MyData/Playlist1.json", "SearchQueries.json"]) assert.notMatch(path, recognises ?? /^/)
  })

  describe("families", () => {
    const music = { track_title: "Blue Monday", artist_name: "New Order", played_ms: 215_000, kind: "music" }
    for (const file of ["endsong_0.json", "Streaming_History_Audio_2022-2023_4.json"]) {
      it.live(`reads ${file}`, () =>
        Effect.map(one(extended(), file), (plays) => {
          assert.lengthOf(plays, 1)
          assert.deepInclude(plays[0], { ...music, ended_at: "2023-05-01T18:04:37.000Z" })
        }).pipe(Effect.scoped)
      )
    }
    for (const file of ["StreamingHistory0.json", "StreamingHistory_music_0.json"]) {
      it.live(`reads ${file}`, () =>
        Effect.map(one(basic(), file), (plays) => {
          assert.lengthOf(plays, 1)
          assert.deepInclude(plays[0], { ...music, ended_at: "2023-05-01T18:04:00.000Z" })
        }).pipe(Effect.scoped)
      )
    }
    it.live("reads Streaming_History_Video_2018-2024.json: all in it are videos", () =>
      Effect.map(one(extended(), "Streaming_History_Video_2018-2024.json"), (plays) =>
        assert.deepInclude(plays[0], { ...music, kind: "video" })
      ).pipe(Effect.scoped)
    )
    it.live("an episode in Streaming_History_Video_2018-2024.json is a video too", () =>
      Effect.map(
        one(extended({ ...NOT_MUSIC, episode_name: "Monday" }), "Streaming_History_Video_2018-2024.json"),
        (plays) => assert.deepInclude(plays[0], { track_title: "Monday", kind: "video" })
      ).pipe(Effect.scoped)
    )
    it.live("reads StreamingHistory_podcast_0.json: shows and episodes", () =>
      Effect.map(
        one(
          { endTime: "2023-05-01 18:04", podcastName: "The Daily", episodeName: "Monday", msPlayed: 1000 },
          "StreamingHistory_podcast_0.json"
        ),
        (plays) =>
          assert.deepInclude(plays[0], {
            track_title: "Monday",
            artist_name: "The Daily",
            kind: "podcast",
            played_ms: 1000
          })
      ).pipe(Effect.scoped)
    )
    it.live("reads StreamingHistory_audiobook_0.json: books, chapters and authors", () =>
      Effect.map(
        one(
          {
            endTime: "2023-05-01 18:04",
            authorName: "Mary Shelley",
            audiobookName: "Frankenstein",
            chapterName: "Letter 1",
            msPlayed: 1000
          },
          "StreamingHistory_audiobook_0.json"
        ),
        (plays) =>
          assert.deepInclude(plays[0], {
            track_title: "Letter 1",
            artist_name: "Mary Shelley",
            album_title: "Frankenstein",
            kind: "audiobook"
          })
      ).pipe(Effect.scoped)
    )
    it.live("reads a history under a name of one's own", () =>
      Effect.gen(function* () {
        const { ledger, plays } = yield* reading({
          "my music.json": [extended()],
          "old/history-2022": [basic({ endTime: "2022-01-01 10:00" })],
          "StreamingHistory1 (2).json": [basic({ endTime: "2021-01-01 10:00" })]
        })
        assert.lengthOf(plays, 3)
        assert.deepInclude(ledger, { read: 3, new: 3, skipped: 0, rejected: 0 })
      }).pipe(Effect.scoped)
    )
    it.live("by what an entry says, not by the file's name: an extended one in a file of the basic history", () =>
      Effect.map(one(extended(), "StreamingHistory0.json"), (plays) =>
        assert.strictEqual(plays[0]?.["ended_at"], "2023-05-01T18:04:37.000Z")
      ).pipe(Effect.scoped)
    )
  })

  describe("basic entries", () => {
    it.live("endTime is in UTC and to the minute, and there is no URI", () =>
      Effect.map(one(basic({ endTime: "2023-07-01 00:03", msPlayed: 240_000 }), "StreamingHistory0.json"), (plays) =>
        assert.deepEqual(plays, [
          {
            track_title: "Blue Monday",
            artist_name: "New Order",
            album_title: null,
            track_uri: null,
            started_at: "2023-06-30T23:59:00.000Z",
            ended_at: "2023-07-01T00:03:00.000Z",
            played_ms: 240_000,
            kind: "music"
          }
        ])
      ).pipe(Effect.scoped)
    )
    it.live("`history` tells them from extended ones", () =>
      Effect.map(reading({ "a.json": [basic({ endTime: "2020-01-01 00:00" })], "b.json": [extended()] }), ({ rows }) =>
        assert.deepEqual(
          rows.map(({ history }) => history),
          ["basic", "extended"]
        )
      ).pipe(Effect.scoped)
    )
  })

  describe("extended entries", () => {
    it.live("ts is the end, in UTC: the start is ms_played before", () =>
      Effect.map(one(extended({ ts: "2023-01-01T00:01:00Z", ms_played: 61_500 })), (plays) =>
        assert.deepInclude(plays[0], {
          ended_at: "2023-01-01T00:01:00.000Z",
          started_at: "2022-12-31T23:59:58.500Z",
          played_ms: 61_500
        })
      ).pipe(Effect.scoped)
    )
    for (const [ts, instant] of [
      ["2013-05-01 18:04:37 UTC", "2013-05-01T18:04:37.000Z"],
      ["2013-05-01 18:04:37", "2013-05-01T18:04:37.000Z"],
      ["2013-05-01T18:04:37+02:00", "2013-05-01T16:04:37.000Z"]
    ]) {
      it.live(`ts may be written ${ts}`, () =>
        Effect.map(one(extended({ ts: ts ?? "" })), (plays) =>
          assert.strictEqual(plays[0]?.["ended_at"], instant)
        ).pipe(Effect.scoped)
      )
    }
    it.live("keeps spotify_track_uri and master_metadata_*", () =>
      Effect.map(one(extended()), (plays) =>
        assert.deepInclude(plays[0], {
          track_title: "Blue Monday",
          artist_name: "New Order",
          album_title: "Substance",
          track_uri: "spotify:track:6hHc7Pks7wtBIW8Z6A0iFq"
        })
      ).pipe(Effect.scoped)
    )
    it.live("keeps reason_start, reason_end, shuffle, skipped, offline and incognito_mode", () =>
      Effect.map(
        reading(
          {
            "endsong_0.json": [
              extended({ shuffle: true, skipped: true, offline: true, incognito_mode: true, reason_end: "fwdbtn" }),
              extended({ ts: "2024-01-01T00:00:00Z" })
            ]
          },
          ", private_sessions: true"
        ),
        ({ rows }) => {
          assert.deepInclude(rows[0], { reason_start: "clickrow", reason_end: "fwdbtn", shuffle: true, skipped: true })
          assert.deepInclude(rows[0], { offline: true, private_session: true })
          assert.deepInclude(rows[1], { reason_end: "trackdone", shuffle: false, skipped: false })
          assert.deepInclude(rows[1], { offline: false, private_session: false })
        }
      ).pipe(Effect.scoped)
    )
    it.live("what Spotify doesn't say stays unknown: nulls, empty texts, members that are missing", () =>
      Effect.map(
        reading({
          "endsong_0.json": [
            extended({ ...NOT_MUSIC, skipped: null, offline: null, incognito_mode: null, reason_start: "" }),
            { ts: "2024-01-01T00:00:00Z", ms_played: 5 }
          ]
        }),
        ({ ledger, plays, rows }) => {
          assert.deepInclude(ledger, { new: 2, rejected: 0 })
          assert.deepInclude(plays[0], { track_title: null, artist_name: null, album_title: null, track_uri: null })
          assert.deepInclude(rows[0], { skipped: null, offline: null, private_session: null, reason_start: null })
          assert.deepInclude(plays[1], { track_title: null, played_ms: 5, kind: "music" })
        }
      ).pipe(Effect.scoped)
    )
    it.live("a podcast has its show and episode", () =>
      Effect.map(
        one(
          extended({
            ...NOT_MUSIC,
            episode_name: "Monday",
            episode_show_name: "The Daily",
            spotify_episode_uri: "spotify:episode:1"
          })
        ),
        (plays) =>
          assert.deepInclude(plays[0], {
            track_title: "Monday",
            artist_name: "The Daily",
            album_title: null,
            track_uri: "spotify:episode:1",
            kind: "podcast"
          })
      ).pipe(Effect.scoped)
    )
    it.live("an audiobook has its title, chapter and the chapter's URI", () =>
      Effect.map(
        one(
          extended({
            ...NOT_MUSIC,
            audiobook_title: "Frankenstein",
            audiobook_uri: "spotify:show:1",
            audiobook_chapter_title: "Letter 1",
            audiobook_chapter_uri: "spotify:episode:1"
          })
        ),
        (plays) =>
          assert.deepInclude(plays[0], {
            track_title: "Letter 1",
            artist_name: null,
            album_title: "Frankenstein",
            track_uri: "spotify:episode:1",
            kind: "audiobook"
          })
      ).pipe(Effect.scoped)
    )
    it.live("different songs can share one ts", () =>
      Effect.map(
        reading({
          "endsong_0.json": [
            extended({ ms_played: 0 }),
            extended({ ms_played: 0, master_metadata_track_name: "Confusion" }),
            extended({ ms_played: 0, master_metadata_album_artist_name: "Orgy" })
          ]
        }),
        ({ ledger, plays }) => {
          assert.lengthOf(plays, 3)
          assert.deepInclude(ledger, { read: 3, new: 3, duplicate: 0 })
        }
      ).pipe(Effect.scoped)
    )
  })

  describe("private sessions", () => {
    const files = {
      "Streaming_History_Audio_2023_0.json": [
        extended({ incognito_mode: true }),
        extended({ ts: "2023-06-01T00:00:00Z" })
      ],
      "StreamingHistory0.json": [basic(), basic({ endTime: "2023-06-01 00:00" })]
    }
    it.live("stay out, with reason and count; the basic entry of such a play stays out too", () =>
      Effect.gen(function* () {
        const { home, ledger, plays } = yield* reading(files)
        assert.deepEqual(
          plays.map(({ ended_at }) => ended_at),
          ["2023-06-01T00:00:00.000Z"]
        )
        assert.deepInclude(ledger, { read: 4, new: 1, duplicate: 1, skipped: 2 })
        assert.deepInclude(yield* skips(home), {
          reason: "a private session",
          count: 2,
          examples: '["Streaming_History_Audio_2023_0.json"]'
        })
      }).pipe(Effect.scoped)
    )
    it.live("come in when asked for, under the ids that the others have anyway", () =>
      Effect.gen(function* () {
        const without = yield* reading(files)
        const { ledger, plays, rows } = yield* reading(files, ", private_sessions: true")
        assert.lengthOf(plays, 2)
        assert.deepInclude(ledger, { read: 4, new: 2, duplicate: 2, skipped: 0 })
        assert.deepEqual(
          rows.map(({ private_session }) => private_session),
          [true, false]
        )
        assert.strictEqual(rows[1]?.["_id"], without.rows[0]?.["_id"])
      }).pipe(Effect.scoped)
    )
  })

  it.live("plays shorter than min_played stay out, with reason and count", () =>
    Effect.gen(function* () {
      const { home, ledger, plays } = yield* reading(
        { "endsong_0.json": [29_999, 30_000].map((ms_played) => extended({ ms_played })) },
        ", min_played: 30s"
      )
      assert.deepEqual(
        plays.map(({ played_ms }) => played_ms),
        [30_000]
      )
      assert.deepInclude(ledger, { read: 2, new: 1, skipped: 1 })
      assert.deepInclude(yield* skips(home), {
        reason: "played for less than min_played",
        count: 1,
        examples: '["endsong_0.json"]'
      })
    }).pipe(Effect.scoped)
  )

  it.live("IP address, user agent, user name and device are nowhere: not in staging, life, rejects or skips", () =>
    Effect.gen(function* () {
      const whole = JSON.stringify([extended(), extended({ ts: "2024-01-01T00:00:00Z" })])
      const { home, ledger } = yield* reading({
        "endsong_0.json": [extended({ ts: "never" }), extended({ ms_played: { ip_addr: ADDRESS } })],
        "endsong_1.json": whole.slice(0, -40),
        "endsong_2.json": whole.replace('"ts"', '"ts'),
        "endsong_3.json": whole.replace('"Substance","', `"Substance,"ip_addr":"${ADDRESS}","`),
        "endsong_4.json": whole.replace('"ts"', `"ts":"${ADDRESS}","ts"`),
        "endsong_5.json": [extended({ ts: ADDRESS, reason_end: "2001:db8:85a3::8a2e:370:7334" })],
        "StreamingHistory0.json": `<html>${ADDRESS} Mozilla ana.example`
      })
      assert.deepInclude(ledger, { read: 12, rejected: 8 })
      const tables = yield* rows(
        home,
        "select schema_name || '.\"' || table_name || '\"' as name from duckdb_tables() where schema_name <> 'cache'"
      )
      assert.isAbove(tables.length, 10)
      for (const { name } of tables) {
        const isRejects = name === 'state."rejects"'
        const found = yield* rows(
          home,
          `select to_json(t)::varchar ${isRejects ? "|| coalesce(decode(raw), '')" : ""} as line from ${name} t
            where regexp_matches(line, '203\\.0\\.113|2001:db8|Mozilla|ana\\.example"|SM-G950F')`
        )
        assert.deepEqual(found, [], String(name))
      }
    }).pipe(Effect.scoped)
  )
})
