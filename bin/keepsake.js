#!/usr/bin/env node
// Keepsake needs Node 22.19 or later. Where the system's is older, the one that comes with the package takes over.
import { spawn } from "node:child_process"
import * as module from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major > 22 || (major === 22 && minor >= 19)) {
  module.enableCompileCache()
  await import("../dist/main.js")
} else {
  const packaged = dirname(module.createRequire(import.meta.url).resolve("node/package.json"))
  const node = join(packaged, "bin", process.platform === "win32" ? "node.exe" : "node")
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" })
  // The child decides when to end: after a clean checkpoint. A terminal's SIGINT reaches it by itself.
  process.on("SIGINT", () => {})
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143)
  })
}
