/** A location history through staging, beside DuckDB's own reading of the same rows into a table. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Ran, alternate, median, rounded, runNode } from "./process.ts"
import type { Bench } from "./report.ts"
import { makeHistory } from "./timeline-data.ts"

/** About 860 MB: what a phone tells in ten years. */
const FULL = 2_000_000
const ROUNDS = 3
const MEGABYTE = 1024 ** 2

/** As little as a pipeline can have beside a source. */
const pipeline = (file: string, directory: string): string => `
name: bench
sources:
  points: { type: google-timeline.points, path: "${file}" }
transforms:
  number: { type: sql, query: select count(*) as n from points }
sinks:
  number: { type: file, from: number, path: "${directory}/number.parquet" }
`

const reader = fileURLToPath(new URL("./timeline-read.ts", import.meta.url))
const scanner = fileURLToPath(new URL("./timeline-scan.ts", import.meta.url))

/** A history with the ways to read it; each gives seconds, and remembers the process. */
const prepare = async (directory: string, records: number) => {
  mkdirSync(directory)
  const files = await makeHistory(directory, records)
  const file = join(directory, "pipeline.yaml")
  writeFileSync(file, pipeline(files.takeout, directory))
  const target = join(directory, "target")
  const ran: { readonly [way: string]: Array<Ran> } = { staged: [], scanned: [], array: [], lines: [] }
  const run = (way: string, args: ReadonlyArray<string>, expected: string) => async () => {
    rmSync(target, { recursive: true, force: true })
    const one = await runNode(args)
    if (!one.stdout.includes(expected)) throw new Error(`not all records arrived: ${one.stdout}`)
    ran[way]?.push(one)
    return one.seconds
  }
  return {
    staged: run("staged", ["bin/keepsake.js", "run", file, "--home", target, "--json", "-q"], `"read":${records}`),
    scanned: run("scanned", [scanner, files.takeout, target], String(records)),
    array: run("array", [reader, "array", files.array, target], String(records)),
    lines: run("lines", [reader, "newline_delimited", files.lines, target], String(records)),
    middle: (way: string, what: "cpuSeconds" | "peakBytes") => median((ran[way] ?? []).map((one) => one[what]))
  }
}

export const timeline: Bench = {
  name: "timeline",
  summary: "a location history through staging / DuckDB's read_json of the same rows into a table",
  run: async ({ directory, rows: size = FULL }) => {
    const full = await prepare(join(directory, "full"), size)
    const third = await prepare(join(directory, "third"), Math.ceil(size / 3))
    const medians = await alternate(ROUNDS, [
      full.staged,
      full.scanned,
      full.array,
      full.lines,
      third.staged,
      third.array
    ])
    const [staged = Number.NaN, scanned = Number.NaN, array = Number.NaN, lines = Number.NaN, ...small] = medians
    const cpu = (way: string) => full.middle(way, "cpuSeconds")
    return [
      {
        name: "staged_to_read_json",
        value: rounded(staged / array),
        meaning: `keepsake run / read_json of the array, ${size} records`
      },
      {
        name: "staged_to_read_json_cpu",
        value: rounded(cpu("staged") / cpu("array")),
        meaning: "the same in processor time"
      },
      {
        name: "third_to_read_json",
        value: rounded((small[0] ?? Number.NaN) / (small[1] ?? Number.NaN)),
        meaning: "the same with a third of the records: what the start of the program costs shows more"
      },
      {
        name: "connector_to_read_json",
        value: rounded(scanned / array),
        meaning: "the connector's part: into a table, without staging's keys and hashes / the same"
      },
      {
        name: "connector_to_read_json_cpu",
        value: rounded(cpu("scanned") / cpu("array")),
        meaning: "the same in processor time"
      },
      {
        name: "staged_to_ndjson",
        value: rounded(staged / lines),
        meaning: "keepsake run / read_json of a record a line"
      },
      { name: "staged_seconds", value: rounded(staged), meaning: `median of ${ROUNDS}` },
      { name: "read_json_seconds", value: rounded(array), meaning: `median of ${ROUNDS}` },
      {
        name: "memory_growth",
        value: rounded(full.middle("staged", "peakBytes") / third.middle("staged", "peakBytes")),
        meaning: "peak memory / that of a third of the records"
      },
      {
        name: "peak_megabytes",
        value: rounded(full.middle("staged", "peakBytes") / MEGABYTE),
        meaning: "peak memory of the run"
      }
    ]
  }
}
