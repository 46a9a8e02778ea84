import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { merge, split } from "../../src/command/edit.ts"
import { explain } from "../../src/command/explain.ts"
import { forget } from "../../src/command/forget.ts"
import { run } from "../../src/command/run.ts"
import { undo } from "../../src/command/undo.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { idOf, rowsOf } from "./home.ts"

interface Guest {
  readonly name: string
  readonly address: string
}
const guest = (name: string, address: string): Guest => ({ name, address })

const home = guest("Tom Fischer", "tom@home.example")
const work = guest("Tom Fischer", "tom@work.example")
const club = guest("Tom Fischer", "tom@club.example")
const eva = guest("Eva Maurer", "eva@a.example")
const evi = guest("Evi M", "evi@b.example")

const parties: ReadonlyArray<readonly [title: string, ...guests: ReadonlyArray<Guest>]> = [
  ["Breakfast", home, eva],
  ["Meeting", work, evi],
  ["Match", club],
  ["Rematch", club, eva]
]

const pipelineOf = (directory: string) => `
name: people
sources:
  events:
    type: file.rows
    path: "${join(directory, "*.ndjson")}"
    key: [title]
    entity: events
    columns: { title: VARCHAR, starts_at: TIMESTAMPTZ, ends_at: TIMESTAMPTZ, attendees: JSON }
transforms:
  people: { type: resolve-people, from: events }
sinks:
  memories: { type: memories, from: [events, people] }
`

const write = (directory: string, file: string, events: typeof parties) => {
  mkdirSync(directory, { recursive: true })
  const lines = events.map(([title, ...attendees], index) =>
    JSON.stringify({
      title,
      starts_at: `2024-05-0${index + 1}T18:00:00Z`,
      ends_at: `2024-05-0${index + 1}T20:00:00Z`,
      attendees
    })
  )
  writeFileSync(join(directory, file), `${lines.join("\n")}\n`)
}

const start = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const at = join(directory, "home")
  write(directory, "events.ndjson", parties)
  const imported = runText(pipelineOf(directory), at)
  yield* imported
  return { directory, at, imported }
})

/** Each person with the events they attend. */
const people = (at: string) =>
  Effect.map(
    rowsOf(
      at,
      `select name || ': ' || string_agg(title, ', ' order by starts_at, title) || ' as ' || addresses as person from life.people
        join life.links l on l.from_id = person_id and relation = 'attends' join life.events e on e.event_id = l.to_id
        group by person_id, name, addresses::varchar, addresses order by 1`
    ),
    (rows) => rows.map(({ person }) => person)
  )
const count = (at: string) => rowsOf(at, "select count(*) as n from life.people")
const person = (at: string, address: string) =>
  idOf(at, `select person_id from life.people where list_contains(from_json(addresses, '["varchar"]'), '${address}')`)

const TOM =
  'Tom Fischer: Breakfast, Meeting, Match, Rematch as ["tom@club.example","tom@home.example","tom@work.example"]'
const WITHOUT_CLUB = 'Tom Fischer: Breakfast, Meeting as ["tom@home.example","tom@work.example"]'
const CLUB = 'Tom Fischer: Match, Rematch as ["tom@club.example"]'
const EVA = 'Eva Maurer: Breakfast, Rematch as ["eva@a.example"]'
const EVI = 'Evi M: Meeting as ["evi@b.example"]'
const BOTH = 'Eva Maurer: Breakfast, Meeting, Rematch as ["eva@a.example","evi@b.example"]'

describe("people", () => {
  it.live(
    "that a rule took for one are split by hand, whatever is imported or rebuilt later, until that is undone",
    () =>
      Effect.gen(function* () {
        const { at, directory, imported } = yield* start
        assert.deepEqual(yield* people(at), [EVA, EVI, TOM])
        const before = yield* dump(at)
        const tom = yield* person(at, "tom@club.example")
        const separated = yield* called(split, at, { ids: [tom, "Tom@club.example"] })
        assert.deepInclude(separated, { exit: 0, error: null })
        assert.deepEqual(yield* people(at), [EVA, EVI, WITHOUT_CLUB, CLUB])
        for (const address of ["tom@club.example", "tom@home.example"]) {
          const id = yield* person(at, address)
          const { result } = yield* called(explain, at, { id: Option.some(id), missing: Option.none() })
          assert.deepInclude(result.separated[0], { from: tom })
        }
        // Taken back at once, nothing is left of it.
        yield* called(undo, at, { run: separated.summary.run_id, yes: true })
        assert.deepEqual(yield* dump(at), before)
        const again = yield* called(split, at, { ids: [tom, "tom@club.example"] })
        assert.deepEqual(yield* people(at), [EVA, EVI, WITHOUT_CLUB, CLUB])
        const after = yield* dump(at)
        yield* imported
        assert.deepEqual(yield* dump(at), after)
        // A fourth address joins those that the rule may have, and no id changes.
        const ids = rowsOf(at, "select person_id, name from life.people order by all")
        const known = yield* ids
        write(directory, "more.ndjson", [["Concert", guest("Tom Fischer", "tom@late.example"), eva]])
        yield* imported
        assert.deepEqual(yield* ids, known)
        assert.include(yield* people(at), CLUB)
        const file = join(directory, "people.yaml")
        writeFileSync(file, pipelineOf(directory))
        const rebuilt = yield* called(run, at, { pipeline: file, rebuild: true, budget: Option.none() })
        assert.deepInclude(rebuilt, { error: null, result: { difference: [] } })
        yield* called(undo, at, { run: again.summary.run_id, yes: true })
        const fresh = join(directory, "fresh")
        yield* runText(pipelineOf(directory), fresh)
        assert.deepEqual(yield* people(at), yield* people(fresh))
        assert.deepEqual(yield* count(at), [{ n: 3 }])
      }).pipe(Effect.scoped)
  )

  it.live(
    "that a rule kept apart are merged by hand: one, by the first's name, also with addresses that come later",
    () =>
      Effect.gen(function* () {
        const { at, directory, imported } = yield* start
        const before = yield* dump(at)
        const [kept, other] = [yield* person(at, "eva@a.example"), yield* person(at, "evi@b.example")]
        const merged = yield* called(merge, at, { ids: [kept, other] })
        assert.deepInclude(merged, { exit: 0, error: null })
        assert.deepEqual(yield* people(at), [BOTH, TOM])
        const after = yield* dump(at)
        yield* imported
        assert.deepEqual(yield* dump(at), after)
        // Whose name the merged one shares is the same, too.
        const late = ["e1", "e2", "e3", "e4"].map((name) => guest("Evi M", `${name}@c.example`))
        write(
          directory,
          "more.ndjson",
          late.map((one, index) => [`Party ${index}`, one])
        )
        yield* imported
        assert.deepEqual(yield* count(at), [{ n: 2 }])
        assert.strictEqual(yield* person(at, "e1@c.example"), kept)
        assert.strictEqual(yield* person(at, "evi@b.example"), kept)
        assert.deepEqual(yield* rowsOf(at, `select name from life.people where person_id = '${kept}'`), [
          { name: "Eva Maurer" }
        ])
        const parted = yield* called(split, at, { ids: [kept, other] })
        assert.deepInclude(parted, { exit: 0, error: null })
        const fresh = join(directory, "fresh")
        yield* runText(pipelineOf(directory), fresh)
        assert.deepEqual(yield* people(at), yield* people(fresh))
        assert.notDeepEqual(yield* dump(at), before)
      }).pipe(Effect.scoped)
  )

  it.live("are merged again, and undone in any order", () =>
    Effect.gen(function* () {
      const { at } = yield* start
      const before = yield* dump(at, ["life", "staging"], WHEN)
      const tom = yield* person(at, "tom@club.example")
      const first = yield* called(split, at, { ids: [tom, "tom@club.example"] })
      const apart = yield* person(at, "tom@club.example")
      const second = yield* called(split, at, { ids: [yield* person(at, "tom@work.example"), "tom@work.example"] })
      assert.deepEqual(yield* count(at), [{ n: 5 }])
      const third = yield* called(merge, at, { ids: [yield* person(at, "tom@work.example"), apart] })
      assert.deepInclude(
        yield* people(at),
        'Tom Fischer: Meeting, Match, Rematch as ["tom@club.example","tom@work.example"]'
      )
      for (const { summary } of [first, third, second]) {
        const outcome = yield* called(undo, at, { run: summary.run_id, yes: true })
        assert.isNull(outcome.error)
      }
      assert.deepEqual(yield* dump(at, ["life", "staging"], WHEN), before)
    }).pipe(Effect.scoped)
  )

  it.live("say what can't be split off", () =>
    Effect.gen(function* () {
      const { at } = yield* start
      const tom = yield* person(at, "tom@club.example")
      const problem = (...ids: ReadonlyArray<string>) =>
        Effect.map(called(split, at, { ids }), ({ error, exit }) => [exit, error?.code, error?.message, error?.hint])
      const hint = "There are: tom@club.example, tom@home.example, tom@work.example."
      const [, , , listed] = yield* problem(tom, "tom@nowhere.example")
      assert.deepEqual([...String(listed).matchAll(/tom@\w+\.example/g)].flat().toSorted(), [
        "tom@club.example",
        "tom@home.example",
        "tom@work.example"
      ])
      assert.lengthOf(String(listed), hint.length)
      assert.deepEqual((yield* problem(tom)).slice(0, 2), [2, "too-few-ids"])
      assert.deepEqual((yield* problem(tom, "tom@club.example", "tom@home.example", "tom@work.example")).slice(0, 2), [
        2,
        "nothing-left"
      ])
      assert.deepEqual((yield* problem(yield* person(at, "eva@a.example"), "eva@a.example")).slice(0, 2), [
        2,
        "nothing-merged"
      ])
      // Who else is forgotten doesn't matter to them.
      yield* problem(tom, "tom@club.example", "tom@work.example")
      const decided = rowsOf(
        at,
        "select (select count(*) from life.links where relation = 'same_as') as same, (select count(*) from life.edits) as edits"
      )
      const before = yield* decided
      assert.deepEqual(before, [{ same: 3, edits: 2 }])
      const other = { source: Option.none(), account: Option.none(), connection: Option.none(), place: Option.none() }
      yield* called(forget, at, { ...other, person: Option.some("evi@b.example"), between: [], yes: true })
      assert.deepEqual(yield* count(at), [{ n: 3 }])
      assert.deepEqual(yield* decided, before)
    }).pipe(Effect.scoped)
  )
})
