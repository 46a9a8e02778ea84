import { appendFile, readFile, readdir, readlink, stat, truncate } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { ArchivesLive, archivesLive } from "../../src/archive/index.ts"
import { Archives, type Entry } from "../../src/component/archive.ts"
import { folder, forgedZip, write, zipOf } from "./zips.ts"

const read = (entry: Entry, options = {}) => Effect.flatMap(Archives, (archives) => archives.read(entry, options))

const streamed = (entry: Entry) =>
  Effect.flatMap(Archives, (archives) =>
    Effect.map(Stream.runCollect(archives.stream(entry)), (pieces) => Buffer.concat(pieces))
  )

const provided = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, ArchivesLive)

// Not compressible to nothing, and more than one piece.
const large = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `${(index * 7919) % 10007} `).join(""))

const entriesOf = (bytes: Buffer) =>
  Effect.gen(function* () {
    const path = join(yield* folder, "a.zip")
    yield* write(path, bytes)
    return (yield* (yield* Archives).open(path)).entries
  })

const handlesOn = (path: string) =>
  Effect.promise(async () => {
    const open = await readdir("/proc/self/fd")
    const links = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")))
    return links.filter((link) => link === path).length
  })

describe("read, stream and asFile", () => {
  const kinds: ReadonlyArray<readonly [string, () => Promise<Buffer>]> = [
    ["stored", () => zipOf([{ name: "a.txt", content: large }])],
    ["deflated", () => zipOf([{ name: "a.txt", content: large, compress: true }])],
    ["ZIP64", () => zipOf([{ name: "a.txt", content: large, compress: true }], { zip64: true })],
    [
      "with data descriptors",
      () =>
        Promise.resolve(
          forgedZip([
            { name: "x.txt", content: Buffer.from("before"), descriptor: true },
            { name: "a.txt", content: large, descriptor: true, method: 8 }
          ])
        )
    ],
    ["with a long name", () => zipOf([{ name: `${"n".repeat(60_000)}.txt`, content: large }])]
  ]
  for (const [what, make] of kinds)
    it.effect(`give the content of an entry that is ${what}`, () =>
      Effect.gen(function* () {
        const entry = (yield* entriesOf(yield* Effect.promise(make))).at(-1)
        if (entry === undefined) throw new Error("no entry")
        expect(entry.size).toBe(large.length)
        expect(Buffer.compare(large, yield* read(entry))).toBe(0)
        expect(Buffer.compare(large, yield* streamed(entry))).toBe(0)
        const copied = yield* Effect.scoped(
          Effect.gen(function* () {
            const path = yield* (yield* Archives).asFile(entry)
            expect(path).toMatch(/\.txt$/)
            expect(Buffer.compare(large, yield* Effect.promise(() => readFile(path)))).toBe(0)
            return path
          })
        )
        expect(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => stat(copied))))).toBe(true)
      }).pipe(provided)
    )

  it.effect("take plain files where they lie, and notice when they change", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.txt")
      yield* write(path, large)
      const archives = yield* Archives
      const [entry] = (yield* archives.open(path)).entries
      if (entry === undefined) throw new Error("no entry")
      expect(entry).toMatchObject({ archive: path, path: "a.txt", crc32: null })
      expect(Buffer.compare(large, yield* read(entry))).toBe(0)
      expect(Buffer.compare(large, yield* streamed(entry))).toBe(0)
      expect(yield* archives.asFile(entry)).toBe(path)
      yield* Effect.promise(() => appendFile(path, "!"))
      expect((yield* Effect.flip(read(entry))).code).toBe("file-changed")
      expect((yield* Effect.flip(streamed(entry))).code).toBe("file-changed")
    }).pipe(provided)
  )

  it.effect("refuse more than asked for, and say when an archive became shorter", () =>
    Effect.gen(function* () {
      const [entry] = yield* entriesOf(yield* Effect.promise(() => zipOf([{ name: "a", content: large }])))
      if (entry === undefined) throw new Error("no entry")
      expect((yield* Effect.flip(read(entry, { maxBytes: 1000 }))).code).toBe("entry-too-large")
      yield* Effect.promise(() => truncate(entry.archive, 1_000_000))
      expect((yield* Effect.flip(read(entry))).code).toBe("archive-truncated")
      expect((yield* Effect.flip(streamed(entry))).code).toBe("archive-truncated")
    }).pipe(provided)
  )

  it.effect("give empty entries", () =>
    Effect.gen(function* () {
      const entries = yield* entriesOf(
        yield* Effect.promise(() =>
          zipOf([
            { name: "a", content: "" },
            { name: "b", content: "", compress: true }
          ])
        )
      )
      for (const entry of entries) {
        expect((yield* read(entry)).length).toBe(0)
        expect((yield* streamed(entry)).length).toBe(0)
      }
      expect(entries).toHaveLength(2)
    }).pipe(provided)
  )
})

describe("handles and copies", () => {
  it.live.skipIf(process.platform !== "linux")("are shared while in use, and gone after interruption and scope", () =>
    Effect.gen(function* () {
      const bytes = yield* Effect.promise(() => zipOf([{ name: "a", content: large, compress: true }]))
      const root = yield* folder
      const path = join(root, "a.zip")
      yield* write(path, bytes)
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(archivesLive({ temporaryDirectory: root }), scope)
      yield* Effect.gen(function* () {
        const service = yield* Archives
        const [entry] = (yield* service.open(path)).entries
        if (entry === undefined) throw new Error("no entry")
        expect(yield* handlesOn(path)).toBe(0)
        const stuck = yield* Effect.forkChild(Stream.runForEach(service.stream(entry), () => Effect.never))
        const both = yield* Effect.forkChild(Stream.runForEach(service.stream(entry), () => Effect.never))
        yield* Effect.sleep("50 millis")
        expect(yield* handlesOn(path)).toBe(1)
        yield* Fiber.interrupt(stuck)
        yield* Fiber.interrupt(both)
        yield* Effect.scoped(service.asFile(entry))
      }).pipe(Effect.provideContext(context))
      yield* Scope.close(scope, Exit.void)
      expect(yield* handlesOn(path)).toBe(0)
      expect(yield* Effect.promise(() => readdir(root))).toEqual(["a.zip"])
    })
  )
})
