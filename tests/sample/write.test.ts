import { NodeServices } from "@effect/platform-node"
import { describe, expect, layer } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { writeSample } from "../../src/sample/index.ts"
import type { TruthPhoto } from "../../src/sample/truth.ts"
import { sha256, written } from "./support.ts"

const inYears = (photos: ReadonlyArray<TruthPhoto>) => photos.filter(({ path }) => path.includes("/Photos from "))

layer(NodeServices.layer, { timeout: "60 seconds" })("writing a sample", (it) => {
  describe("is repeatable", () => {
    it.effect("the same seed and days give the same bytes", () =>
      Effect.gen(function* () {
        const first = yield* written({ seed: 1, days: 40 })
        const second = yield* written({ seed: 1, days: 40 })
        expect(second.hashes).toEqual(first.hashes)
        expect(Object.keys(first.hashes).filter((name) => name.endsWith(".zip"))).toEqual(first.truth.archives)
        expect(Object.keys(first.hashes)).toEqual(["calendar.ics", ...first.truth.archives, "truth.json"])
      })
    )

    it.effect("with all archives too, and photos and calendar are the same bytes as without", () =>
      Effect.gen(function* () {
        const first = yield* written({ seed: 1, days: 20, archives: "all" })
        const second = yield* written({ seed: 1, days: 20, archives: "all" })
        expect(second.hashes).toEqual(first.hashes)
        const others = first.truth.other_archives ?? []
        expect(Object.keys(first.hashes).toSorted()).toEqual(
          ["calendar.ics", "truth.json", ...first.truth.archives, ...others].toSorted()
        )
        expect(others.some((name) => name.startsWith("takeout-"))).toBe(false)
        const plain = yield* written({ seed: 1, days: 20 })
        for (const [name, hash] of Object.entries(plain.hashes))
          if (name !== "truth.json") expect([name, first.hashes[name]]).toEqual([name, hash])
        expect(plain.truth.other_archives).toBeUndefined()
        // The truth of photos and events is the same, with more beside it.
        expect(first.truth).toMatchObject(plain.truth)
      })
    )

    it.effect("another seed gives another life", () =>
      Effect.gen(function* () {
        const first = yield* written({ seed: 1, days: 10 })
        const second = yield* written({ seed: 2, days: 10 })
        const hashes = new Set(first.truth.photos.map(({ content_hash }) => content_hash))
        expect(second.truth.photos.filter(({ content_hash }) => hashes.has(content_hash))).toEqual([])
      })
    )

    it.effect("in any zone of the machine", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const here = yield* written({ seed: 1, days: 3, archives: "all" })
        const directory = yield* fs.makeTempDirectoryScoped({ prefix: "sample-test-" })
        const program = `
          import { NodeServices } from "@effect/platform-node"
          import { Effect } from "effect"
          import { writeSample } from "./src/sample/index.ts"
          const options = { directory: process.env.DIRECTORY, seed: 1, days: 3, archives: "all" }
          await Effect.runPromise(writeSample(options).pipe(Effect.provide(NodeServices.layer)))`
        yield* Effect.promise(() =>
          promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
            cwd: fileURLToPath(new URL("../..", import.meta.url)),
            env: { ...process.env, TZ: "Pacific/Auckland", DIRECTORY: directory }
          })
        )
        for (const [name, hash] of Object.entries(here.hashes))
          expect([name, sha256(yield* fs.readFile(path.join(directory, name)))]).toEqual([name, hash])
      })
    )
  })

  describe("overlaps with an earlier export", () => {
    it.effect("days that both have are the same in both", () =>
      Effect.gen(function* () {
        const early = yield* written({ seed: 5, days: 60 })
        const late = yield* written({ seed: 5, days: 60, from: 30 })
        expect(late.truth.archives.some((name) => early.truth.archives.includes(name))).toBe(false)
        const before = new Map(inYears(early.truth.photos).map((photo) => [photo.path, photo]))
        const isShared = ({ asset }: TruthPhoto) =>
          Number(asset.split("/")[1]) >= 30 && Number(asset.split("/")[1]) < 60
        const shared = inYears(late.truth.photos).filter(isShared)
        expect(shared.map(({ path }) => path)).toEqual(
          inYears(early.truth.photos)
            .filter(isShared)
            .map(({ path }) => path)
        )
        expect(shared.length).toBeGreaterThan(100)
        for (const photo of shared) expect(photo).toEqual(before.get(photo.path))
        const bytes = new Map(early.entries.map((entry) => [entry.path, sha256(entry.bytes)]))
        const paths = shared.flatMap(({ path, sidecar, live_video }) => [path, sidecar ?? path, live_video ?? path])
        const again = new Map(late.entries.map((entry) => [entry.path, sha256(entry.bytes)]))
        for (const path of paths) expect([path, again.get(path)]).toEqual([path, bytes.get(path)])
        expect(late.truth.events.uids.filter((uid) => early.truth.events.uids.includes(uid)).length).toBeGreaterThan(5)
      })
    )
  })

  describe("takes care of what is there", () => {
    it.effect("replaces an earlier sample, with all its parts", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* writeSample({ directory, seed: 1, days: 30 })
        yield* fs.writeFileString(`${directory}/notes.txt`, "mine")
        const second = yield* writeSample({ directory, seed: 2, days: 2 })
        expect((yield* fs.readDirectory(directory)).toSorted()).toEqual(
          ["calendar.ics", "notes.txt", "truth.json", ...second.archives].toSorted()
        )
      })
    )

    it.effect("replaces all archives by photos alone, and leaves what is beside them", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* writeSample({ directory, seed: 1, days: 3, archives: "all" })
        yield* writeSample({ directory, seed: 2, days: 4, archives: "all" })
        expect((yield* fs.readDirectory(`${directory}/google`)).length).toBe(1)
        yield* fs.writeFileString(`${directory}/spotify/notes.txt`, "mine")
        const last = yield* writeSample({ directory, seed: 2, days: 2 })
        expect((yield* fs.readDirectory(directory, { recursive: true })).toSorted()).toEqual(
          ["calendar.ics", "spotify", "spotify/notes.txt", "truth.json", ...last.archives].toSorted()
        )
      })
    )

    it.effect("never writes over a real export of another kind", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* fs.makeDirectory(`${directory}/apple-health`)
        yield* fs.writeFileString(`${directory}/apple-health/export.zip`, "real")
        const error = yield* Effect.flip(writeSample({ directory, seed: 1, days: 1, archives: "all" }))
        expect(error.code).toBe("sample-directory-taken")
        // Photos alone are no danger to it.
        yield* writeSample({ directory, seed: 1, days: 1 })
        expect(yield* fs.readFileString(`${directory}/apple-health/export.zip`)).toBe("real")
      })
    )

    it.effect("refuses a directory with archives that no sample has written, and leaves them", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* fs.writeFileString(`${directory}/takeout-20200101T000000Z-001.zip`, "real")
        yield* fs.writeFileString(`${directory}/truth.json`, "{}")
        const error = yield* Effect.flip(writeSample({ directory, seed: 1, days: 1 }))
        expect([error.code, error.fault]).toEqual(["sample-directory-taken", "pipeline"])
        expect(yield* fs.readFileString(`${directory}/takeout-20200101T000000Z-001.zip`)).toBe("real")
        expect((yield* fs.readDirectory(directory)).length).toBe(2)
      })
    )

    it.effect("refuses to replace files that an alien truth.json names", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* fs.writeFileString(`${directory}/truth.json`, JSON.stringify({ seed: 1, archives: ["../precious.zip"] }))
        const error = yield* Effect.flip(writeSample({ directory, seed: 1, days: 1 }))
        expect(error.code).toBe("sample-directory-taken")
      })
    )

    it.effect("leaves nothing behind where it can't write", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        yield* fs.writeFileString(`${directory}/file`, "")
        const error = yield* Effect.flip(writeSample({ directory: `${directory}/file`, seed: 1, days: 1 }))
        expect([error.code, error.fault]).toEqual(["sample-not-written", "environment"])
      })
    )
  })

  describe("refuses arguments that make no life", () => {
    it.effect.each([
      { days: 0, seed: 1 },
      { days: 1.5, seed: 1 },
      { days: 36_501, seed: 1 },
      { days: 1, seed: 0.5 },
      { days: 1, seed: 1, from: -1 }
    ])("%o", (options) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(writeSample({ ...options, directory: "/nowhere" }))
        expect([error.code, error.fault]).toEqual(["sample-arguments", "pipeline"])
      })
    )
  })
})
