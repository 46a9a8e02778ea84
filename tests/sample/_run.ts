import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { writeSample } from "../../src/sample/index.ts"
const [dir = "/tmp/sample", days = "365", seed = "1", from = "0"] = process.argv.slice(2)
const t = performance.now()
const c = process.cpuUsage()
const s = await Effect.runPromise(
  writeSample({ directory: dir, days: Number(days), seed: Number(seed), from: Number(from) }).pipe(
    Effect.provide(NodeServices.layer)
  )
)
const u = process.cpuUsage(c)
console.log(
  days,
  s.archives.length,
  s.media,
  s.events,
  Math.round(performance.now() - t),
  "ms wall",
  Math.round((u.user + u.system) / 1000),
  "ms cpu",
  Math.round(process.memoryUsage().rss / 1e6),
  "MB",
  Math.round(process.memoryUsage().heapUsed / 1e6)
)
