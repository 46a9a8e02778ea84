import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { run as runPlan } from "../../../src/engine/run.ts"
import { Warehouse } from "../../../src/warehouse/warehouse.ts"
import { zipOf } from "../../archive/zips.ts"
import { checkText, scratch, temporaryDirectory } from "../../support/engine.ts"
import { basic, extended, history, home, pipeline, rejects, rows, run, staged, write } from "./entries.ts"

const later = extended({ ts: "2024-02-01T10:00:05Z" })
const earlier = extended({ ts: "2022-02-01T10:00:05Z" })

describe("where files lie", () => {
  it.live("zips, folders, and names that look like patterns", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const folder = join(directory, "my [data] {1}*")
      write(folder, { "Streaming_History_Audio_2023 [1].json": [extended()], "endsong_?.json": [earlier] })
      const zip = yield* Effect.promise(() =>
        zipOf([
          { name: "MyData/StreamingHistory0.json", content: history([basic()]), compress: true },
          { name: "MyData/endsong_7.json", content: history([later]), compress: true },
          { name: "MyData/Userdata.json", content: "{}" }
        ])
      )
      writeFileSync(join(folder, "my_spotify_data.zip"), zip)
      const at = join(directory, "home")
      assert.deepInclude(yield* run(folder, at), { read: 5, new: 3, duplicate: 1, skipped: 1 })
      const found = yield* staged(at)
      assert.deepEqual(
        found.map(({ _member }) => _member),
        ["endsong_?.json", "Streaming_History_Audio_2023 [1].json", "MyData/endsong_7.json"]
      )
      assert.match(String(found[2]?.["_archive"]), /my_spotify_data\.zip$/)
    }).pipe(Effect.scoped)
  )

  it.live("a name that is a pattern doesn't mean its neighbours", () =>
    Effect.gen(function* () {
      const { read } = yield* home
      const files = { "endsong_?.json": [earlier], "endsong_1.json": [extended()], "endsong_*.json": [later] }
      assert.deepInclude(yield* read(files), { read: 3, new: 3, duplicate: 0 })
    }).pipe(Effect.scoped)
  )

  it.live("a damaged file in a folder whose name sounds like a fault of the database", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const ledger = yield* read({
        "corrupt, disk full/endsong_0.json": history([extended(), later]).slice(0, -9),
        "corrupt, disk full/endsong_1.json": [earlier]
      })
      assert.deepInclude(ledger, { read: 3, new: 2, rejected: 1 })
      assert.deepInclude((yield* rejects(at))[0], { code: "spotify-broken-entry" })
    }).pipe(Effect.scoped)
  )

  it.live("an extended history in a zip from before the basic one's enriches it all the same", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const at = join(directory, "home")
      const zip = (name: string, member: string, content: string) =>
        Effect.map(
          Effect.promise(() => zipOf([{ name: member, content }])),
          (bytes) => writeFileSync(join(directory, name), bytes)
        )
      yield* zip("account-20240101T000000Z.zip", "StreamingHistory0.json", history([basic()]))
      yield* zip("extended-20230601T000000Z.zip", "endsong_0.json", history([extended()]))
      for (const name of ["account-*", "extended-*", "account-*"]) yield* run(join(directory, `${name}.zip`), at)
      const [play] = yield* staged(at)
      assert.deepInclude(play, { ended_at: "2023-05-01T18:04:37.000Z", history: "extended" })
    }).pipe(Effect.scoped)
  )

  it.live("a member whose checksum is wrong is rejected, the others are read", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const zip = yield* Effect.promise(() =>
        zipOf([
          { name: "endsong_0.json", content: history([extended()]) },
          { name: "endsong_1.json", content: history([later]) }
        ])
      )
      zip.write("Blue Tuesday".slice(0, 11), zip.indexOf("Blue Monday"))
      writeFileSync(join(directory, "data.zip"), zip)
      const at = join(directory, "home")
      assert.deepInclude(yield* run(join(directory, "data.zip"), at), { read: 2, new: 1, rejected: 1 })
      assert.deepInclude((yield* rejects(at))[0], { code: "archive-damaged", member: "endsong_0.json" })
    }).pipe(Effect.scoped)
  )
})

describe("what is left behind", () => {
  it.live("nothing in the database but the rows", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      write(folder, { "endsong_0.json": history([extended(), later]).slice(0, -9), "endsong_1.json": [extended()] })
      const { plan } = yield* checkText(pipeline(folder))
      if (plan === null) return assert.fail("no plan")
      yield* Effect.scoped(runPlan(plan, "run"))
      const { database } = yield* Warehouse
      const left = yield* database.rows(
        authored("select table_name as name from duckdb_tables() where temporary"),
        Schema.Struct({ name: Schema.String })
      )
      assert.deepEqual(
        left.filter(({ name }) => name.includes("spotify")),
        []
      )
    }).pipe(Effect.scoped, Effect.provide(scratch))
  )

  it.live("with on_error: fail, nothing of the source at all", () =>
    Effect.gen(function* () {
      const { home: at, read } = yield* home
      const files = { "endsong_0.json": [extended(), extended({ ts: "never" })] }
      const error = yield* Effect.flip(read(files, ", on_error: fail"))
      assert.include(String(error), "ended")
      assert.deepEqual(yield* rows(at, "select * from staging.listening__ana"), [])
    }).pipe(Effect.scoped)
  )
})
