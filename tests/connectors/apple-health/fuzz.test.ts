import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SourceError } from "../../../src/component/error.ts"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { zipOf } from "../../archive/zips.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"
import { STEPS, TIME, entry, healthData, record } from "./exports.ts"

/** A campaign has more: KEEPSAKE_FUZZ=500. */
const CASES = Number(process.env["KEEPSAKE_FUZZ"] ?? 50)

const RECORDS = 40

const exported = () => {
  const records = Array.from({ length: RECORDS }, (_, value) =>
    record({ ...STEPS, value: String(value) }, value % 4 === 0 ? entry("HKTimeZone", "Europe/Zurich") : "")
  )
  const correlation = ` <Correlation type="x" startDate="${TIME}">\n${records[0]}${records[1]} </Correlation>\n`
  const workout = ` <Workout workoutActivityType="y" startDate="${TIME}">\n  <WorkoutEvent date="${TIME}"/>\n </Workout>\n`
  return Buffer.from(healthData(correlation + records.join("") + workout))
}

/** Mulberry32. */
const randomOf = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

interface Damaged {
  readonly name: string
  readonly bytes: Uint8Array
  /** So many of the records are surely whole; null: the archive decides. */
  readonly whole: number | null
}

const damage = async (random: (below: number) => number): Promise<Damaged> => {
  const xml = exported()
  const name = ["export.xml", "eksport.xml", "notes.txt.xml"][random(3)] ?? ""
  const flip = (bytes: Buffer): Buffer => {
    const at = random(bytes.length)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random(8)), at)
    return bytes
  }
  const zip = () => zipOf([{ name: `apple_health_export/${name}`, content: xml, compress: random(2) === 0 }])
  switch (random(4)) {
    case 0: {
      const bytes = xml.subarray(0, random(xml.length))
      const ended = bytes.toString("latin1").match(/<Record [^>]*\/>|<\/Record>/g)?.length ?? 0
      // Two of them are copies.
      return { name, bytes, whole: Math.max(0, ended - 2) }
    }
    case 1:
      return { name, bytes: flip(xml), whole: RECORDS - 3 }
    case 2:
      return { name: "export.zip", bytes: flip(await zip()), whole: null }
    default: {
      const whole = await zip()
      return { name: "export.zip", bytes: whole.subarray(0, random(whole.length)), whole: null }
    }
  }
}

const pipeline = (directory: string) => `
name: fuzz
sources:
  s: { type: apple-health.samples, path: "${directory}/in" }
sinks:
  out: { type: file, from: s, path: "${directory}/out.ndjson" }
`

it.live(
  `${CASES} damaged exports: no crash, no row that the ledger does not own, no whole record lost`,
  () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      for (let seed = 1; seed <= CASES; seed++) {
        const { bytes, name, whole } = yield* Effect.promise(() => damage(randomOf(seed)))
        const home = join(directory, `home-${seed}`)
        mkdirSync(join(directory, "in"))
        writeFileSync(join(directory, "in", name), bytes)
        const ran = yield* Effect.result(runText(pipeline(directory), home))
        const rows = yield* query(
          home,
          authored("select value, count(*) as n from staging.fuzz__s group by value")
        ).pipe(Effect.orElseSucceed(() => []))
        const place = `seed ${seed}, ${name}`
        if (ran._tag === "Failure") {
          assert.instanceOf(ran.failure, SourceError, place)
          assert.lengthOf(rows, 0, place)
          assert.isNull(whole, place)
        } else {
          const ledger = ran.success.sources["s"]
          assert.isTrue(ledger !== undefined && addsUp(ledger), place)
          const stored = rows.reduce((sum, { n }) => sum + Number(n), 0)
          assert.strictEqual(stored, ledger?.new, place)
          const known = rows.filter(({ value }) => Number.isInteger(value) && Number(value) < RECORDS)
          if (whole !== null)
            assert.isAtLeast(known.length, Math.min(whole, RECORDS), `${place} ${JSON.stringify(ledger)}`)
          if (stored < RECORDS) assert.isAbove((ledger?.rejected ?? 0) + (ledger?.skipped ?? 0), 0, place)
        }
        rmSync(join(directory, "in"), { recursive: true })
        rmSync(home, { recursive: true, force: true })
      }
    }).pipe(Effect.scoped),
  { timeout: CASES * 4000 }
)
