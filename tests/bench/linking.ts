/** The pipeline that links a life, over as many rows as ten years leave behind; then again after one more day. */
import { DuckDBInstance } from "@duckdb/node-api"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { makeLinkedLife } from "./linking-data.ts"
import { rounded, runNode } from "./process.ts"
import type { Bench, Figure } from "./report.ts"

const FULL = 1_000_000
const DAYS = 3650
const MEGABYTE = 1024 ** 2

const SOURCES = (directory: string) => ({
  photos: { type: "file.rows", path: `${directory}/photos/*.parquet`, key: ["file_name"], entity: "media" },
  events: { type: "file.rows", path: `${directory}/events/*.parquet`, key: ["uid"], entity: "events" },
  visits: { type: "file.rows", path: `${directory}/visits/*.parquet`, key: ["starts_at"], entity: "visits" },
  points: { type: "file.rows", path: `${directory}/points/*.parquet`, key: ["recorded_at", "latitude", "longitude"] },
  plays: { type: "file.rows", path: `${directory}/plays/*.parquet`, key: ["started_at"], entity: "plays" }
})

/** pipelines/life.yaml over files of rows. */
const pipeline = (directory: string): string => {
  const life: Record<string, unknown> = parse(readFileSync("pipelines/life.yaml", "utf8"))
  const { tests: _, ...rest } = life
  return stringify({ ...rest, sources: SOURCES(directory) })
}

interface Step {
  readonly step: string
  readonly seconds: number
}

/** What came after the sources were staged, step by step: each remembers when it was done. */
const stepsOf = async (database: string, started: number): Promise<ReadonlyArray<Step>> => {
  const instance = await DuckDBInstance.create(database, { access_mode: "READ_ONLY" })
  const connection = await instance.connect()
  const rows = await connection.runAndReadAll(
    `select step, epoch_ms(finished_at)::double from state.steps where epoch_ms(finished_at) >= ${started} order by finished_at`
  )
  connection.closeSync()
  instance.closeSync()
  const found = rows.getRows().map(([step, at]) => ({ step: String(step), at: Number(at) }))
  const staged = found.findLastIndex(({ step }) => step.startsWith("source:"))
  return found.slice(staged + 1).map(({ at, step }, index) => ({
    step,
    seconds: (at - (found[staged + index]?.at ?? at)) / 1000
  }))
}

const total = (steps: ReadonlyArray<Step>): number => steps.reduce((sum, { seconds }) => sum + seconds, 0)

export const linking: Bench = {
  name: "linking",
  summary: "pipelines/life.yaml: all that links, from staging to life; then again after one more day",
  run: async ({ directory, rows: media = FULL }) => {
    const days = Math.max(60, Math.round((DAYS * media) / FULL))
    await makeLinkedLife(directory, "first.parquet", { media, days, from: 0 })
    const file = join(directory, "pipeline.yaml")
    writeFileSync(file, pipeline(directory))
    const home = join(directory, "home")
    rmSync(home, { recursive: true, force: true })
    const run = async () => {
      const started = Date.now()
      const ran = await runNode(["bin/keepsake.js", "run", file, "--home", home, "--json", "-q"])
      return { ...ran, steps: await stepsOf(join(home, "keepsake.duckdb"), started) }
    }
    const first = await run()
    await makeLinkedLife(directory, "next.parquet", { media: Math.round(media / days), days: 1, from: days })
    const next = await run()
    const [whole, again] = [total(first.steps), total(next.steps)]
    const slow = (steps: ReadonlyArray<Step>, which: string): ReadonlyArray<Figure> =>
      steps
        .toSorted((a, b) => b.seconds - a.seconds)
        .slice(0, 8)
        .map(({ seconds, step }) => ({ name: `${which} ${step}`, value: rounded(seconds), meaning: "seconds" }))
    return [
      { name: "linking_seconds", value: rounded(whole), meaning: `${media} media and all that goes with them` },
      { name: "rebuild_seconds", value: rounded(again), meaning: "after one more day" },
      { name: "rebuild_to_linking", value: rounded(again / whole), meaning: "the second / the first" },
      { name: "run_seconds", value: rounded(first.seconds), meaning: "with staging" },
      { name: "rerun_seconds", value: rounded(next.seconds), meaning: "with staging, after one more day" },
      {
        name: "peak_megabytes",
        value: rounded(Math.max(first.peakBytes, next.peakBytes) / MEGABYTE),
        meaning: "peak memory of a run"
      },
      ...slow(first.steps, "first"),
      ...slow(next.steps, "next")
    ]
  }
}
