import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { explain } from "../../src/command/explain.ts"
import { forget } from "../../src/command/forget.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { dump } from "./dump.ts"
import { idOf, rowsOf } from "./home.ts"

const COLUMNS = "{ file_name: VARCHAR, taken_at: TIMESTAMPTZ, albums: JSON, sharers: JSON }"

/** Two accounts, each with an album of that name and place. */
const pipelineOf = (directory: string) => `
name: shared
sources:
  hers: { type: file.rows, path: "${directory}/hers.ndjson", account: ana@example.com, key: [file_name], entity: media, columns: ${COLUMNS} }
  his: { type: file.rows, path: "${directory}/his.ndjson", account: ben@example.com, key: [file_name], entity: media, columns: ${COLUMNS} }
transforms:
  photos: { type: union, from: [hers, his] }
  people: { type: resolve-people, from: photos }
sinks:
  memories: { type: memories, from: [photos, people] }
`

const carol = { name: "Carol Diaz", address: "carol@icloud.example" }
const dan = { name: "Dan Eder", address: null }
const lisbon = { key: "Albums/Lisbon", title: "Lisbon" }
const best = { key: "Albums/Best", title: "Best" }

const picture = (
  name: string,
  albums: ReadonlyArray<typeof lisbon>,
  sharers: ReadonlyArray<typeof carol | typeof dan>,
  album: string | null = "Lisbon"
) => ({
  file_name: name,
  taken_at: "2024-05-04T10:00:00Z",
  albums,
  sharers: sharers.map((sharer) => ({ ...sharer, album }))
})

const write = (directory: string, file: string, rows: ReadonlyArray<object>) =>
  writeFileSync(join(directory, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(""))

it.live("a shared album says who shares it, in each account by itself; a picture's commenters don't", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    const hers = [picture("a.jpg", [lisbon, best], [carol, dan]), picture("b.jpg", [lisbon], [carol])]
    write(directory, "hers.ndjson", hers)
    write(directory, "his.ndjson", [picture("c.jpg", [lisbon], [dan]), picture("d.jpg", [best], [carol], null)])
    const imported = runText(pipelineOf(directory), home)
    yield* imported
    const shares = rowsOf(
      home,
      `select p.name, a.title, evidence::varchar as evidence, list(distinct m.file_name order by m.file_name) as pictures
        from life.links l join life.people p on p.person_id = from_id join life.albums a on a.album_id = to_id
          join life.album_items using (album_id) join life.media m using (media_id)
        where from_type = 'people' and relation = 'shares' and to_type = 'albums' group by p.name, a.title, evidence, album_id order by p.name, pictures`
    )
    const shared = [
      { name: "Carol Diaz", title: "Lisbon", evidence: '{"pictures":2}', pictures: ["a.jpg", "b.jpg"] },
      { name: "Dan Eder", title: "Lisbon", evidence: '{"pictures":1}', pictures: ["a.jpg", "b.jpg"] },
      { name: "Dan Eder", title: "Lisbon", evidence: '{"pictures":1}', pictures: ["c.jpg"] }
    ]
    assert.deepEqual(yield* shares, shared)
    const album = yield* idOf(
      home,
      "select album_id from life.album_items join life.media using (media_id) where file_name = 'b.jpg'"
    )
    const explained = (id: string) =>
      Effect.map(called(explain, home, { id: Option.some(id), missing: Option.none() }), ({ result }) => result)
    const { links } = yield* explained(`albums:${album}`)
    assert.deepEqual(
      links.map(({ direction, label, relation }: { direction: string; label: string; relation: string }) => [
        direction,
        relation,
        label
      ]),
      ["Carol Diaz", "Dan Eder"].map((label) => ["from", "shares", label])
    )
    const person = yield* idOf(home, "select person_id from life.people where name = 'Carol Diaz'")
    const { members } = yield* explained(person)
    assert.deepInclude(
      members.map(({ label, type }: { label: string; type: string }) => [type, label]),
      ["albums", "Lisbon"]
    )
    // Nothing new, and nothing changes; a name that is known by an address now is still the same one.
    const before = yield* dump(home)
    yield* imported
    assert.deepEqual(yield* dump(home), before)
    write(directory, "hers.ndjson", [...hers, picture("e.jpg", [lisbon], [{ ...dan, address: "dan@icloud.example" }])])
    yield* imported
    assert.deepEqual(
      (yield* shares).map(({ evidence, name }) => [name, evidence]),
      [
        ["Carol Diaz", '{"pictures":2}'],
        ["Dan Eder", '{"pictures":2}'],
        ["Dan Eder", '{"pictures":1}']
      ]
    )
    const none = { source: Option.none(), account: Option.none(), connection: Option.none(), place: Option.none() }
    yield* called(forget, home, { ...none, person: Option.some("Dan Eder"), between: [], yes: true })
    assert.deepEqual(yield* rowsOf(home, "select name from life.people"), [{ name: "Carol Diaz" }])
    assert.deepEqual(
      (yield* shares).map(({ name }) => name),
      ["Carol Diaz"]
    )
  }).pipe(Effect.scoped)
)
