/** Every stream of archives, stopped dead while it is at work: the next runs make of it what an undisturbed run makes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { connectors } from "../../connectors/index.ts"
import { name, sql } from "../../src/component/sql.ts"
import { writeSample } from "../../src/sample/index.ts"
import { stream } from "../../src/sample/random.ts"
import { lifeOf } from "../conformance/life.ts"
import { query } from "../support/engine.ts"
import { type Ended, runProcess } from "./process.ts"

const directory = mkdtempSync(join(tmpdir(), "keepsake-crash-archives-"))
const sample = join(directory, "sample")
const pipeline = join(directory, "everything.yaml")
const job = (home: string) => ({ pipeline, home: join(directory, home) })

/** Below the sample's folder; streams of one connector read the same files. */
const FILES: { readonly [type: string]: string } = {
  "apple-health": "apple-health/*.zip",
  "apple-photos": "icloud/*.zip",
  "google-timeline": "{google/*.zip,location/*.json}",
  "google-fit": "google/*.zip",
  "google-takeout": "{google/*.zip,takeout-*.zip}",
  "spotify-archive": "spotify/*.zip",
  folder: "icloud/*.zip",
  ics: "**/*.ics",
  file: "places.csv"
}

const streams = connectors.flatMap((connector) =>
  connector.streams
    .filter(({ access }) => access === undefined)
    .map((spec) => ({ ...spec, source: spec.type.replace(/\W/g, "_"), files: FILES[connector.name] }))
)
const feeding = streams.filter(({ entity }) => entity !== null)

const text = `
name: everything
sources:
${streams.map(({ files, source, type }) => `  ${source}: { type: ${type}, path: "${join(sample, files ?? "")}" }`).join("\n")}
transforms:
  moments: { type: group-moments, from: google_takeout_photos }
sinks:
  memories: { type: memories, from: [moments, ${feeding.map(({ source }) => source).join(", ")}] }
`

/** What is staged and what was made of it, but for when. */
const outcome = (home: string) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const at = join(directory, home)
      const staged: Record<string, unknown> = {}
      for (const { source } of streams)
        staged[source] = yield* query(
          at,
          sql`select _source_id, _id::varchar as id, _hash::varchar as hash, _archive, _member
            from staging.${name(`everything__${source}`)} order by all`
        )
      return { staged, life: yield* lifeOf(at) }
    })
  )

const finished = (ended: Ended) => expect(ended, ended.errors).toMatchObject({ code: 0, signal: null })

beforeAll(async () => {
  const made = { directory: sample, days: 6, seed: 3, archives: "all" } as const
  await Effect.runPromise(writeSample(made).pipe(Effect.provide(NodeServices.layer), Effect.asVoid))
  writeFileSync(join(sample, "places.csv"), Array.from({ length: 500 }, (_, row) => `${row},place ${row}\n`).join(""))
  writeFileSync(pipeline, text)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it("every stream, killed while it is read, goes on without loss or double (I1, I2)", { timeout: 300_000 }, async () => {
  const calm = await runProcess(job("calm"))
  finished(calm)
  const undisturbed = await outcome("calm")
  for (const { source } of streams) expect(undisturbed.staged[source], source).not.toHaveLength(0)
  for (const table of ["media", "album_items", "events", "samples", "visits", "plays", "memories", "provenance"])
    expect(undisturbed.life[table], table).not.toHaveLength(0)
  const moments = [
    ...streams.map(({ source, type }) => ({ words: `${source}: reading ${type}`, end: `${source}: ` })),
    { words: "moments: group-moments", end: "moments: " },
    { words: "memories: loading memories", end: "memories: " }
  ]
  const lasted = ({ end, words }: (typeof moments)[number]) => {
    const ended = [...calm.lines].find(([line]) => line.startsWith(end) && !line.startsWith(words))?.[1] ?? 0
    return Math.max(0, ended - (calm.lines.get(words) ?? 0))
  }
  const disturb = async (label: string) => {
    const random = stream(label, 1)
    const waiting = [...moments]
    for (let home = `${label}-0`, homes = 1; waiting.length > 0; home = `${label}-${homes++}`) {
      let killed = true
      while (killed && waiting.length > 0) {
        const [moment] = waiting
        if (moment === undefined) break
        const milliseconds = random.next() * lasted(moment)
        const ended = await runProcess(job(home), { signal: "SIGKILL", words: moment.words, milliseconds })
        killed = ended.signal === "SIGKILL"
        // What an earlier run has committed isn't read again: another home has it still before it.
        if (killed) waiting.shift()
        else finished(ended)
      }
      finished(await runProcess(job(home)))
      expect(await outcome(home)).toEqual(undisturbed)
      rmSync(join(directory, home), { recursive: true, force: true })
    }
  }
  await Promise.all([disturb("first"), disturb("second")])
})
