import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"

const pipeline = (directory: string) => `
name: located
sources:
  photos: { type: file.rows, path: ${join(directory, "photos.csv")}, entity: media, key: [file_name] }
  stays: { type: file.rows, path: ${join(directory, "stays.csv")}, entity: visits, key: [starts_at] }
transforms:
  placed: { type: infer-place, from: photos, visits: stays }
sinks:
  memories: { type: memories, from: [placed, stays] }
`

it.live("a place that was inferred says so, and from what, with the seconds between", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    const photos = [
      "file_name,taken_at,latitude,longitude",
      "a.jpg,2024-05-01T10:30:00Z,,",
      "b.jpg,2024-05-01T10:30:00Z,46.2,6.1"
    ]
    const stays = ["starts_at,ends_at,latitude,longitude", "2024-05-01T10:00:00Z,2024-05-01T12:00:00Z,47.4,8.5"]
    writeFileSync(join(directory, "photos.csv"), photos.join("\n"))
    writeFileSync(join(directory, "stays.csv"), stays.join("\n"))
    yield* runText(pipeline(directory), home)
    const media = yield* query(
      home,
      authored("select file_name, latitude, location_status from life.media order by file_name")
    )
    assert.deepStrictEqual(media, [
      { file_name: "a.jpg", latitude: 47.4, location_status: "inferred" },
      { file_name: "b.jpg", latitude: 46.2, location_status: "known" }
    ])
    const links = yield* query(
      home,
      authored(`select m.file_name, l.relation, l.rule, l.evidence->'$.seconds' as seconds, v.latitude
        from life.links l join life.media m on m.media_id = l.from_id join life.visits v on v.visit_id = l.to_id`)
    )
    assert.deepStrictEqual(links, [
      { file_name: "a.jpg", relation: "located_by", rule: "infer-place/2:visit", seconds: "[0.0]", latitude: 47.4 }
    ])
  }).pipe(Effect.scoped)
)

const COLUMNS = "{ file_name: VARCHAR, latitude: DOUBLE, longitude: DOUBLE, location_status: VARCHAR, title: VARCHAR }"
const several = (directory: string, from: ReadonlyArray<string>) => `
name: located
sources:
${["owned", "guessed", "withheld"]
  .map(
    (name) =>
      `  ${name}: { type: file.rows, path: ${join(directory, `${name}.csv`)}, entity: media, key: [file_name], columns: ${COLUMNS} }`
  )
  .join("\n")}
sinks:
  memories: { type: memories, from: [${from.join(", ")}] }
`

it.live("whichever source comes last: who knows a place best says where it is, and how that is known (I3)", () =>
  Effect.gen(function* () {
    for (const order of [
      ["owned", "guessed", "withheld"],
      ["withheld", "guessed", "owned"],
      ["guessed", "withheld", "owned"]
    ]) {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const write = (name: string, rows: ReadonlyArray<string>) =>
        writeFileSync(
          join(directory, `${name}.csv`),
          ["file_name,latitude,longitude,location_status,title", ...rows].join("\n")
        )
      write("owned", ["a.jpg,47.4,8.5,known,", "b.jpg,,,unknown,", "c.jpg,,,unknown,"])
      write("guessed", ["a.jpg,40,-70,inferred,", "b.jpg,46.2,6.1,inferred,", "c.jpg,,,unknown,"])
      write("withheld", ["a.jpg,,,withheld,", "b.jpg,,,withheld,", "c.jpg,,,withheld,"])
      const located = query(
        home,
        authored("select file_name, latitude, longitude, location_status, title from life.media order by file_name")
      )
      yield* runText(several(directory, order), home)
      assert.deepStrictEqual(yield* located, [
        { file_name: "a.jpg", latitude: 47.4, longitude: 8.5, location_status: "known", title: null },
        { file_name: "b.jpg", latitude: 46.2, longitude: 6.1, location_status: "inferred", title: null },
        { file_name: "c.jpg", latitude: null, longitude: null, location_status: "withheld", title: null }
      ])
      // A change of something else leaves it.
      write("withheld", ["a.jpg,,,withheld,A", "b.jpg,,,withheld,", "c.jpg,,,withheld,"])
      const { sinks } = yield* runText(several(directory, order), home)
      assert.strictEqual(sinks["memories"]?.updated, 1)
    }
  }).pipe(Effect.scoped)
)
