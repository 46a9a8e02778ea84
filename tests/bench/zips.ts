/** Memory and speed of reading a Takeout straight from its zips, beside the least that reading and hashing takes. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { rounded, runNode } from "./process.ts"
import type { Bench } from "./report.ts"
import { makeTakeout } from "./zips-data.ts"

const FULL = 60_000
const MEGABYTE = 1024 ** 2

const pipeline = (directory: string): string => `
name: bench
sources:
  photos: { type: google-takeout.photos, path: "${directory}/takeout-*.zip" }
sinks:
  memories: { type: memories, from: photos }
`

const reader = fileURLToPath(new URL("./zips-read.ts", import.meta.url))

const measure = async (directory: string, pictures: number) => {
  mkdirSync(directory)
  const zips = await makeTakeout(directory, pictures)
  const file = join(directory, "pipeline.yaml")
  writeFileSync(file, pipeline(directory))
  // The reader goes first, so that both find the zips in the system's cache where they fit into it.
  await runNode([reader, ...zips])
  const least = await runNode([reader, ...zips])
  const ours = await runNode(["bin/keepsake.js", "run", file, "--home", join(directory, "home"), "--json", "-q"])
  rmSync(directory, { recursive: true })
  if (Number(least.stdout) !== pictures) throw new Error(`the reader found ${least.stdout} pictures`)
  if (!ours.stdout.includes(`"inserted":${pictures}`)) throw new Error(`not all pictures arrived: ${ours.stdout}`)
  return { least, ours }
}

export const zips: Bench = {
  name: "zips",
  summary: "stored zips of pictures into memories / reading and hashing them",
  run: async ({ directory, rows: size = FULL }) => {
    const third = await measure(join(directory, "third"), Math.ceil(size / 3))
    const full = await measure(join(directory, "full"), size)
    return [
      {
        name: "throughput_ratio",
        value: rounded(full.least.seconds / full.ours.seconds),
        meaning: `pictures per second, keepsake run / one thread with SHA-256, ${size} pictures`
      },
      {
        name: "cpu_ratio",
        value: rounded(full.ours.cpuSeconds / full.least.cpuSeconds),
        meaning: "processor time, keepsake run / the same"
      },
      {
        name: "memory_growth",
        value: rounded(full.ours.peakBytes / third.ours.peakBytes),
        meaning: "peak memory / that of a third of the pictures"
      },
      { name: "peak_megabytes", value: rounded(full.ours.peakBytes / MEGABYTE), meaning: "peak memory of the run" },
      { name: "peak_megabytes_of_third", value: rounded(third.ours.peakBytes / MEGABYTE), meaning: "of a third" },
      { name: "pictures_per_second", value: rounded(size / full.ours.seconds), meaning: "keepsake run" },
      { name: "least_per_second", value: rounded(size / full.least.seconds), meaning: "one thread with SHA-256" },
      {
        name: "third_throughput_ratio",
        value: rounded(third.least.seconds / third.ours.seconds),
        meaning: "throughput_ratio of a third"
      }
    ]
  }
}
