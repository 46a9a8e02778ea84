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
      { file_name: "b.jpg", latitude: 46.2, location_status: null }
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
