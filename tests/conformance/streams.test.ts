import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { type Truth, writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { lifeOf } from "./life.ts"

const DAYS = 16

/** The shape is the generator's own: what is tested is what becomes of its content. */
const isTruth = (value: unknown): value is Truth => typeof value === "object" && value !== null && "photos" in value

/** The exports that all tests begin with, by the day that they begin with. */
const EARLIER = 0
const LATER = DAYS / 2
const exports = mkdtempSync(join(tmpdir(), "keepsake-streams-"))

beforeAll(() =>
  Effect.runPromise(
    Effect.forEach(
      [EARLIER, LATER],
      (from) => writeSample({ directory: join(exports, String(from)), days: DAYS, seed: 5, from }),
      { discard: true }
    ).pipe(Effect.provide(NodeServices.layer))
  )
)
afterAll(() => rmSync(exports, { recursive: true, force: true }))

/** Lays an export into a folder of its own below `directory`. */
const exported = Effect.fnUntraced(function* (directory: string, name: string, from: typeof EARLIER | typeof LATER) {
  const folder = join(directory, name)
  cpSync(join(exports, String(from)), folder, { recursive: true, preserveTimestamps: true })
  const truth: unknown = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8"))
  if (!isTruth(truth)) return yield* Effect.die("truth.json has another shape")
  const rows = truth.photos.map(({ content_hash, latitude, longitude, path, taken_at }) =>
    JSON.stringify({ file_name: path, content_hash, taken_at, latitude, longitude })
  )
  writeFileSync(join(folder, "photos.ndjson"), rows.join("\n"))
  return truth
})

interface Case {
  readonly type: string
  readonly table: "media" | "events"
  /** Below each export's folder. */
  readonly files: string
  readonly options?: string
  /** No two rows have the same. */
  readonly key: string
  /** One for each row that the truth promises. */
  readonly promised: (truth: Truth) => ReadonlyArray<string>
  /** Has the source more to tell than the truth does? */
  readonly more?: true
  /** Lays an input there that can't be used, where the sample has none. */
  readonly spoil?: (folder: string) => void
  readonly rejects: boolean
}

const assets = ({ photos }: Truth) => photos.map(({ asset }) => asset)

const WITHOUT_START = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "BEGIN:VEVENT",
  "UID:broken",
  "END:VEVENT",
  "END:VCALENDAR",
  ""
]

const CASES: ReadonlyArray<Case> = [
  {
    type: "google-takeout.photos",
    table: "media",
    files: "takeout-*.zip",
    key: "picture_hash",
    promised: assets,
    rejects: true
  },
  {
    type: "folder.photos",
    table: "media",
    files: "takeout-*",
    // Without sidecars, equal pictures of different days are told apart by the camera's time alone.
    key: "picture_hash || coalesce(taken_at, 'epoch')",
    promised: assets,
    // Google's trash is a folder like any other.
    more: true,
    spoil: (folder) => writeFileSync(join(folder, "takeout-broken.jpg"), ""),
    rejects: true
  },
  {
    type: "ics.events",
    table: "events",
    files: "*.ics",
    key: "uid || ' ' || starts_at",
    promised: ({ events }) => events.list.map(({ starts_at, uid }) => `${uid} ${starts_at}`),
    // Series begin before the sample's days, and go on after them.
    more: true,
    spoil: (folder) => writeFileSync(join(folder, "broken.ics"), WITHOUT_START.join("\r\n")),
    rejects: true
  },
  {
    type: "file.rows",
    table: "media",
    files: "photos.ndjson",
    options: ", entity: media, key: [file_name]",
    key: "content_hash",
    promised: ({ photos }) => photos.map(({ content_hash }) => content_hash),
    rejects: false
  }
]

const pipeline = (directory: string, { files, options = "", type }: Case) => `
name: streams
sources:
  input: { type: ${type}, path: ${join(directory, "*", files)}${options} }
sinks:
  memories: { type: memories, from: input }
`

const count = (home: string, table: string, what = "*") =>
  Effect.map(query(home, authored(`select count(${what})::integer as n from ${table}`)), ([row]) => Number(row?.["n"]))

/** Every row once, and as many as were promised. */
const holds = (home: string, { key, more, promised, table }: Case, ...truths: ReadonlyArray<Truth>) =>
  Effect.gen(function* () {
    const rows = yield* count(home, `life.${table}`)
    assert.strictEqual(yield* count(home, `life.${table}`, `distinct ${key}`), rows)
    const wanted = new Set(truths.flatMap(promised)).size
    if (more) assert.isAtLeast(rows, wanted)
    else assert.strictEqual(rows, wanted)
  })

const keys = (home: string, { key, table }: Case) =>
  query(home, authored(`select ${key} as key from life.${table} order by 1`))

describe.each(CASES)("$type", (example) => {
  it.live("accounts for every input, keeps what the truth promises, and says why it rejects", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const truth = yield* exported(directory, "export", EARLIER)
      example.spoil?.(join(directory, "export"))
      const { sources } = yield* runText(pipeline(directory, example), home)
      const ledger = sources["input"]
      assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
      assert.isAbove(ledger?.new ?? 0, 0)
      assert.strictEqual(yield* count(home, "staging.streams__input"), ledger?.new)
      yield* holds(home, example, truth)

      const rejects = yield* query(home, authored("select code, reason, archive from state.rejects"))
      assert.strictEqual(rejects.length, ledger?.rejected)
      assert.strictEqual(rejects.length > 0, example.rejects)
      for (const { archive, code, reason } of rejects) {
        assert.match(String(code), /^[a-z]+(-[a-z]+)*$/)
        assert.match(String(reason), /^\S.{10,}$/)
        assert.include(String(archive), directory)
      }
    }).pipe(Effect.scoped)
  )

  it.live("finds nothing new when it reads the same again (I3)", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* exported(directory, "export", EARLIER)
      const text = pipeline(directory, example)
      const first = yield* runText(text, home)
      const before = yield* lifeOf(home)
      const same = (yield* runText(text, home)).sources["input"]
      assert.deepEqual([same?.new, same?.changed, same?.unchanged], [0, 0, first.sources["input"]?.new])
      assert.deepEqual(yield* lifeOf(home), before)
      // A copy elsewhere: everything is read again, and found to be the same.
      yield* exported(directory, "copy", EARLIER)
      const { sinks, sources } = yield* runText(text, home)
      assert.isTrue(sources["input"] !== undefined && addsUp(sources["input"]))
      assert.strictEqual(sources["input"]?.new, 0)
      assert.deepInclude(sinks["memories"], { inserted: 0, deleted: 0 })
      const after = yield* lifeOf(home)
      assert.deepEqual(after[example.table], before[example.table])
    }).pipe(Effect.scoped)
  )

  it.live("doubles nothing when a later export overlaps", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const text = pipeline(directory, example)
      const earlier = yield* exported(directory, "earlier", EARLIER)
      yield* runText(text, home)
      const later = yield* exported(directory, "later", LATER)
      const { sources } = yield* runText(text, home)
      assert.isTrue(sources["input"] !== undefined && addsUp(sources["input"]))
      yield* holds(home, example, earlier, later)
      // In one go or in two, it is the same life.
      const anew = join(directory, "anew")
      yield* runText(text, anew)
      assert.deepEqual(yield* keys(anew, example), yield* keys(home, example))
    }).pipe(Effect.scoped)
  )
})
