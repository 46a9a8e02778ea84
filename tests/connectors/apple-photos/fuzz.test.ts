/** Exports as bad disks, broken downloads and busy people leave them: `KEEPSAKE_FUZZ` copies, the same for the same seed. */
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { SourceError } from "../../../src/component/error.ts"
import { type Sql, sql } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { type RunSummary, run } from "../../../src/engine/run.ts"
import { type Random, stream } from "../../../src/sample/random.ts"
import { Warehouse } from "../../../src/warehouse/warehouse.ts"
import { checkText, scratch, temporaryDirectory } from "../../support/engine.ts"
import { type Files, details, list, written } from "./export.ts"
import { movie, photo, xmp } from "./shots.ts"

const COPIES = Number(process.env["KEEPSAKE_FUZZ"] ?? 50)
const JUNE = "Saturday June 4,2022 12:11 PM GMT"
const STILL = { at: "2022-06-04T14:11:30", offset: "+02:00", id: "A" }

type Content = Files[string]

const MEMBERS: ReadonlyArray<readonly [path: string, content: Content]> = [
  ["Photos/IMG_1.JPG", photo("1", STILL)],
  ["Photos/IMG_1.MOV", movie("1", "2022-06-04T12:11:29Z", "A")],
  ["Photos/IMG_E1.JPG", photo("1 edited", STILL)],
  ["Photos/IMG_2.JPG", photo("2")],
  ["Photos/IMG_2.xmp", xmp('exif:GPSLatitude="37,46.5N" exif:GPSLongitude="122,25.2W"')],
  ["Photos/IMG_1.AAE", "<plist/>"],
  ["Photos/Photo Details.csv", details(["IMG_1.JPG", JUNE], ["IMG_2.JPG", JUNE], ["IMG_3.JPG", JUNE])],
  ["Recently Deleted/IMG_4.JPG", photo("4")],
  ["Albums/Rome.csv", list("IMG_1.JPG", "IMG_2.JPG", "IMG_2.JPG")],
  ["Memories/Rome.csv", list("IMG_1.MOV")],
  ["iCloud Shared Albums.zip", { "My Albums/Us/IMG_9.JPG": photo("9"), "My Albums/Us/AlbumInfo.json": "{}" }]
]

const cut = (bytes: Uint8Array, random: Random): Uint8Array => bytes.slice(0, random.integer(0, bytes.length - 1))

const flipped = (bytes: Uint8Array, random: Random): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  for (let flips = random.integer(1, 8); flips > 0 && copy.length > 0; flips--) {
    const at = random.integer(0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7))
  }
  return copy
}

const damaged = (content: Content, random: Random): Content => {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) return content
  return random.pick([cut, flipped])(Buffer.from(content), random)
}

/** Some files damaged, and some under another's name. */
const spoiled = (random: Random): Files => {
  const names = MEMBERS.map(([path]) => path)
  const wrong = () => names[random.integer(0, names.length - 1)] ?? "x"
  const isNamed = random.chance(0.5)
  return Object.fromEntries(
    MEMBERS.map(([path, content]) => {
      const renamed = isNamed && random.chance(0.3) ? wrong() : path
      return [`iCloud Photos Part 1 of 1/${renamed}`, random.chance(0.4) ? damaged(content, random) : content]
    })
  )
}

/** An export in a folder, as a zip or unpacked; of half of the zips some bytes are damaged from outside. */
const exported = Effect.fnUntraced(function* (random: Random) {
  const files = spoiled(random)
  const directory = yield* written(
    random.chance(0.7) ? { "iCloud Photos Part 1 of 1.zip": files } : files,
    random.chance(0.5)
  )
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".zip") || random.chance(0.5)) continue
    const path = join(directory, name)
    writeFileSync(path, random.pick([cut, flipped])(readFileSync(path), random))
  }
  return directory
})

const pipeline = (path: string) => `
name: spoiled
sources:
  photos: { type: apple-photos.photos, path: "${path}", include_deleted: true }
sinks:
  memories: { type: memories, from: photos }
`

const Count = Schema.Struct({ n: Schema.Number })

/** Rows that are staged, and those that the ledgers of all runs call new. */
const counts = Effect.gen(function* () {
  const { database } = yield* Warehouse
  const count = (query: Sql) => Effect.map(database.rows(query, Count), ([row]) => row?.n ?? 0)
  const made = yield* count(sql`select count(*) as n from duckdb_tables() where table_name = 'spoiled__photos'`)
  return {
    staged: made === 0 ? 0 : yield* count(sql`select count(*) as n from staging.spoiled__photos`),
    owned: yield* count(sql`select coalesce(sum("new"), 0)::integer as n from state.ledger`)
  }
})

it.live(
  `${COPIES} spoiled exports end well: no row that the ledger doesn't own, and no error but the archive's`,
  () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryDirectory, "export")
      const { plan } = yield* checkText(pipeline(path))
      if (plan === null) return yield* Effect.die("the pipeline is wrong")
      let done = 0
      for (let copy = 0; copy < COPIES; copy++) {
        rmSync(path, { recursive: true, force: true })
        renameSync(yield* exported(stream("apple-photos", copy)), path)
        const exit: Exit.Exit<RunSummary, unknown> = yield* Effect.exit(Effect.scoped(run(plan, "run")))
        if (Exit.isFailure(exit)) assert.instanceOf(yield* Effect.flip(exit), SourceError, `copy ${copy}`)
        else {
          done++
          const ledger = exit.value.sources["photos"]
          assert.isTrue(ledger !== undefined && addsUp(ledger), `copy ${copy}`)
        }
        const { staged, owned } = yield* counts
        assert.strictEqual(staged, owned, `copy ${copy}`)
      }
      assert.isAbove(done, 0)
    }).pipe(Effect.scoped, Effect.provide(scratch)),
  600_000
)
