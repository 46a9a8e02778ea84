/** Listening histories into staging, beside DuckDB's own reading of the same files into a table. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { alternate, median, rounded, runNode } from "./process.ts"
import type { Bench } from "./report.ts"
import { makeListening } from "./spotify-data.ts"

const FULL = 1_000_000
const ROUNDS = 3

/** A sink there must be: it gets no rows, so that what is measured ends with staging. */
const pipeline = (directory: string): string => `
name: bench
sources:
  plays: { type: spotify-archive.plays, path: "${directory}/history", private_sessions: true }
transforms:
  none: { type: filter, from: plays, where: "false" }
sinks:
  out: { type: file, from: none, path: "${directory}/none.csv" }
`

const bare = fileURLToPath(new URL("./spotify-bare.ts", import.meta.url))

export const spotify: Bench = {
  name: "spotify",
  summary: "listening histories into staging / DuckDB's read_json of the same files into a table",
  run: async ({ directory, rows = FULL }) => {
    await makeListening(join(directory, "history"), rows)
    const file = join(directory, "pipeline.yaml")
    writeFileSync(file, pipeline(directory))
    const home = join(directory, "home")
    const table = join(directory, "bare.duckdb")
    const cpu = { ours: Array<number>(), plain: Array<number>(), typed: Array<number>() }
    const again: Array<number> = []
    let peakBytes = 0
    const ours = () => runNode(["bin/keepsake.js", "run", file, "--home", home, "--json", "-q"])
    const byHand = async (how: "plain" | "typed") => {
      rmSync(table, { force: true })
      const ran = await runNode([bare, join(directory, "history", "*.json"), table, how])
      cpu[how].push(ran.cpuSeconds)
      return ran.seconds
    }
    const [staged = Number.NaN, plain = Number.NaN, typed = Number.NaN] = await alternate(ROUNDS, [
      async () => {
        rmSync(home, { recursive: true, force: true })
        const first = await ours()
        if (!first.stdout.includes(`"read":${rows},"new":${rows}`)) throw new Error(`not all arrived: ${first.stdout}`)
        cpu.ours.push(first.cpuSeconds)
        peakBytes = Math.max(peakBytes, first.peakBytes)
        again.push((await ours()).seconds)
        return first.seconds
      },
      () => byHand("plain"),
      () => byHand("typed")
    ])
    return [
      {
        name: "staging_to_read_json",
        value: rounded(staged / plain),
        meaning: `keepsake run / read_json, ${rows} plays`
      },
      { name: "staging_to_typed", value: rounded(staged / typed), meaning: "the same / read_json with typed columns" },
      {
        name: "staging_to_read_json_cpu",
        value: rounded(median(cpu.ours) / median(cpu.plain)),
        meaning: "the first in processor time"
      },
      {
        name: "staging_to_typed_cpu",
        value: rounded(median(cpu.ours) / median(cpu.typed)),
        meaning: "the second in processor time"
      },
      {
        name: "again_to_first",
        value: rounded(median(again) / staged),
        meaning: "second run, nothing new / first run"
      },
      { name: "peak_megabytes", value: rounded(peakBytes / 1024 ** 2), meaning: "peak memory of keepsake" },
      { name: "staging_seconds", value: rounded(staged), meaning: `median of ${ROUNDS}` },
      { name: "read_json_seconds", value: rounded(plain), meaning: `median of ${ROUNDS}` },
      { name: "typed_seconds", value: rounded(typed), meaning: `median of ${ROUNDS}` }
    ]
  }
}
