import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { edit } from "../../src/command/edit.ts"
import { undo } from "../../src/command/undo.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { filesIn, forgotten, remaining } from "./forgotten.ts"
import { idOf, rowsOf } from "./home.ts"

const COLUMNS =
  "{ file_name: VARCHAR, taken_at: TIMESTAMPTZ, local_date: DATE, latitude: DOUBLE, longitude: DOUBLE, title: VARCHAR, description: VARCHAR }"

/** Two sources that have some of the same photos, a third of another account, and a calendar with people. */
const pipeline = (directory: string) => `
name: lives
sources:
  mine: { type: file.rows, path: "${directory}/mine.csv", key: [file_name], entity: media, columns: ${COLUMNS} }
  copies: { type: file.rows, path: "${directory}/copies.csv", key: [file_name], entity: media, columns: ${COLUMNS} }
  theirs: { type: file.rows, path: "${directory}/theirs.csv", account: ben@example.com, key: [file_name], entity: media, columns: ${COLUMNS.replace("}", ", sharers: JSON }")} }
  events: { type: ics.events, path: "${directory}/calendar.ics" }
transforms:
  everything: { type: union, from: [mine, copies, theirs] }
  unique: { type: dedupe, from: everything, by: file_name, prefer: [description] }
  placed: { type: reverse-geocode, from: unique }
  during: { type: join-time-place, left: placed, right: events, time: { within: 10m } }
  moments: { type: group-moments, from: during }
sinks:
  memories: { type: memories, from: [moments, events] }
`

const HEAD = "file_name,taken_at,local_date,latitude,longitude,title,description\n"
const calendar = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:supper@example.com
SUMMARY:Supper with Carla Quillfeather
DTSTART:20240501T180000Z
DTEND:20240501T210000Z
ORGANIZER;CN=Carla Quillfeather:mailto:carla@quillfeather.example
ATTENDEE;CN=Dan Otherman:mailto:dan@otherman.example
END:VEVENT
END:VCALENDAR
`.replaceAll("\n", "\r\n")

const life = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const home = join(directory, "home")
  writeFileSync(
    join(directory, "mine.csv"),
    `${HEAD}a.jpg,2024-05-01T18:30:00Z,2024-05-01,47.55,7.58,,Quokkas at supper
b.jpg,2024-06-02T10:00:00Z,2024-06-02,46.94,7.44,Zebrafinch,
broken,not a time,,,,Walrusword,
`
  )
  writeFileSync(join(directory, "copies.csv"), `${HEAD}a.jpg,2024-05-01T18:30:00Z,2024-05-01,47.55,7.58,Plain,\n`)
  const sharers = `"[{""name"":""Carla Quillfeather"",""album"":""Lake""},{""name"":""Dan Otherman"",""album"":""Lake""}]"`
  writeFileSync(
    join(directory, "theirs.csv"),
    `${HEAD.trimEnd()},sharers\nt.jpg,2024-07-02T10:00:00Z,2024-07-02,46.2,6.14,Ibexhorn,,${sharers}\n`
  )
  writeFileSync(join(directory, "calendar.ics"), calendar)
  const again = runText(pipeline(directory), home)
  yield* again
  // A second run leaves before-images.
  writeFileSync(
    join(directory, "mine.csv"),
    `${HEAD}a.jpg,2024-05-01T18:30:00Z,2024-05-01,47.55,7.58,,Numbats at supper
b.jpg,2024-06-02T10:00:00Z,2024-06-02,46.94,7.44,Zebrafinch,
broken,not a time,,,,Walrusword,
`
  )
  const { run_id } = yield* again
  mkdirSync(join(home, "logs"))
  writeFileSync(join(home, "logs", "run.log"), "Zebrafinch was here")
  writeFileSync(join(home, "spill", "block.tmp"), "Zebrafinch was here")
  return { directory, home, again, run_id }
})

const MINE = ["Quokkas", "Numbats", "Zebrafinch", "Walrusword", "b.jpg", "mine.csv"]

describe("forget", () => {
  it.live(
    "--source leaves nothing of it, in no table, image, file or block; what others have too stays as they have it",
    () =>
      Effect.gen(function* () {
        const { directory, home, run_id } = yield* life
        const before = yield* remaining(home, MINE)
        for (const word of MINE.slice(0, 5))
          assert.isTrue(
            before.some((found) => found.startsWith(`${word} in `)),
            word
          )
        const asked = yield* forgotten(home, { source: "lives.mine", yes: false })
        assert.strictEqual(asked.error?.code, "not-confirmed")
        assert.match(String(asked.error?.message), /lives\.mine\s+2 staged records, all there are/)
        assert.match(String(asked.error?.message), /media\s+1 row; 1 stays, as other sources have it too/)
        const outcome = yield* forgotten(home, { source: "lives.mine" })
        assert.deepInclude(outcome, { exit: 0, error: null })
        assert.deepInclude(outcome.summary, {
          selector: "source",
          records: 2,
          rebuilt: ["lives"],
          brings_it_again: ["lives"]
        })
        assert.isFalse(filesIn(home).some((file) => /\.wal$|\.new$/.test(file)))
        const [size] = yield* rowsOf(home, "select free_blocks from pragma_database_size()")
        assert.deepEqual(size, { free_blocks: 0 })
        // The pipeline's text names the file that it would be read from.
        const left = yield* remaining(home, MINE)
        assert.deepEqual(
          left.filter((found) => found !== "mine.csv in state.runs"),
          []
        )
        assert.deepEqual(yield* rowsOf(home, "select file_name, title, description from life.media order by 1"), [
          { file_name: "a.jpg", title: "Plain", description: null },
          { file_name: "t.jpg", title: "Ibexhorn", description: null }
        ])
        assert.deepEqual(
          yield* rowsOf(home, "select count(*) as n from life.memories where title = 'Supper with Carla Quillfeather'"),
          [{ n: 1 }]
        )
        assert.strictEqual((yield* called(undo, home, { run: run_id, yes: true })).error?.code, "not-undoable")
        // A later run imports it again, as the receipt says.
        yield* runText(pipeline(directory), home)
        assert.deepEqual(yield* rowsOf(home, "select file_name, description from life.media order by 1"), [
          { file_name: "a.jpg", description: "Numbats at supper" },
          { file_name: "b.jpg", description: null },
          { file_name: "t.jpg", description: null }
        ])
      }).pipe(Effect.scoped)
  )

  it.live("--account takes the account's name along", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      assert.strictEqual(
        (yield* forgotten(home, { account: "ben@exmple.com" })).error?.hint,
        'Did you mean "ben@example.com"?'
      )
      const outcome = yield* forgotten(home, { account: "ben@example.com" })
      assert.deepInclude(outcome, { exit: 0, error: null })
      assert.deepEqual(yield* remaining(home, ["ben@example.com", "Ibexhorn", "t.jpg"]), [])
      assert.deepEqual(yield* rowsOf(home, "select file_name from life.media order by 1"), [
        { file_name: "a.jpg" },
        { file_name: "b.jpg" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("--between takes days, from all sources, and edits of them", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const id = yield* idOf(home, "select media_id from life.media where file_name = 'b.jpg'")
      yield* called(edit, home, { id, fields: ["description=Axolotls"] })
      const wrong = yield* forgotten(home, { between: ["2024-06-30", "2024-06-01"] })
      assert.strictEqual(wrong.error?.code, "wrong-span")
      assert.isNull((yield* forgotten(home, { between: ["2024-06-01", "2024-06-30"] })).error)
      assert.deepEqual(yield* remaining(home, ["Zebrafinch", "Axolotls", id]), [])
      assert.deepEqual(yield* rowsOf(home, "select file_name from life.media order by 1"), [
        { file_name: "a.jpg" },
        { file_name: "t.jpg" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("--person takes a person out of what they took part in", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const outcome = yield* forgotten(home, { person: "carla@quillfeather.example" })
      assert.deepInclude(outcome, { exit: 0, error: null })
      assert.deepEqual(yield* remaining(home, ["Quillfeather", "quillfeather"]), [])
      assert.deepEqual(yield* rowsOf(home, "select name from life.people"), [{ name: "Dan Otherman" }])
      assert.deepEqual(yield* rowsOf(home, "select title from life.events"), [{ title: "Supper with …" }])
      assert.deepEqual(yield* rowsOf(home, "select sharers from staging.lives__theirs"), [
        { sharers: '[{"name":"Dan Otherman","album":"Lake"}]' }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("--place takes what happened there", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const [place] = yield* rowsOf(
        home,
        "select p.name from life.places p join life.links l on l.to_id = p.place_id join life.media m on m.media_id = l.from_id where m.file_name = 't.jpg'"
      )
      yield* forgotten(home, { place: String(place?.["name"]) })
      assert.deepEqual(yield* remaining(home, ["Ibexhorn", "t.jpg"]), [])
      assert.deepEqual(yield* rowsOf(home, "select count(*) as n from life.media"), [{ n: 2 }])
    }).pipe(Effect.scoped)
  )

  it.live("says what is not known, and takes one selection at a time", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      assert.strictEqual((yield* forgotten(home, {})).error?.code, "no-selection")
      assert.strictEqual((yield* forgotten(home, { source: "lives.mine", account: "x" })).error?.code, "no-selection")
      assert.deepInclude((yield* forgotten(home, { source: "lives.mines" })).error, {
        message: 'There is no source "lives.mines".',
        hint: 'Did you mean "lives.mine"?'
      })
      assert.strictEqual(
        (yield* forgotten(home, { person: "Carla Quillfather" })).error?.hint,
        'Did you mean "Carla Quillfeather"?'
      )
    }).pipe(Effect.scoped)
  )
})
