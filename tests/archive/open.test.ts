import { mkdir, symlink, utimes } from "node:fs/promises"
import { homedir } from "node:os"
import { basename, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { ArchivesLive } from "../../src/archive/index.ts"
import { Archives } from "../../src/component/archive.ts"
import { folder, forgedZip, write, zipOf } from "./zips.ts"

const open = (path: string | ReadonlyArray<string>, options = {}) =>
  Archives.pipe(Effect.flatMap((archives) => archives.open(path, options)))

const text = (entry: Parameters<Archives["Service"]["read"]>[0]) =>
  Archives.pipe(
    Effect.flatMap((archives) => archives.read(entry)),
    Effect.map((bytes) => Buffer.from(bytes).toString())
  )

const make = (path: string, ...members: ReadonlyArray<readonly [name: string, content: string]>) =>
  Effect.flatMap(
    Effect.promise(() => zipOf(members.map(([name, content]) => ({ name, content })))),
    (bytes) => write(path, bytes)
  )

const provided = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, ArchivesLive)

describe("paths", () => {
  it.effect("opens parts in their numbers' order and entries by position", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* make(join(root, "takeout-10.zip"), ["z.txt", "z"], ["a.txt", "a"])
      yield* make(join(root, "takeout-2.zip"), ["b.txt", "b"])
      const set = yield* open(join(root, "takeout-*.zip"))
      expect(set.archives.map(({ path }) => basename(path))).toEqual(["takeout-2.zip", "takeout-10.zip"])
      expect(set.entries.map(({ path }) => path)).toEqual(["b.txt", "z.txt", "a.txt"])
      expect(set.entries[0]?.archive).toBe(join(root, "takeout-2.zip"))
      expect(set.entries[0]?.modifiedAt).toBe(Date.parse("2019-06-11T15:00:00Z"))
    }).pipe(provided)
  )

  it.effect("takes a list, backslashes, and a name that looks like a glob; each archive once", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* Effect.promise(() => mkdir(join(root, "Photos [2019]")))
      yield* write(join(root, "Photos [2019]", "a.jpg"), "a")
      yield* make(join(root, "one.zip"), ["b.jpg", "b"])
      const set = yield* open([
        join(root, "Photos [2019]"),
        `${root}\\one.zip`,
        join(root, "*.zip"),
        `${root}\\Photos*\\*.jpg`
      ])
      expect(set.entries.map(({ path }) => path)).toEqual(["b.jpg", "a.jpg"])
      expect(set.archives).toHaveLength(2)
    }).pipe(provided)
  )

  it.effect("takes alternatives with folders of their own", () =>
    Effect.gen(function* () {
      const root = yield* folder
      for (const name of ["one", "two"]) {
        yield* Effect.promise(() => mkdir(join(root, name)))
        yield* write(join(root, name, `${name}.jpg`), name)
      }
      const set = yield* open(`${root}/{one/*.jpg,two/t*.jpg}`)
      expect(set.entries.map(({ path }) => path)).toEqual(["one/one.jpg", "two/two.jpg"])
    }).pipe(provided)
  )

  it.effect("keeps folders below a glob's fixed part in the paths", () =>
    Effect.gen(function* () {
      const root = yield* folder
      for (const year of ["2018", "2019"]) {
        yield* Effect.promise(() => mkdir(join(root, year, "day"), { recursive: true }))
        yield* write(join(root, year, "day", "a.jpg"), year)
      }
      const files = yield* open(join(root, "**/*.jpg"))
      const folders = yield* open(join(root, "20*"))
      const everything = yield* open(join(root, "**"))
      for (const set of [files, folders, everything]) {
        expect(set.entries.map(({ path }) => path)).toEqual(["2018/day/a.jpg", "2019/day/a.jpg"])
        expect(set.archives.map(({ path }) => path)).toEqual([root])
      }
    }).pipe(provided)
  )

  it.effect("expands ~ and names files that are near a mistyped one", () =>
    Effect.gen(function* () {
      const home = yield* Effect.flip(open("~/no-such-folder-of-mine/takeout.zip"))
      expect(home.message).toContain(join(homedir(), "no-such-folder-of-mine"))

      const root = yield* folder
      yield* make(join(root, "takeout-001.zip"), ["a", "a"])
      yield* write(join(root, "notes.txt"), "")
      const typed = yield* Effect.flip(open(join(root, "takeuot-001.zip")))
      expect(typed).toMatchObject({ code: "file-not-found", fault: "environment" })
      expect(typed.message).toContain(join(root, "takeuot-001.zip"))
      expect(typed.hint).toMatch(/has: takeout-001\.zip, notes\.txt\./)
      const pattern = yield* Effect.flip(open(join(root, "export-*.zip")))
      expect(pattern.code).toBe("file-not-found")
      expect(pattern.hint).toContain("takeout-001.zip")
    }).pipe(provided)
  )

  it.effect("opens zips right in a folder, and deeper ones only when nested", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* Effect.promise(() => mkdir(join(root, "album")))
      yield* make(join(root, "top.zip"), ["a.jpg", "a"])
      yield* make(join(root, "album", "deep.zip"), ["b.jpg", "b"])
      yield* write(join(root, "cut.zip"), "PK\u0003\u0004")
      yield* write(join(root, "old.tgz"), "\u001f\u008b")
      const flat = yield* open(root)
      expect(flat.entries.map(({ path }) => path).sort()).toEqual(["a.jpg", "album/deep.zip"])
      expect(flat.rejects).toMatchObject([{ code: "archive-truncated", origin: { archive: join(root, "cut.zip") } }])
      expect(flat.skipped).toMatchObject([{ count: 1, examples: ["old.tgz"] }])
      const deep = yield* open(root, { nested: true })
      expect(deep.entries.map(({ path }) => path).sort()).toEqual(["a.jpg", "album/deep.zip/b.jpg"])
    }).pipe(provided)
  )

  it.effect("says what it leaves out, and follows no link to a folder", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* Effect.promise(() => mkdir(join(root, "@eaDir")))
      yield* Effect.promise(() => symlink(root, join(root, "loop")))
      for (const name of [".DS_Store", "._a.jpg", "Thumbs.db", "desktop.ini", "a.jpg"])
        yield* write(join(root, name), name)
      yield* make(join(root, "b.zip"), ["__MACOSX/._b.jpg", ""], ["x/.DS_Store", ""], ["b.jpg", "b"])
      const set = yield* open(root)
      expect(set.entries.map(({ path }) => path)).toEqual(["b.jpg", "a.jpg"])
      const counts = set.skipped.map(({ reason, count }) => [reason.slice(0, 11), count])
      expect(counts.sort()).toEqual([
        ["bookkeeping", 5],
        ["links to fo", 1],
        ["resource fo", 2]
      ])
    }).pipe(provided)
  )

  it.effect("fails for an empty folder", () =>
    Effect.gen(function* () {
      const root = yield* folder
      expect(yield* Effect.flip(open(root))).toMatchObject({ code: "folder-empty" })
    }).pipe(provided)
  )
})

describe("fingerprint", () => {
  it.effect("holds for the same files elsewhere, and changes with the directory's content", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const path = join(root, "a.zip")
      const sameTime = (file: string) => Effect.promise(() => utimes(file, 1_560_265_200, 1_560_265_200))
      yield* make(path, ["a.txt", "one"])
      yield* sameTime(path)
      const first = yield* open(path)
      yield* Effect.promise(() => mkdir(join(root, "moved")))
      yield* make(join(root, "moved", "a.zip"), ["a.txt", "one"])
      yield* sameTime(join(root, "moved", "a.zip"))
      const moved = yield* open(join(root, "moved", "a.zip"))
      yield* make(path, ["a.txt", "two"])
      yield* sameTime(path)
      const other = yield* open(path)
      expect(first.fingerprint).toMatch(/^[0-9a-f]{16}$/)
      expect(moved.fingerprint).toBe(first.fingerprint)
      expect(other.fingerprint).not.toBe(first.fingerprint)
    }).pipe(provided)
  )
})

describe("names", () => {
  it.effect("are NFC, with / for \\, and UTF-8 even where the flag is missing", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const path = join(root, "a.zip")
      const decomposed = "Cafe\u0301.jpg"
      const content = Buffer.from("x")
      yield* write(
        path,
        forgedZip([
          { name: decomposed, content },
          { name: "flagged \u00e9.jpg", content, flags: 0x800 },
          { name: Buffer.from([0x82, 0x2e, 0x6a]), content },
          { name: "dos\\.\\b.jpg", content }
        ])
      )
      const set = yield* open(path)
      expect(set.entries.map((entry) => entry.path)).toEqual([
        "Caf\u00e9.jpg",
        "flagged \u00e9.jpg",
        "\u00e9.j",
        "dos/b.jpg"
      ])
    }).pipe(provided)
  )

  it.effect("may repeat: both members are there, each with its own content", () =>
    Effect.gen(function* () {
      const root = yield* folder
      yield* make(join(root, "a.zip"), ["same.txt", "first"], ["same.txt", "second"])
      const set = yield* open(join(root, "a.zip"))
      expect(yield* Effect.forEach(set.entries, text)).toEqual(["first", "second"])
    }).pipe(provided)
  )
})

describe("zips within zips", () => {
  for (const compress of [false, true])
    it.effect(`are followed when ${compress ? "compressed" : "stored"}`, () =>
      Effect.gen(function* () {
        const root = yield* folder
        const path = join(root, "shared.zip")
        const innermost = yield* Effect.promise(() => zipOf([{ name: "c.jpg", content: "c", compress }]))
        const inner = yield* Effect.promise(() =>
          zipOf([
            { name: "b.jpg", content: "b", compress },
            { name: "more.zip", content: innermost, compress }
          ])
        )
        const outer = yield* Effect.promise(() =>
          zipOf([
            { name: "Album.zip", content: inner, compress },
            { name: "broken.zip", content: "no zip", compress }
          ])
        )
        yield* write(path, outer)
        const flat = yield* open(path)
        expect(flat.entries.map((entry) => entry.path)).toEqual(["Album.zip", "broken.zip"])
        const set = yield* open(path, { nested: true })
        expect(set.entries.map((entry) => entry.path)).toEqual(["Album.zip/b.jpg", "Album.zip/more.zip/c.jpg"])
        expect(set.entries.map((entry) => entry.archive)).toEqual([path, path])
        expect(yield* Effect.forEach(set.entries, text)).toEqual(["b", "c"])
        expect(set.rejects).toMatchObject([{ origin: { archive: path, member: "broken.zip" } }])
      }).pipe(provided)
    )
})
