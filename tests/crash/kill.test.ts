import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { writeSample } from "../../src/sample/index.ts"
import { stream } from "../../src/sample/random.ts"
import { lifeOf } from "../conformance/life.ts"
import { type Ended, runProcess } from "./process.ts"

const KILLS = 50
/** After so many kills a home is left alone, that later ones begin with nothing again. */
const KILLS_PER_HOME = 12

const directory = mkdtempSync(join(tmpdir(), "keepsake-crash-"))
const sample = join(directory, "sample")
const calm = join(directory, "calm")

const job = (home: string) => ({
  pipeline: "pipelines/memories.yaml",
  home,
  environment: { TAKEOUT: join(sample, "takeout-*.zip"), CALENDAR: join(sample, "calendar.ics") }
})
const life = (home: string) => Effect.runPromise(lifeOf(home))
const finished = (ended: Ended) => expect(ended, ended.errors).toMatchObject({ code: 0, signal: null })

describe("a process that is stopped", () => {
  let undisturbed: Awaited<ReturnType<typeof life>> = {}
  let duration = 0

  beforeAll(async () => {
    await Effect.runPromise(
      writeSample({ directory: sample, days: 12, seed: 7 }).pipe(Effect.provide(NodeServices.layer))
    )
    const ended = await runProcess(job(calm))
    finished(ended)
    duration = ended.milliseconds
    undisturbed = await life(calm)
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it("has something to lose", () => {
    for (const table of ["media", "events", "memories", "albums", "album_items", "links", "provenance"]) {
      expect(undisturbed[table]?.length, table).toBeGreaterThan(0)
    }
  })

  it(`loses nothing and doubles nothing by ${KILLS} kills at any moment (I1, I2)`, { timeout: 300_000 }, async () => {
    const random = stream("kill", 1)
    let kills = 0
    let homes = 0
    const disturb = async () => {
      while (kills < KILLS) {
        const home = join(directory, `home-${homes++}`)
        for (let kill = 0; kill < KILLS_PER_HOME && kills < KILLS; kill++) {
          const ended = await runProcess(job(home), { signal: "SIGKILL", milliseconds: random.next() * duration })
          // A run that was done before its kill was not disturbed: this home has no more to offer.
          if (ended.signal !== "SIGKILL") {
            finished(ended)
            break
          }
          kills++
        }
        finished(await runProcess(job(home)))
        expect(await life(home)).toEqual(undisturbed)
        rmSync(home, { recursive: true, force: true })
      }
    }
    await Promise.all([disturb(), disturb()])
    expect(kills).toBeGreaterThanOrEqual(KILLS)
  })

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("ends after %s with %i, and continues", async ([signal, code]) => {
    for (const words of ["reading google-takeout.photos", "loading memories"]) {
      const home = join(directory, `${signal} ${words}`)
      const stopped = await runProcess(job(home), { signal, words })
      expect(stopped, stopped.errors).toMatchObject({ code, signal: null })
      expect(stopped.errors).toContain("Run the same command again to continue")
      finished(await runProcess(job(home)))
      expect(await life(home)).toEqual(undisturbed)
    }
  })
})
