#!/usr/bin/env node
// Keepsake needs Node 22.19 or later. Where the system's is older, the one that comes with the package takes over.
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  await import("../dist/main.js")
} else {
  const require = createRequire(import.meta.url)
  const node = join(
    dirname(require.resolve("node/package.json")),
    "bin",
    process.platform === "win32" ? "node.exe" : "node"
  )
  const child = spawnSync(node, [import.meta.filename ?? process.argv[1], ...process.argv.slice(2)], {
    stdio: "inherit"
  })
  process.exitCode = child.status ?? (child.signal === "SIGINT" ? 130 : 143)
}
