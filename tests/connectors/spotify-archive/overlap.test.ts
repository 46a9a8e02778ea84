import { utimesSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Files, basic, extended, home, lifePlays, rows, run, staged, write } from "./entries.ts"

const ends = (home: string) => Effect.map(lifePlays(home), (plays) => plays.map(({ ended_at }) => ended_at))

const later = extended({ ts: "2024-02-01T10:00:05Z" })
const earlier = extended({ ts: "2022-02-01T10:00:05Z" })

describe("files overlap", () => {
  it.live("extended histories of different exports", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const ledger = yield* read({
        "2023/endsong_0.json": [earlier, extended()],
        "2024/Streaming_History_Audio_2022-2024_0.json": [extended(), later]
      })
      assert.deepInclude(ledger, { read: 4, new: 3, duplicate: 1 })
      assert.lengthOf(yield* lifePlays(at), 3)
    }).pipe(Effect.scoped)
  )

  it.live("basic histories of different exports", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const last = basic({ endTime: "2024-02-01 10:00" })
      const ledger = yield* read({
        "a/StreamingHistory0.json": [basic()],
        "b/StreamingHistory_music_0.json": [basic(), last]
      })
      assert.deepInclude(ledger, { read: 3, new: 2, duplicate: 1 })
      assert.lengthOf(yield* lifePlays(at), 2)
    }).pipe(Effect.scoped)
  )

  it.live("the basic and the extended history of an account: the extended entry speaks for the play", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const ledger = yield* read({
        "a/StreamingHistory0.json": [basic(), basic({ endTime: "2024-05-01 10:00" })],
        "b/endsong_0.json": [extended()]
      })
      assert.deepInclude(ledger, { read: 3, new: 2, duplicate: 1 })
      const plays = yield* lifePlays(at)
      assert.lengthOf(plays, 2)
      assert.deepInclude(plays[0], {
        ended_at: "2023-05-01T18:04:37.000Z",
        started_at: "2023-05-01T18:01:02.000Z",
        track_uri: "spotify:track:6hHc7Pks7wtBIW8Z6A0iFq"
      })
      const [first] = yield* staged(at)
      assert.deepInclude(first, { _member: "b/endsong_0.json", history: "extended" })
    }).pipe(Effect.scoped)
  )

  it.live("the extended entry speaks for the play even where it has no URI", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const bare = extended({ spotify_track_uri: null, master_metadata_album_album_name: null })
      yield* read({ "a/StreamingHistory0.json": [basic()], "b/endsong_0.json": [bare] })
      assert.deepEqual(yield* ends(at), ["2023-05-01T18:04:37.000Z"])
    }).pipe(Effect.scoped)
  )

  it.live("a play that only one of two exports calls private is private", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const ledger = yield* read({
        "a/endsong_0.json": [extended({ incognito_mode: null })],
        "b/endsong_0.json": [extended({ incognito_mode: true, spotify_track_uri: null })]
      })
      assert.deepInclude(ledger, { read: 2, new: 0, skipped: 2 })
      assert.deepEqual(yield* lifePlays(at), [])
    }).pipe(Effect.scoped)
  )

  it.live("a podcast that an old basic history lists among the songs", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const podcast = extended({
        master_metadata_track_name: null,
        master_metadata_album_artist_name: null,
        episode_name: "Monday",
        episode_show_name: "The Daily"
      })
      yield* read({
        "StreamingHistory0.json": [basic({ artistName: "The Daily", trackName: "Monday" })],
        "endsong_0.json": [podcast]
      })
      const plays = yield* lifePlays(at)
      assert.lengthOf(plays, 1)
      assert.deepInclude(plays[0], { kind: "podcast" })
    }).pipe(Effect.scoped)
  )

  it.live("an audiobook in both", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read({
        "StreamingHistory_audiobook_0.json": [
          {
            endTime: "2023-05-01 18:04",
            authorName: "Mary Shelley",
            audiobookName: "Frankenstein",
            chapterName: "Letter 1",
            msPlayed: 215_000
          }
        ],
        "endsong_0.json": [
          extended({
            master_metadata_track_name: null,
            master_metadata_album_artist_name: null,
            audiobook_title: "Frankenstein",
            audiobook_chapter_title: "Letter 1"
          })
        ]
      })
      assert.lengthOf(yield* lifePlays(at), 1)
    }).pipe(Effect.scoped)
  )

  it.live("what Spotify calls unknown in the one, and doesn't name in the other", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read({
        "StreamingHistory0.json": [basic({ artistName: "Unknown Artist", trackName: "Unknown Track" })],
        "endsong_0.json": [
          extended({
            master_metadata_track_name: null,
            master_metadata_album_artist_name: null,
            spotify_track_uri: null
          })
        ]
      })
      const plays = yield* lifePlays(at)
      assert.lengthOf(plays, 1)
      assert.deepInclude(plays[0], { track_title: null, artist_name: null })
    }).pipe(Effect.scoped)
  )

  it.live("a song in the audio and the video history is a video", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read({
        "Streaming_History_Audio_2023.json": [extended()],
        "Streaming_History_Video_2023.json": [extended()]
      })
      const plays = yield* lifePlays(at)
      assert.deepEqual(
        plays.map(({ kind }) => kind),
        ["video"]
      )
    }).pipe(Effect.scoped)
  )
})

describe("equal entries", () => {
  it.live("in one basic file are plays of their own: it knows the minute only", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const skip = basic({ msPlayed: 0 })
      const ledger = yield* read({ "StreamingHistory0.json": [skip, skip], "StreamingHistory0 (1).json": [skip, skip] })
      assert.deepInclude(ledger, { read: 4, new: 2, duplicate: 2 })
      assert.lengthOf(yield* lifePlays(at), 2)
    }).pipe(Effect.scoped)
  )

  it.live("are matched one by one with those of the extended history", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const seconds = ["2023-05-01T18:04:37Z", "2023-05-01T18:04:10Z"]
      const ledger = yield* read({
        "StreamingHistory0.json": [basic({ msPlayed: 0 }), basic({ msPlayed: 0 }), basic({ msPlayed: 0 })],
        "endsong_0.json": seconds.map((ts) => extended({ ts, ms_played: 0 }))
      })
      assert.deepInclude(ledger, { read: 5, new: 3, duplicate: 2 })
      assert.deepEqual(yield* ends(at), [
        "2023-05-01T18:04:00.000Z",
        "2023-05-01T18:04:10.000Z",
        "2023-05-01T18:04:37.000Z"
      ])
    }).pipe(Effect.scoped)
  )

  it.live("in an extended file are the same play: nothing tells them apart", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const ledger = yield* read({ "endsong_0.json": [extended(), extended()] })
      assert.deepInclude(ledger, { read: 2, new: 1, duplicate: 1 })
      assert.lengthOf(yield* lifePlays(at), 1)
    }).pipe(Effect.scoped)
  )

  it.live(
    "in an extended file that were reported in one second, but played offline at different times, are two plays",
    () =>
      Effect.gen(function* () {
        const { home: at, read } = yield* home
        const offline = [1_625_933_433_086, 1_625_933_120_791].map((offline_timestamp) =>
          extended({ offline_timestamp })
        )
        yield* read({ "endsong_0.json": offline, "endsong_1.json": offline })
        assert.lengthOf(yield* lifePlays(at), 2)
      }).pipe(Effect.scoped)
  )

  it.live("of two exports that write offline_timestamp differently are the same play", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const written = [null, 0, 1_625_933_433, 1_625_933_433_086, "1625933433.0"]
      yield* read(
        Object.fromEntries(
          written.map((offline_timestamp, index) => [`endsong_${index}.json`, [extended({ offline_timestamp })]])
        )
      )
      assert.lengthOf(yield* lifePlays(at), 1)
    }).pipe(Effect.scoped)
  )
})

describe("run after run", () => {
  const basicOnly: Files = { "StreamingHistory0.json": [basic(), basic({ endTime: "2024-05-01 10:00" })] }
  const extendedOnly: Files = { "endsong_0.json": [extended()] }

  it.live("the extended history enriches what the basic one told: the id stays", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read(basicOnly)
      const before = yield* rows(at, "select play_id from life.plays order by ended_at")
      const ledger = yield* read(extendedOnly)
      assert.deepInclude(ledger, { read: 1, new: 0, changed: 1 })
      assert.deepEqual(yield* rows(at, "select play_id from life.plays order by ended_at"), before)
      assert.deepInclude((yield* lifePlays(at))[0], {
        ended_at: "2023-05-01T18:04:37.000Z",
        started_at: "2023-05-01T18:01:02.000Z",
        album_title: "Substance",
        track_uri: "spotify:track:6hHc7Pks7wtBIW8Z6A0iFq"
      })
    }).pipe(Effect.scoped)
  )

  it.live("the basic history takes nothing away from what the extended one told", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read(extendedOnly)
      const [stagedBefore] = yield* staged(at)
      const [before] = yield* rows(at, "select * from life.plays")
      const ledger = yield* read(basicOnly)
      assert.deepInclude(ledger, { read: 2, new: 1, changed: 0, unchanged: 1 })
      assert.deepEqual((yield* staged(at))[0], stagedBefore)
      assert.deepEqual((yield* rows(at, "select * from life.plays order by ended_at"))[0], before)
      // Nor does it, when it is read again.
      write(join(at, "..", "export"), { "StreamingHistory1.json": [basic()] })
      assert.deepInclude(yield* run(join(at, "..", "export"), at), { read: 3, changed: 0, unchanged: 2, duplicate: 1 })
      assert.deepEqual((yield* rows(at, "select * from life.plays order by ended_at"))[0], before)
    }).pipe(Effect.scoped)
  )

  it.live("whatever the order, it is the same life", () =>
    Effect.gen(function* () {
      const orders = [[{ ...basicOnly, ...extendedOnly }], [basicOnly, extendedOnly], [extendedOnly, basicOnly]]
      const lives = yield* Effect.forEach(orders, (order) =>
        Effect.gen(function* () {
          const { home: at, read } = yield* home
          for (const files of order) yield* read(files)
          return yield* rows(
            at,
            "select * exclude (revision, run_id, created_run_id, updated_at) from life.plays order by ended_at"
          )
        })
      )
      assert.lengthOf(lives[0] ?? [], 2)
      assert.deepEqual(lives[1], lives[0])
      assert.deepEqual(lives[2], lives[0])
    }).pipe(Effect.scoped)
  )

  it.live("an older export takes nothing away, whatever its files are called", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read({ "Streaming_History_Audio_2022-2024_0.json": [earlier, extended(), later] })
      const before = yield* rows(at, "select * from life.plays order by ended_at")
      assert.deepInclude(yield* read({ "endsong_0.json": [earlier, extended()] }), { read: 2, unchanged: 2 })
      assert.deepEqual(yield* rows(at, "select * from life.plays order by ended_at"), before)
    }).pipe(Effect.scoped)
  )

  it.live("files that weren't touched aren't counted as new; touched ones are read, and found to be the same", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const files = { ...basicOnly, "endsong_0.json": [extended(), earlier] }
      yield* read(files)
      const before = yield* rows(at, "select * from life.plays order by ended_at")
      const stagedBefore = yield* staged(at)
      const folder = join(at, "..", "export")
      assert.deepInclude(yield* run(folder, at), { read: 3, unchanged: 3 })
      utimesSync(join(folder, "endsong_0.json"), 1, 1)
      assert.deepInclude(yield* run(folder, at), { read: 4, unchanged: 3, duplicate: 1 })
      assert.deepEqual(yield* rows(at, "select * from life.plays order by ended_at"), before)
      assert.deepEqual(yield* staged(at), stagedBefore)
    }).pipe(Effect.scoped)
  )

  it.live("the same entry of another account is another play", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      yield* read(extendedOnly)
      yield* run(join(at, "..", "export"), at, "", "bo")
      assert.lengthOf(yield* rows(at, "select distinct play_id from life.plays"), 2)
    }).pipe(Effect.scoped)
  )
})
