import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import fc from "fast-check"
import { ArchivesLive } from "../../src/archive/index.ts"
import { Archives, type ArchiveSet, type Entry } from "../../src/component/archive.ts"
import { type Claim, folder, forgedZip, write, zipOf } from "./zips.ts"

const openAt = (path: string, bytes: Uint8Array | string) =>
  Effect.gen(function* () {
    yield* write(path, bytes)
    return yield* (yield* Archives).open(path)
  })

const openBytes = (bytes: Uint8Array | string, name = "a.zip") =>
  Effect.flatMap(folder, (root) => openAt(join(root, name), bytes))

const openForged = (...claims: ReadonlyArray<Claim>) => openBytes(forgedZip(claims))

const read = (entry: Entry) => Effect.flatMap(Archives, (archives) => archives.read(entry))

const firstOf = (set: ArchiveSet): Entry => {
  const [entry] = set.entries
  if (entry === undefined) throw new Error(`no entries: ${JSON.stringify(set.rejects)}`)
  return entry
}

const codes = (set: ArchiveSet) => set.rejects.map(({ code, origin }) => [origin.member, code])

const provided = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, ArchivesLive)

const x = Buffer.from("x")

describe("files that aren't sound zips", () => {
  const cases: ReadonlyArray<readonly [string, string, Uint8Array | string, string, string]> = [
    ["a web page", "a.zip", "<!doctype html>", "archive-not-zip", "signed in"],
    ["JSON", "a.zip", '{"error":1}', "archive-not-zip", "JSON"],
    ["an empty file", "a.zip", "", "archive-truncated", "Download this part"],
    ["a tgz", "a.tgz", "\u001f\u008b", "archive-tgz", "unpack"],
    ["a tgz named zip", "a.zip", Buffer.from([0x1f, 0x8b, 8]), "archive-tgz", "unpack"],
    ["no directory", "a.zip", "PK\u0003\u0004 and then nothing", "archive-truncated", "Download this part"]
  ]
  for (const [what, name, bytes, code, words] of cases)
    it.effect(`${what}: ${code}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(openBytes(bytes, name))
        expect(error.code).toBe(code)
        expect(`${error.message} ${error.hint}`).toContain(words)
      }).pipe(provided)
    )

  it.effect(
    "a zip cut anywhere is an error or has its entries rejected, never a defect",
    () =>
      Effect.gen(function* () {
        const whole = yield* Effect.promise(() =>
          zipOf([
            { name: "a.txt", content: "a".repeat(300), compress: true },
            { name: "b.txt", content: "b" }
          ])
        )
        const path = join(yield* folder, "a.zip")
        for (let length = 0; length < whole.length; length += 1) {
          const error = yield* Effect.flip(openAt(path, whole.subarray(0, length)))
          expect(error.code).toMatch(/^archive-(truncated|damaged|not-zip)$/)
        }
      }).pipe(provided),
    30_000
  )

  it.effect(
    "flipped bytes never make a defect, and what is read is what was written",
    () =>
      Effect.gen(function* () {
        const content = "a".repeat(300)
        const whole = yield* Effect.promise(() =>
          zipOf([
            { name: "a.txt", content, compress: true },
            { name: "b.txt", content }
          ])
        )
        const flips = fc.sample(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), 200)
        const path = join(yield* folder, "a.zip")
        for (const [at, mask] of flips) {
          const bytes = Buffer.from(whole)
          bytes[at] = (bytes[at] ?? 0) ^ mask
          const contents = openAt(path, bytes).pipe(
            Effect.flatMap((set) => Effect.forEach(set.entries, (entry) => Effect.option(read(entry)))),
            Effect.orElseSucceed(() => [])
          )
          for (const found of yield* contents) {
            if (found._tag === "Some") expect(Buffer.from(found.value).toString()).toBe(content)
          }
        }
      }).pipe(provided),
    30_000
  )
})

describe("entries that are refused", () => {
  it.effect("climb out, are absolute, or name a drive", () =>
    Effect.gen(function* () {
      const names = ["../a", "a/../../b", "..\\c", "/etc/d", "C:\\e", "\\\\server\\f", "g\0.jpg", "h/.."]
      const set = yield* openForged(...names.map((name) => ({ name, content: x })), { name: "...fine..", content: x })
      expect(set.entries.map(({ path }) => path)).toEqual(["...fine.."])
      expect(set.rejects.map(({ code }) => code)).toEqual(names.map(() => "entry-unsafe-path"))
    }).pipe(provided)
  )

  it.effect("are encrypted or compressed in an unknown way", () =>
    Effect.gen(function* () {
      const set = yield* openForged(
        { name: "secret", content: x, flags: 1 },
        { name: "lzma", content: x, method: 14 },
        { name: "sound", content: x }
      )
      expect(codes(set)).toEqual([
        ["secret", "entry-encrypted"],
        ["lzma", "entry-method"]
      ])
      expect(set.entries.map(({ path }) => path)).toEqual(["sound"])
    }).pipe(provided)
  )

  it.effect("claim to be bombs, one by one or together", () =>
    Effect.gen(function* () {
      const content = Buffer.alloc(1000)
      const one = yield* openForged(
        { name: "bomb", content, method: 8, size: 11 * 2 ** 20 },
        { name: "sound", content }
      )
      expect(codes(one)).toEqual([["bomb", "entry-bomb"]])
      expect(one.entries.map(({ path }) => path)).toEqual(["sound"])
      const many = Array.from({ length: 12 }, (_, index) => ({
        name: `${index}`,
        content,
        method: 8,
        size: 9 * 2 ** 20
      }))
      const together = yield* openForged(...many)
      expect(together.entries).toHaveLength(11)
      expect(codes(together)).toEqual([["11", "entry-bomb"]])
    }).pipe(provided)
  )

  it.effect("share bytes, or lie outside of the archive, without taking sound ones along", () =>
    Effect.gen(function* () {
      const content = Buffer.alloc(50, 1)
      const set = yield* openForged(
        { name: "first", content },
        { name: "again", content, offset: 0 },
        { name: "huge", content, size: 1e6, compressedSize: 1e6 },
        { name: "far", content, offset: 1e6 },
        { name: "sizes", content, size: 49 },
        { name: "last", content }
      )
      expect(codes(set).sort()).toEqual([
        ["again", "entry-overlap"],
        ["far", "entry-out-of-bounds"],
        ["huge", "entry-out-of-bounds"],
        ["sizes", "entry-out-of-bounds"]
      ])
      expect(set.entries.map(({ path }) => path)).toEqual(["first", "last"])
    }).pipe(provided)
  )

  it.effect("folders and symbolic links are left out", () =>
    Effect.gen(function* () {
      const set = yield* openForged(
        { name: "folder/", content: Buffer.alloc(0) },
        { name: "link", content: x, attributes: 0xa1ff0000 },
        { name: "file", content: x, attributes: 0x81a40000 }
      )
      expect(set.entries.map(({ path }) => path)).toEqual(["file"])
      expect(set.skipped).toEqual([{ reason: "symbolic links", count: 1, examples: ["link"] }])
    }).pipe(provided)
  )
})

describe("content that isn't what the directory says", () => {
  const wrong: ReadonlyArray<readonly [string, Partial<Claim>, string]> = [
    ["a wrong checksum", { crc32: 1 }, "CRC-32"],
    ["a wrong checksum, deflated", { crc32: 1, method: 8 }, "CRC-32"],
    ["more than stated", { method: 8, size: 999 }, "more than the archive states"],
    ["less than stated", { method: 8, size: 1001 }, "1000 bytes instead of 1001"]
  ]
  for (const [what, claim, words] of wrong)
    it.effect(`${what} fails both ways of reading`, () =>
      Effect.gen(function* () {
        const entry = firstOf(yield* openForged({ name: "a", content: Buffer.alloc(1000, 7), ...claim }))
        const whole = yield* Effect.flip(read(entry))
        const streamed = yield* Effect.flip(Stream.runDrain((yield* Archives).stream(entry)))
        for (const error of [whole, streamed]) {
          expect(error.code).toBe("archive-damaged")
          expect(error.message).toContain(words)
        }
      }).pipe(provided)
    )

  it.effect("a bomb that hides its size unfolds no further than stated", () =>
    Effect.gen(function* () {
      const content = Buffer.alloc(8 * 2 ** 20)
      const entry = firstOf(yield* openForged({ name: "a", content, method: 8, size: 1000, crc32: 0 }))
      let seen = 0
      const streamed = Stream.runForEach((yield* Archives).stream(entry), (piece) =>
        Effect.sync(() => void (seen += piece.length))
      )
      expect((yield* Effect.flip(streamed)).code).toBe("archive-damaged")
      expect((yield* Effect.flip(read(entry))).code).toBe("archive-damaged")
      expect(seen).toBe(0)
    }).pipe(provided)
  )

  it.effect("no local header where one should be", () =>
    Effect.gen(function* () {
      const bytes = forgedZip([{ name: "a", content: Buffer.alloc(100) }])
      bytes.fill(0, 0, 4)
      bytes.write("PK", 0)
      const error = yield* Effect.flip(read(firstOf(yield* openBytes(bytes))))
      expect(error).toMatchObject({ code: "archive-damaged" })
      expect(error.message).toContain("something else stands in its place")
    }).pipe(provided)
  )
})
