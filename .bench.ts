import { makePlan, sortEntries } from "./connectors/google-takeout/plan.ts"
import { readJson } from "./connectors/google-takeout/json.ts"
import { outcomeOf } from "./connectors/google-takeout/outcome.ts"
import { makeZones } from "./connectors/media/zone.ts"
import { plainFacts } from "./tests/connectors/media/facts.ts"
const n = Number(process.argv[2])
const entries: any[] = []
const js: any[] = []
for (let i = 0; i < n; i++) {
  const y = 2010 + (i % 10)
  const name = `PXL_${y}0101_${String(i).padStart(9, "0")}.jpg`
  const p = `Takeout/Google Photos/Photos from ${y}/${name}`
  const e = (path: string) => ({ archive: `t-00${i % 4}.zip`, path, size: 100, modifiedAt: null, crc32: null, location: { kind: "file", file: path } })
  entries.push(e(p), e(p + ".supplemental-metadata.json"))
  js.push(Buffer.from(JSON.stringify({ title: name, description: "", imageViews: "1", photoTakenTime: { timestamp: String(1.5e9 + i * 1000) }, geoData: { latitude: 40 + (i % 100) / 10, longitude: 8, altitude: 1 }, url: "x" })))
}
let t = performance.now()
const lap = (what: string) => { const d = performance.now() - t; console.log(what, (d * 1000 / n).toFixed(1), "us/picture"); t = performance.now() }
const sorted = sortEntries(entries); lap("sort")
const contents = js.map(readJson); lap("json")
const plan = makePlan({ rejects: [], skipped: [] }, sorted, contents, { trash: "skip", partner: "keep", fingerprint: "f" }); lap("plan")
const out = outcomeOf({ zones: makeZones(), prefer: "sidecar", assumedZone: "UTC", now: 2e12 as any })
let c = 0
for (const u of plan.units) c += out(u, [{ _tag: "Facts", facts: { ...plainFacts, takenLocal: 1.5e12 as any } }]).records.length
lap("rows"); console.log(c, Math.round(process.memoryUsage().heapUsed / 1e6), "MB")
