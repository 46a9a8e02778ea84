import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { zipOf } from "../archive/zips.ts"
import { encode } from "jpeg-js"
import { query, runText, temporaryDirectory } from "../support/engine.ts"

const PICTURE = encode({ width: 8, height: 8, data: Buffer.alloc(256) }, 80).data

const OLD = "takeout-20230101T000000Z-001.zip"
const NEW = "takeout-20240101T000000Z-001.zip"

/** An export of one picture, with the caption that it had then. */
const write = (directory: string, name: string, description: string) =>
  Effect.promise(async () => {
    const folder = "Takeout/Google Photos/Photos from 2017"
    const sidecar = { title: "a.jpg", description, photoTakenTime: { timestamp: "1500000000" } }
    const zip = await zipOf([
      { name: `${folder}/a.jpg`, content: PICTURE },
      { name: `${folder}/a.jpg.json`, content: JSON.stringify(sidecar) }
    ])
    writeFileSync(join(directory, name), zip)
  })

const pipeline = (directory: string, pattern: string) => `
name: exports
sources:
  photos: { type: google-takeout.photos, path: ${join(directory, pattern)} }
sinks:
  memories: { type: memories, from: photos }
`

const captions = (home: string) => query(home, authored("select description, revision from life.media"))

describe("exports of different dates", () => {
  it.live("an older one takes nothing away of what a newer one said", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, NEW, "Ana at the lake")
      yield* write(directory, OLD, "")
      yield* runText(pipeline(directory, NEW), home)
      const { sources } = yield* runText(pipeline(directory, OLD), home)
      assert.deepInclude(sources["photos"], { read: 1, unchanged: 1, changed: 0 })
      assert.deepStrictEqual(yield* captions(home), [{ description: "Ana at the lake", revision: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("a newer one replaces what an older one said, once", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, OLD, "A lake")
      yield* write(directory, NEW, "Ana at the lake")
      yield* runText(pipeline(directory, OLD), home)
      const { sources } = yield* runText(pipeline(directory, NEW), home)
      assert.deepInclude(sources["photos"], { read: 1, changed: 1 })
      const both = yield* runText(pipeline(directory, "*.zip"), home)
      assert.deepInclude(both.sources["photos"], { read: 2, unchanged: 1, duplicate: 1, changed: 0, new: 0 })
      assert.deepStrictEqual(yield* captions(home), [{ description: "Ana at the lake", revision: 2 }])
    }).pipe(Effect.scoped)
  )

  it.live("read together, the newest counts", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, OLD, "A lake")
      yield* write(directory, NEW, "Ana at the lake")
      const { sources } = yield* runText(pipeline(directory, "*.zip"), home)
      assert.deepInclude(sources["photos"], { read: 2, new: 1, duplicate: 1 })
      assert.deepStrictEqual(yield* captions(home), [{ description: "Ana at the lake", revision: 1 }])
    }).pipe(Effect.scoped)
  )
})
