import { lstatSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { edit, hide } from "../../src/command/edit.ts"
import { exportLife } from "../../src/command/export.ts"
import { importLife } from "../../src/command/import.ts"
import { writeSample } from "../../src/sample/index.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { derivedPipeline, writeDerived } from "./derived.ts"
import { dump } from "./dump.ts"
import { idOf, rowsOf, runIn, writeEvents, writePhotos } from "./home.ts"

const filesIn = (directory: string, root = directory): ReadonlyArray<string> =>
  readdirSync(directory)
    .flatMap((entry) => {
      const path = join(directory, entry)
      return statSync(path).isDirectory() ? filesIn(path, root) : [relative(root, path)]
    })
    .toSorted()

const exported = (home: string, directory: string, media: "copy" | "link" | "none" = "copy") =>
  called(exportLife, home, { directory, media })

describe("export", () => {
  it.live("and import and export give the same bytes: tables, pictures and timeline", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* Effect.provide(writeSample({ directory, days: 12, seed: 5 }), NodeServices.layer)
      yield* runText(
        `
name: zips
sources:
  photos: { type: google-takeout.photos, path: "${directory}/takeout-*.zip" }
  events: { type: ics.events, path: "${directory}/calendar.ics" }
transforms:
  placed: { type: reverse-geocode, from: photos }
  during: { type: join-time-place, left: placed, right: events, time: { within: 30m } }
  moments: { type: group-moments, from: during }
sinks:
  memories: { type: memories, from: [moments, events] }
`,
        home
      )
      const id = yield* idOf(home, "select memory_id from life.memories where kind = 'event' limit 1")
      yield* called(edit, home, { id, fields: ["title=Mine"] })
      const [first, second, other] = ["first", "second", "other"].map((name) => join(directory, name))
      const outcome = yield* exported(home, first ?? "")
      assert.deepInclude(outcome, { exit: 0, error: null })
      assert.isAbove(outcome.summary.media, 5)
      assert.strictEqual(outcome.summary.media_missing, 0)
      const read = yield* called(importLife, other ?? "", { directory: first ?? "" })
      assert.deepInclude(read, { exit: 0, error: null })
      assert.deepEqual(yield* dump(other ?? "", ["life"]), yield* dump(home, ["life"]))
      yield* exported(other ?? "", second ?? "")
      const files = filesIn(first ?? "")
      assert.deepEqual(filesIn(second ?? ""), files)
      assert.includeMembers([...files], ["timeline.html", "life/memories.parquet", "life/memories.ndjson"])
      for (const file of files) {
        assert.isTrue(readFileSync(join(first ?? "", file)).equals(readFileSync(join(second ?? "", file))), file)
      }
      const again = yield* called(importLife, other ?? "", { directory: first ?? "" })
      assert.strictEqual(again.error?.code, "home-not-empty")
      const nothing = yield* called(importLife, join(directory, "fourth"), { directory: home })
      assert.strictEqual(nothing.error?.code, "not-an-export")
    }).pipe(Effect.scoped)
  )

  it.live("shows text as text, leaves out what is hidden, and asks nothing of a network", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const evil = `<script src="https://evil.example/x.js"></script>'"&`
      writePhotos(directory, "photos.csv", [
        { name: "a.jpg", taken: "2024-05-01T18:30:00Z", title: `"><img src=x onerror=alert(1)>` },
        { name: "b.jpg", taken: "2024-05-03T18:30:00Z" }
      ])
      writeEvents(directory, [{ title: evil, starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }])
      yield* runIn(directory, home)
      yield* called(hide, home, {
        ids: [yield* idOf(home, "select memory_id from life.memories where kind = 'moment'")]
      })
      const out = join(directory, "out")
      const outcome = yield* exported(home, out, "none")
      assert.strictEqual(outcome.summary.memories, 1)
      const html = readFileSync(join(out, "timeline.html"), "utf8")
      assert.notMatch(html, /<script|<img|onerror=alert\(1\)>|(src|href)="(https?:)?\/\//)
      assert.include(html, "&#60;script src=&#34;https://evil.example/x.js&#34;&#62;&#60;/script&#62;&#39;&#34;&#38;")
      assert.include(html, `default-src 'none'`)
      // The tables keep all, hidden or not.
      assert.strictEqual(
        readFileSync(join(out, "life", "memories.ndjson"), "utf8")
          .trim()
          .split("\n").length,
        2
      )
      const full = join(directory, "full")
      mkdirSync(full)
      writeFileSync(join(full, "mine.txt"), "mine")
      assert.strictEqual((yield* exported(home, full)).error?.code, "not-empty")
    }).pipe(Effect.scoped)
  )

  it.live("tells what happened on a day within it, and trips before their days", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      writeDerived(directory)
      yield* runText(derivedPipeline(directory), home)
      const out = join(directory, "out")
      yield* exported(home, out, "none")
      const html = readFileSync(join(out, "timeline.html"), "utf8")
      const page = html.slice(html.indexOf("<h1>"))
      assert.deepEqual(
        [...page.matchAll(/<(article|section)( class="(\w+)")?|<h\d>([^<]*)/g)].map(
          ([, element, , which, words]) => words ?? which ?? element
        ),
        [
          "Timeline",
          "section",
          "May 2024",
          "trip",
          "2024-05-04",
          "whole",
          "2024-05-04",
          "part",
          "Dinner",
          "part",
          "Road",
          "whole",
          "2024-05-07",
          "whole",
          "2024-05-09",
          "part",
          "A moment"
        ]
      )
      assert.include(page, '<p class="facts">4 May 2024 to 5 May 2024</p>')
    }).pipe(Effect.scoped)
  )

  it.live("links plain files", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      mkdirSync(join(directory, "pictures", "deep"), { recursive: true })
      const pixel = Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "base64"
      )
      writeFileSync(join(directory, "pictures", "deep", "pixel.png"), pixel)
      yield* runText(
        `{ name: folder, sources: { photos: { type: folder.photos, path: "${directory}/pictures" } }, sinks: { memories: { type: memories, from: photos } } }`,
        home
      )
      const out = join(directory, "out")
      const outcome = yield* exported(home, out, "link")
      assert.strictEqual(outcome.summary.media, 1)
      const [media] = yield* rowsOf(home, "select media_id from life.media")
      const id = String(media?.["media_id"])
      const link = join(out, "media", id.slice(0, 2), `${id}.png`)
      assert.isTrue(lstatSync(link).isSymbolicLink())
      assert.isTrue(readFileSync(link).equals(pixel))
    }).pipe(Effect.scoped)
  )
})
