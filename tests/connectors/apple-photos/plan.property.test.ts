import * as fc from "fast-check"
import { expect, test } from "vitest"
import { outcomeOf } from "../../../connectors/apple-photos/outcome.ts"
import { makePlan } from "../../../connectors/apple-photos/plan.ts"
import { sortEntries } from "../../../connectors/apple-photos/sort.ts"
import type { Table } from "../../../connectors/apple-photos/table.ts"
import { makeZones } from "../../../connectors/media/zone.ts"
import type { Entry } from "../../../src/component/archive.ts"
import type { Origin, Skip } from "../../../src/component/batch.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import type { MediaResult } from "../../../src/component/media.ts"
import { plainFacts } from "../media/facts.ts"

/** A file of an export: a picture with what its bytes say, or a table. */
interface File {
  readonly part: number
  readonly path: string
  readonly content:
    | { readonly kind: "picture"; readonly hash: string; readonly at: number | null; readonly id: string | null }
    | { readonly kind: "unreadable" }
    | { readonly kind: "table"; readonly table: Table }
}

const NAMES = ["IMG_0861", "IMG_0861-1", "IMG_08611", "IMG_E0861", "IMG_0862"]
const stem = fc.constantFrom(...NAMES)
const name = fc.tuple(stem, fc.constantFrom(".JPG", ".MOV")).map((parts) => parts.join(""))
const part = fc.constantFrom(1, 2)
const time = fc.option(fc.constantFrom(1_600_000_000_000, 1_600_000_003_000, 1_700_000_000_000))

const picture = fc.record({
  part,
  path: fc.tuple(fc.constantFrom("Photos", "Photos", "Recently Deleted"), name).map((segments) => segments.join("/")),
  content: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constant("picture" as const),
        hash: fc.constantFrom(..."abcdef"),
        at: time,
        id: fc.option(fc.constantFrom("A", "B"))
      })
    },
    { weight: 1, arbitrary: fc.constant({ kind: "unreadable" as const }) }
  )
})

const row = fc
  .tuple(name, time, fc.boolean())
  .map(([called, at, deleted]) => ({ name: called, takenAt: at === null ? null : EpochMillis(at), deleted }))

const table = fc.oneof(
  fc.tuple(part, fc.array(row, { maxLength: 4 })).map(([at, rows]): File => ({
    part: at,
    path: "Photos/Photo Details.csv",
    content: { kind: "table", table: { kind: "details", rows, rejects: [] } }
  })),
  fc.tuple(part, fc.constantFrom("Rome", "Oslo"), fc.array(name, { maxLength: 3 })).map(([at, title, names]): File => ({
    part: at,
    path: `Albums/${title}.csv`,
    content: { kind: "table", table: { kind: "list", names, rejects: [] } }
  }))
)

const files: fc.Arbitrary<ReadonlyArray<File>> = fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: picture }, table), {
  selector: ({ part: at, path }) => `${at}/${path}`,
  maxLength: 12
})

const keyOf = ({ part: at, path }: File): string => `iCloud Photos Part ${at} of 2.zip!${path}`

const run = (all: ReadonlyArray<File>, includeDeleted: boolean) => {
  const byKey = new Map(all.map((file) => [keyOf(file), file]))
  const entries = all.map(({ part: at, path }): Entry => ({
    archive: `iCloud Photos Part ${at} of 2.zip`,
    path,
    size: 1,
    modifiedAt: null,
    crc32: null,
    location: { kind: "zip", file: "x", headerOffset: 0, compressedSize: 1, size: 1, method: "stored", crc32: 0 }
  }))
  const fileOf = ({ archive, path }: Entry) => byKey.get(`${archive}!${path}`)?.content
  const resultOf = (entry: Entry): MediaResult => {
    const content = fileOf(entry)
    if (content?.kind !== "picture")
      return { _tag: "Unreadable", problem: { code: "media-unreadable", reason: "cut short" } }
    const { hash, at, id } = content
    const kind = entry.path.endsWith(".MOV") ? "video" : "photo"
    const takenAt = at === null ? null : EpochMillis(at)
    // The same bytes say the same.
    const contentHash = [hash, at, id, kind].join("-").padEnd(64, "0")
    return { _tag: "Facts", facts: { ...plainFacts, kind, contentHash, pictureHash: hash, takenAt, livePhotoId: id } }
  }
  const sorted = sortEntries(entries)
  const tables = sorted.tables.map((entry): Table => {
    const content = fileOf(entry)
    return content?.kind === "table" ? content.table : { kind: "other", rejects: [] }
  })
  const set = { archives: [], fingerprint: "f", entries, rejects: [], skipped: [] }
  const outcome = outcomeOf({
    zones: makeZones(),
    prefer: "sidecar",
    assumedZone: "UTC",
    now: EpochMillis(1_800_000_000_000),
    includeDeleted
  })
  const plan = makePlan(
    set,
    sorted,
    { tables, infos: [], xmps: [] },
    { includeDeleted, fingerprint: "f" },
    (family) => outcome(family, []).skipped ?? []
  )
  const outcomes = plan.units.map((family) => outcome(family, family.entries.map(resultOf)))
  return {
    pictures: sorted.pictures.length,
    records: outcomes.flatMap(({ records }) => records),
    rejects: outcomes.flatMap(({ rejects }) => rejects ?? []),
    skipped: [...plan.skipped, ...outcomes.flatMap(({ skipped }) => skipped ?? [])]
  }
}

/** Equal for copies of the same bytes. */
const contentOf = ({ content }: File): string => JSON.stringify(content)

const totalOf = (skips: ReadonlyArray<Skip>, pattern: RegExp): number =>
  skips.filter(({ reason }) => pattern.test(reason)).reduce((sum, { count }) => sum + (count ?? 0), 0)

const membersOf = (row: { readonly [column: string]: unknown }): ReadonlyArray<string> =>
  (Array.isArray(row["albums"]) ? row["albums"] : []).map((album) => String(Object(album).title))

const pathsOf = (origins: ReadonlyArray<{ readonly origin: Origin }>): ReadonlyArray<string> =>
  origins.map(({ origin }) => `${origin.archive}!${origin.member}`)

test("every picture is a record, a reject, or the half of a record; none is two of these", () => {
  fc.assert(
    fc.property(files, (all) => {
      const { pictures, records, rejects } = run(all, true)
      const told = [...pathsOf(records), ...pathsOf(rejects)]
      expect(new Set(told).size).toBe(told.length)
      const halves = new Set(records.flatMap(({ row }) => row["live_member"] ?? []))
      const paths = new Set(all.filter(({ path }) => halves.has(path)).map(contentOf))
      const silent = all.filter((file) => file.content.kind !== "table" && !told.includes(keyOf(file)))
      expect(told.length + silent.length).toBe(pictures)
      // Copies of a half go with it.
      for (const file of silent) expect(paths).toContain(contentOf(file))
    }),
    { numRuns: 1000 }
  )
})

test("without Recently Deleted there is as much, but what is counted as such", () => {
  fc.assert(
    fc.property(files, (all) => {
      const { pictures, records, rejects, skipped } = run(all, false)
      const deleted = totalOf(skipped, /^in Recently Deleted/)
      expect(records.length + rejects.length + deleted).toBeLessThanOrEqual(pictures)
      for (const { origin } of [...records, ...rejects]) expect(origin.member).toMatch(/^Photos\//)
      if (!all.some(({ path, content }) => path.endsWith(".MOV") && content.kind === "picture"))
        expect(records.length + rejects.length + deleted).toBe(pictures)
    }),
    { numRuns: 1000 }
  )
})

test("no half is a record of its own", () => {
  fc.assert(
    fc.property(files, (all) => {
      const { records } = run(all, true)
      const halves = new Set(records.flatMap(({ row }) => row["live_member"] ?? []))
      const paths = records.filter(({ row }) => row["kind"] === "video").map(({ origin }) => origin.member)
      const contents = new Set(records.map(({ row }) => row["content_hash"]))
      // Another part may have another video of the same path.
      if (new Set(all.map(({ path }) => path)).size === all.length)
        expect(paths.filter((path) => halves.has(path))).toEqual([])
      expect(contents.size).toBeLessThanOrEqual(records.length)
    }),
    { numRuns: 1000 }
  )
})

test("a picture is only in albums that list its name, or its half's; each row of a list is used or told", () => {
  fc.assert(
    fc.property(files, (all) => {
      const { records, skipped } = run(all, true)
      const lists = all.flatMap(({ path, content }) =>
        content.kind === "table" && content.table.kind === "list"
          ? content.table.names.map((listed) => ({ title: path.slice(7, -4), listed }))
          : []
      )
      for (const { row } of records) {
        const own = [row["file_name"], String(row["live_member"] ?? "").replace(/^.*\//, "")]
        for (const title of membersOf(row))
          expect(lists.some((list) => list.title === title && own.includes(list.listed))).toBe(true)
      }
      const told = totalOf(skipped, /album row/)
      expect(told).toBeLessThanOrEqual(lists.length)
      const filled = new Set(records.flatMap(({ row }) => membersOf(row)))
      for (const { title } of lists) if (told === 0) expect(filled).toContain(title)
    }),
    { numRuns: 1000 }
  )
})

test("the order of files doesn't matter", () => {
  fc.assert(
    fc.property(files, fc.infiniteStream(fc.nat(1000)), (all, random) => {
      const shuffled = all
        .map((file) => ({ file, at: random.next().value ?? 0 }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ file }) => file)
      const summary = (some: ReadonlyArray<File>) => {
        const { records, skipped } = run(some, false)
        return {
          rows: records.map(({ origin, row }) => JSON.stringify([origin, row])).toSorted(),
          skipped: skipped.map(({ reason, count }) => `${reason} ${count}`).toSorted()
        }
      }
      const [one, other] = [summary(all), summary(shuffled)]
      expect(other.rows).toEqual(one.rows)
    }),
    { numRuns: 1000 }
  )
})
