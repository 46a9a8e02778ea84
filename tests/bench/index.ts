/** Ratios measured side by side on this machine: `node tests/bench/index.ts [--json] [--only NAME] [--rows N]`. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { health } from "./health.ts"
import { linking } from "./linking.ts"
import { quota } from "./quota.ts"
import { type Figure, line } from "./report.ts"
import { rows } from "./rows.ts"
import { spotify } from "./spotify.ts"
import { start } from "./start.ts"
import { sync } from "./sync.ts"
import { timeline } from "./timeline.ts"
import { truth } from "./truth.ts"
import { zips } from "./zips.ts"

const { values: given } = parseArgs({
  options: { json: { type: "boolean", default: false }, only: { type: "string" }, rows: { type: "string" } }
})

const benches = [rows, zips, health, spotify, start, timeline, linking, truth, quota, sync]
const chosen = benches.filter(({ name }) => given.only === undefined || given.only === name)
if (chosen.length === 0) throw new Error(`--only takes one of ${benches.map(({ name }) => name).join(", ")}`)

const size = given.rows === undefined ? undefined : Number(given.rows.replaceAll("_", ""))
if (size !== undefined && !(Number.isInteger(size) && size > 0)) throw new Error("--rows takes a whole number")

const results: Record<string, ReadonlyArray<Figure>> = {}
for (const { name, run, summary } of chosen) {
  if (!given.json) console.log(`${name}: ${summary}`)
  const directory = mkdtempSync(join(tmpdir(), `keepsake-bench-${name}-`))
  try {
    results[name] = await run({ rows: size, directory })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  if (!given.json) console.log(`${(results[name] ?? []).map(line).join("\n")}\n`)
}

if (given.json) {
  const plain = Object.entries(results).map(([name, figures]) => [
    name,
    Object.fromEntries(figures.map((figure) => [figure.name, figure.value]))
  ])
  console.log(JSON.stringify(Object.fromEntries(plain)))
}
