/** With the network unplugged, all of it works: every socket that isn't a local pipe is refused, and the refusal is told. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { globSync } from "tinyglobby"
import { afterAll, beforeAll, expect, test } from "vitest"
import { writeSample } from "../../src/sample/index.ts"

const root = join(import.meta.dirname, "../..")
const directory = mkdtempSync(join(tmpdir(), "keepsake-offline-"))

/** Loaded before the program, in its threads too. */
const UNPLUGGED = `
  import net from "node:net"
  import dns from "node:dns"
  import dgram from "node:dgram"
  const refuse = (what) => { process.stderr.write("NETWORK " + what + "\\n"); throw new Error("the network is unplugged") }
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (...args) {
    const [options] = Array.isArray(args[0]) ? args[0] : args
    return typeof options === "object" && options !== null && options.path ? connect.apply(this, args) : refuse("connect")
  }
  dns.lookup = () => refuse("lookup")
  dgram.createSocket = () => refuse("dgram")
`

const keepsake = (args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, "bin/keepsake.js"), ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(UNPLUGGED)}` }
  })
  return { status, stdout, stderr }
}

beforeAll(async () => {
  const sample = { directory: join(directory, "sample"), days: 12, seed: 4, archives: "all" } as const
  await Effect.runPromise(writeSample(sample).pipe(Effect.provide(NodeServices.layer), Effect.asVoid))
}, 60_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const pipelines = Map.groupBy(globSync("pipelines/*.yaml", { cwd: root }), (file) =>
  /^connections:/m.test(readFileSync(join(root, file), "utf8")) ? "online" : "offline"
)

test.each(pipelines.get("offline") ?? [])("%s runs over the whole sample", (file) => {
  const { status, stderr, stdout } = keepsake(["run", join(root, file), "--json", "-q"])
  expect(stderr).toBe("")
  expect(status).toBe(0)
  const { ok, summary } = JSON.parse(stdout)
  expect(ok).toBe(true)
  for (const ledger of Object.values<{ new: number; rejected: number }>(summary.sources))
    expect(ledger.new).toBeGreaterThan(0)
})

test.each(pipelines.get("online") ?? [])("%s wants its account to be connected, and asks nobody before", (file) => {
  const { status, stderr, stdout } = keepsake(["run", join(root, file), "--json", "-q"])
  expect(stderr).toBe("")
  expect(status).toBe(3)
  expect(JSON.parse(stdout).error.code).toBe("not-connected")
})

test("inspect reads the whole drop", () => {
  const { status, stderr, stdout } = keepsake(["inspect", "sample", "--json", "-q", "--deep"])
  expect(stderr).toBe("")
  expect(status).toBe(0)
  expect(JSON.parse(stdout).result.streams.length).toBeGreaterThanOrEqual(10)
})

test("the plug is really pulled", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(UNPLUGGED)}`, "-e", "fetch('http://127.0.0.1:8099')"],
    { encoding: "utf8" }
  )
  expect(status).not.toBe(0)
  expect(stderr).toContain("NETWORK connect")
})
