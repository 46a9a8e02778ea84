/** An Apple Health export of 1 GB into staging, and on into memories, beside a bare pass of an XML parser. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { makeExport } from "./health-data.ts"
import { type Ran, alternate, median, rounded, runNode } from "./process.ts"
import type { Bench } from "./report.ts"

/** 1 GB. */
const FULL = 2_400_000
const ROUNDS = 3
const MEGABYTE = 1e6

/** Staging has to be filled before something can be made of it: here, one number. */
const STAGING = `
transforms:
  counted: { type: sql, query: select count(*) as n from samples }
sinks:
  out: { type: file, from: counted, path: "{directory}/counted.csv" }
`
const LIFE = `
sinks:
  memories: { type: memories, from: samples }
`

const saxes = fileURLToPath(new URL("./health-saxes.ts", import.meta.url))

/** A pipeline that is run in a new home each time. */
const contender = (directory: string, name: string, rest: string, records: number) => {
  const folder = join(directory, name)
  mkdirSync(folder)
  const file = join(folder, "pipeline.yaml")
  const source = `samples: { type: apple-health.samples, path: "${directory}/export.xml" }`
  writeFileSync(file, `name: ${name}\nsources:\n  ${source}${rest.replace("{directory}", folder)}`)
  const ran: Array<Ran> = []
  return {
    ran,
    run: async () => {
      const home = join(folder, "home")
      rmSync(home, { recursive: true, force: true })
      const one = await runNode(["bin/keepsake.js", "run", file, "--home", home, "--json", "-q"])
      if (!one.stdout.includes(`"new":${records}`)) throw new Error(`not all records arrived: ${one.stdout}`)
      ran.push(one)
      return one.seconds
    }
  }
}

const cpuOf = (ran: ReadonlyArray<Ran>): number => median(ran.map(({ cpuSeconds }) => cpuSeconds))
const peakOf = (ran: ReadonlyArray<Ran>): number => Math.max(...ran.map(({ peakBytes }) => peakBytes)) / MEGABYTE

export const health: Bench = {
  name: "health",
  summary: "an Apple Health export into staging, and into memories / a bare pass of saxes over the same bytes",
  run: async ({ directory, rows: records = FULL }) => {
    const bytes = makeExport(join(directory, "export.xml"), records)
    const staging = contender(directory, "staging", STAGING, records)
    const life = contender(directory, "life", LIFE, records)
    const passes: Array<Ran> = []
    const pass = async () => {
      const one = await runNode([saxes, join(directory, "export.xml")])
      if (Number(one.stdout) !== records) throw new Error(`saxes found ${one.stdout} records`)
      passes.push(one)
      return one.seconds
    }
    const [bare = Number.NaN, staged = Number.NaN, kept = Number.NaN] = await alternate(ROUNDS, [
      pass,
      staging.run,
      life.run
    ])
    const size = `${records} records, ${Math.round(bytes / MEGABYTE)} MB`
    return [
      {
        name: "staging_to_saxes",
        value: rounded(staged / bare),
        meaning: `keepsake run into staging / saxes, ${size}`
      },
      { name: "life_to_saxes", value: rounded(kept / bare), meaning: "keepsake run into memories / the same" },
      { name: "staging_peak_megabytes", value: rounded(peakOf(staging.ran)), meaning: "peak memory into staging" },
      { name: "life_peak_megabytes", value: rounded(peakOf(life.ran)), meaning: "peak memory into memories" },
      {
        name: "staging_cpu_ratio",
        value: rounded(cpuOf(staging.ran) / cpuOf(passes)),
        meaning: "processor time: what other work on the machine disturbs less"
      },
      { name: "life_cpu_ratio", value: rounded(cpuOf(life.ran) / cpuOf(passes)), meaning: "the same into memories" },
      { name: "staging_seconds", value: rounded(staged), meaning: `median of ${ROUNDS}` },
      { name: "life_seconds", value: rounded(kept), meaning: `median of ${ROUNDS}` },
      { name: "saxes_seconds", value: rounded(bare), meaning: `median of ${ROUNDS}` }
    ]
  }
}
