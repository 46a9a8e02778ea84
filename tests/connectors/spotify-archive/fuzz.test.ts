import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type Sql, authored } from "../../../src/component/sql.ts"
import { run } from "../../../src/engine/run.ts"
import { type NonEmpty, type Random, stream } from "../../../src/sample/random.ts"
import { Warehouse } from "../../../src/warehouse/warehouse.ts"
import { zipOf } from "../../archive/zips.ts"
import { checkText, scratch, temporaryDirectory } from "../../support/engine.ts"
import { ADDRESS, type Entry, NOT_MUSIC, basic, extended, history, pipeline } from "./entries.ts"

/** Broken copies of each family. */
const COPIES = Number(process.env["KEEPSAKE_FUZZ"] ?? 50)

/** Copies that are read in one run. */
const AT_ONCE = 10

const minutes = Array.from({ length: 40 }, (_, index) => String(index + 10))

const songs = minutes.map((minute, index) =>
  extended({
    ts: `2023-05-01T18:${minute}:37Z`,
    master_metadata_track_name: `東京 "${index}" }],[{`,
    incognito_mode: index % 7 === 0
  })
)

const shows = minutes.map((minute) =>
  extended({ ...NOT_MUSIC, ts: `2023-05-01T18:${minute}:37Z`, episode_name: "Monday", episode_show_name: "The Daily" })
)

const FAMILIES: NonEmpty<readonly [file: string, entries: ReadonlyArray<Entry>]> = [
  ["endsong_0.json", songs],
  ["Streaming_History_Audio_2023_0.json", [...songs.slice(0, 20), ...shows.slice(20)]],
  ["Streaming_History_Video_2023.json", songs],
  ["StreamingHistory0.json", minutes.map((minute) => basic({ endTime: `2023-05-01 18:${minute}` }))],
  [
    "StreamingHistory_music_0.json",
    minutes.map((minute, index) => basic({ endTime: `2023-05-01 18:${minute}`, trackName: `é${index}` }))
  ],
  [
    "StreamingHistory_podcast_0.json",
    minutes.map((minute) => ({ endTime: `2023-05-01 18:${minute}`, podcastName: "p", episodeName: "e", msPlayed: 7 }))
  ]
]

const NAMES: NonEmpty<string> = [
  "copy of history.json",
  "StreamingHistory.json",
  "endsong_0 (1).json",
  "Playlist1.json",
  "Streaming_History_Video_[2023].json",
  "history",
  "endsong_0.json.bak",
  "Streaming_History_Audio_%2e%2e.JSON"
]

/** Cut, with flipped bits, or both; sometimes only under another name. */
const damaged = (whole: Buffer, random: Random): Buffer => {
  const bytes = Buffer.from(whole)
  const turn = random.next()
  for (let flips = turn < 0.55 ? random.integer(1, 5) : 0; flips > 0; flips--) {
    const at = random.integer(0, bytes.length - 1)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7))
  }
  return turn > 0.45 && turn < 0.9 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes
}

const numbers = Effect.fnUntraced(function* (query: string) {
  const { database } = yield* Warehouse
  const statement: Sql = authored(query)
  const [row] = yield* database.rows(statement, Schema.Record(Schema.String, Schema.Number))
  return row ?? {}
})

describe(`${COPIES} broken copies of each family`, () => {
  for (const [file, entries] of FAMILIES) {
    it.live(`${file}: no crash, no hang, no row that the ledger doesn't own, no address`, () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const folder = join(directory, "export")
        const { plan } = yield* checkText(pipeline(folder))
        if (plan === null) return assert.fail("no plan")
        const whole = Buffer.from(history(entries))
        let fresh = 0
        let rejected = 0
        for (let first = 0; first < COPIES; first += AT_ONCE) {
          rmSync(folder, { recursive: true, force: true })
          for (let copy = first; copy < Math.min(first + AT_ONCE, COPIES); copy++) {
            const random = stream("spotify-fuzz", file, copy)
            mkdirSync(join(folder, `${copy}`), { recursive: true })
            const name = random.chance(0.3) ? random.pick(NAMES) : file
            const content = damaged(whole, random)
            if (random.chance(0.3)) {
              const zip = yield* Effect.promise(() => zipOf([{ name, content, compress: random.chance(0.5) }]))
              writeFileSync(join(folder, `${copy}.zip`), zip)
            } else writeFileSync(join(folder, `${copy}`, name), content)
            // A whole one beside it is read, whatever is wrong with the others.
            writeFileSync(join(folder, `${copy}`, "endsong_9.json"), history([extended({ ms_played: copy })]))
          }
          const { sources } = yield* Effect.scoped(run(plan, "run"))
          fresh += sources["ana"]?.new ?? 0
          rejected += sources["ana"]?.rejected ?? 0
        }
        const found = yield* numbers(`select (select count(*) from staging.listening__ana) as staged,
          (select count(distinct _id) from staging.listening__ana) as ids, (select count(*) from life.plays) as plays,
          (select count(*) from state.rejects) as rejects,
          (select count(*) from life.plays where played_ms < ${COPIES} and track_title = 'Blue Monday') as intact,
          (select count(*) from staging.listening__ana s where to_json(s)::varchar like '%${ADDRESS}%')
            + (select count(*) from state.rejects where decode(raw) like '%${ADDRESS}%') as addresses`)
        assert.deepEqual(found, {
          staged: fresh,
          ids: fresh,
          plays: fresh,
          rejects: rejected,
          intact: COPIES,
          addresses: 0
        })
        assert.isAbove(rejected, 0)
      }).pipe(Effect.scoped, Effect.provide(scratch))
    )
  }
})
