import { rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { edit, hide, merge, split, unhide } from "../../src/command/edit.ts"
import { undo } from "../../src/command/undo.ts"
import { lifeOf } from "../conformance/life.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { idOf, rowsOf, runIn, writeEvents, writePhotos } from "./home.ts"

const dinner = { title: "Dinner", starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }
const walk = { title: "Walk", starts: "2024-05-02T09:00:00Z", ends: "2024-05-02T11:00:00Z" }
const photo = (name: string, taken: string, title?: string) => ({
  name,
  taken,
  ...(title === undefined ? {} : { title })
})
const photos = [
  photo("a.jpg", "2024-05-01T18:30:00Z"),
  photo("b.jpg", "2024-05-01T19:30:00Z"),
  photo("c.jpg", "2024-05-02T09:30:00Z"),
  photo("d.jpg", "2024-05-04T09:30:00Z", "By the river"),
  photo("e.jpg", "2024-05-04T09:40:00Z"),
  photo("f.jpg", "2024-05-04T09:50:00Z")
]

const life = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const home = join(directory, "home")
  writePhotos(directory, "photos.csv", photos)
  writeEvents(directory, [dinner, walk])
  yield* runIn(directory, home)
  return { directory, home }
})

/** Imports a photo more, so that the sink loads again. */
const importMore = (directory: string, home: string, name = "z.jpg") => {
  writePhotos(directory, `photos-${name}.csv`, [photo(name, "2024-06-01T10:00:00Z")])
  return runIn(directory, home)
}

const memory = (home: string, title: string) =>
  idOf(home, `select memory_id from life.memories where title = '${title}'`)
const media = (home: string, name: string) => idOf(home, `select media_id from life.media where file_name = '${name}'`)

/** The life without what a later photo added. */
const without = (tables: Record<string, ReadonlyArray<string>>, more: ReadonlyArray<string>) =>
  Object.fromEntries(
    Object.entries(tables).map(([table, lines]) => [
      table,
      lines.filter((line) => !more.some((word) => line.includes(word)))
    ])
  )

describe("edit", () => {
  it.live("wins over what is imported later, and is undone by nothing but itself (I8)", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      const id = yield* media(home, "d.jpg")
      const edited = yield* called(edit, home, {
        id,
        fields: ["title=Ana's river", "taken_at=2024-05-04T11:30+02:00", "description=with = in it"]
      })
      assert.deepInclude(edited, { exit: 0, ok: true, error: null })
      const wanted = [
        { title: "Ana's river", taken_at: "2024-05-04T09:30:00.000Z", description: "with = in it", latitude: 47.5576 }
      ]
      const now = rowsOf(home, `select title, taken_at, description, latitude from life.media where media_id = '${id}'`)
      assert.deepEqual(yield* now, wanted)
      writePhotos(directory, "photos.csv", [photo("d.jpg", "2024-05-04T08:00:00Z", "Renamed"), ...photos.slice(0, 3)])
      yield* runIn(directory, home)
      assert.deepEqual(yield* now, wanted)
      assert.deepEqual(yield* rowsOf(home, "select field, value->>'$' as value from life.masked order by field"), [
        { field: "description", value: null },
        { field: "taken_at", value: "2024-05-04 08:00:00+00" },
        { field: "title", value: "Renamed" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("changes nothing twice (I3)", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      const id = yield* memory(home, "Dinner")
      yield* called(edit, home, { id, fields: ["title=Supper"] })
      const before = yield* lifeOf(home)
      yield* called(edit, home, { id, fields: ["title=Supper"] })
      yield* importMore(directory, home)
      const after = yield* lifeOf(home)
      assert.deepEqual(
        after["memories"]?.filter((line) => line.includes("Supper")),
        before["memories"]?.filter((line) => line.includes("Supper"))
      )
      assert.deepEqual(yield* rowsOf(home, "select count(*) as n from life.edits"), [{ n: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong, and changes nothing then", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const id = yield* media(home, "a.jpg")
      const before = yield* lifeOf(home)
      const problem = (fields: ReadonlyArray<string>, of = id as string) =>
        Effect.map(called(edit, home, { id: of, fields }), ({ error, exit }) => [
          exit,
          error?.code,
          error?.message,
          error?.hint
        ])
      assert.deepEqual(yield* problem(["titel=x"]), [
        2,
        "unknown-field",
        'media has no field "titel".',
        'Did you mean "title"?'
      ])
      const known = (yield* problem(["content_hash=x"]))[3]
      assert.match(String(known), /^There are: kind, file_name, taken_at/)
      assert.deepEqual((yield* problem(["title=fine", "latitude=north"])).slice(0, 3), [
        2,
        "wrong-value",
        'latitude: "north" is not a number, such as 47.5596.'
      ])
      assert.deepEqual((yield* problem(["latitude=91"]))[2], 'latitude: "91" is not between -90 and 90.')
      assert.deepEqual(
        (yield* problem(["taken_at=2024-05-01 10:00"]))[2],
        'taken_at: "2024-05-01 10:00" is not a time with its offset, such as 2024-05-01T18:30+02:00.'
      )
      assert.deepEqual(
        (yield* problem(["time_zone=Zurich"]))[2],
        'time_zone: "Zurich" is not a time zone, such as Europe/Zurich.'
      )
      assert.deepEqual((yield* problem(["title"]))[1], "no-value")
      assert.deepEqual((yield* problem(["title=x"], "11111111-1111-5111-8111-111111111111"))[1], "unknown-id")
      assert.deepEqual((yield* problem(["title=x"], "meida:11111111"))[3], 'Did you mean "media"?')
      assert.deepEqual(yield* lifeOf(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("hides and shows again; a rebuilt life is still hidden", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      const id = yield* memory(home, "Walk")
      yield* called(hide, home, { ids: [id.slice(0, 12)] })
      const hidden = rowsOf(home, "select title from life.memories where hidden")
      assert.deepEqual(yield* hidden, [{ title: "Walk" }])
      yield* importMore(directory, home)
      assert.deepEqual(yield* hidden, [{ title: "Walk" }])
      yield* called(unhide, home, { ids: [id] })
      assert.deepEqual(yield* hidden, [])
    }).pipe(Effect.scoped)
  )
})

describe("merge and split", () => {
  it.live("memories that are one stay one, with all members", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      const kept = yield* memory(home, "Dinner")
      const other = yield* memory(home, "Walk")
      const merged = yield* called(merge, home, { ids: [kept, other] })
      assert.deepInclude(merged, { exit: 0, error: null })
      const now = Effect.gen(function* () {
        return {
          memories: yield* rowsOf(home, "select title, starts_at, ends_at from life.memories where kind = 'event'"),
          members: yield* rowsOf(
            home,
            `select coalesce(m.file_name, e.title) as member from life.links l left join life.media m on m.media_id = l.to_id
              left join life.events e on e.event_id = l.to_id
              where relation = 'contains' and from_id = '${kept}' order by 1`
          ),
          others: yield* rowsOf(
            home,
            `select 1 as n from life.links where from_type = 'memory' and from_id = '${other}'`
          )
        }
      })
      assert.deepEqual(yield* now, {
        memories: [{ title: "Dinner", starts_at: "2024-05-01T18:00:00.000Z", ends_at: "2024-05-02T11:00:00.000Z" }],
        members: ["Dinner", "Walk", "a.jpg", "b.jpg", "c.jpg"].map((member) => ({ member })),
        others: []
      })
      const before = yield* lifeOf(home)
      yield* importMore(directory, home)
      const more = [
        yield* media(home, "z.jpg"),
        yield* idOf(home, "select memory_id from life.memories order by starts_at desc limit 1")
      ]
      assert.deepEqual(without(yield* lifeOf(home), more), before)
    }).pipe(Effect.scoped)
  )

  it.live("a moment of few pictures keeps them, its id and its title when one of more is merged into it", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      yield* importMore(directory, home)
      const [many, few] = [
        yield* idOf(home, "select memory_id from life.memories where kind = 'moment' order by starts_at"),
        yield* idOf(home, "select memory_id from life.memories where kind = 'moment' order by starts_at desc")
      ]
      yield* called(merge, home, { ids: [few, many] })
      const members = rowsOf(
        home,
        `select file_name from life.links l join life.media on media_id = to_id where from_id = '${few}' order by 1`
      )
      const named = (...names: ReadonlyArray<string>) => names.map((file_name) => ({ file_name }))
      assert.deepEqual(yield* members, named("d.jpg", "e.jpg", "f.jpg", "z.jpg"))
      const spans = rowsOf(
        home,
        `select starts_at::date::varchar as starts, ends_at::date::varchar as ends from life.memories where memory_id = '${few}'`
      )
      assert.deepEqual(yield* spans, [{ starts: "2024-05-04", ends: "2024-06-01" }])
      yield* importMore(directory, home, "y.jpg")
      assert.deepEqual(yield* members, named("d.jpg", "e.jpg", "f.jpg", "y.jpg", "z.jpg"))
    }).pipe(Effect.scoped)
  )

  it.live("what a split took apart is one again when that is undone, whichever is undone first", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const apart = yield* dump(home)
      const alike = yield* dump(home, ["life"], WHEN)
      const ids = [yield* memory(home, "Dinner"), yield* memory(home, "Walk")]
      const merged = yield* called(merge, home, { ids })
      const whole = yield* dump(home)
      const parted = yield* called(split, home, { ids: ids.slice(0, 1) })
      assert.deepEqual(yield* dump(home, ["life"], WHEN), alike)
      const undone = ({ summary }: typeof merged) => called(undo, home, { run: summary.run_id, yes: true })
      yield* undone(parted)
      assert.deepEqual(yield* dump(home), whole)
      const again = yield* called(split, home, { ids: ids.slice(0, 1) })
      for (const one of [merged, again]) assert.isNull((yield* undone(one)).error)
      assert.deepEqual(yield* dump(home), apart)
    }).pipe(Effect.scoped)
  )

  it.live("only equals can be merged, and none with itself", () =>
    Effect.gen(function* () {
      const { home } = yield* life
      const [a, m] = [yield* memory(home, "Dinner"), yield* media(home, "a.jpg")]
      const wrong = yield* called(merge, home, { ids: [a, m] })
      assert.deepInclude(wrong, { exit: 2 })
      assert.strictEqual(wrong.error?.code, "types-differ")
      assert.strictEqual((yield* called(merge, home, { ids: [a, a] })).error?.code, "same-id")
    }).pipe(Effect.scoped)
  )

  it.live("members that were split off stay a memory of their own", () =>
    Effect.gen(function* () {
      const { directory, home } = yield* life
      const moment = yield* idOf(home, "select memory_id from life.memories where kind = 'moment'")
      const e = yield* media(home, "e.jpg")
      const outcome = yield* called(split, home, { ids: [moment, e] })
      assert.deepInclude(outcome, { exit: 0, error: null })
      const contents = rowsOf(
        home,
        `select list(file_name order by file_name) as files from life.links l join life.media m on m.media_id = l.to_id
          join life.memories x on x.memory_id = l.from_id
          where relation = 'contains' and x.kind = 'moment' group by from_id order by 1`
      )
      assert.deepEqual(yield* contents, [{ files: ["d.jpg", "f.jpg"] }, { files: ["e.jpg"] }])
      const before = yield* lifeOf(home)
      yield* importMore(directory, home)
      const more = [
        yield* media(home, "z.jpg"),
        yield* idOf(home, "select memory_id from life.memories order by starts_at desc limit 1")
      ]
      assert.deepEqual(without(yield* lifeOf(home), more), before)
      const all = yield* called(split, home, {
        ids: [yield* idOf(home, "select from_id from life.links where rule = 'edit/1'"), e]
      })
      assert.strictEqual(all.error?.code, "nothing-left")
      const dinner = yield* memory(home, "Dinner")
      const event = yield* called(split, home, { ids: [dinner, `events:${dinner}`] })
      assert.strictEqual(event.error?.message, `${dinner} is the event that the memory is of: it can't be taken out.`)
      rmSync(join(directory, "photos.csv"))
    }).pipe(Effect.scoped)
  )
})
