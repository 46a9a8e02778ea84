/** `connect`, `run`, `doctor`, `disconnect` as a person has them: processes over a home, and fake providers. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Providers, startProviders } from "../providers/index.ts"
import { commandLine, replyOf } from "./command-line.ts"

const { connect: connectTo, directory, ended, keepsake, remove, said, start } = commandLine("accounts")
const file = join(directory, "life.yaml")

let providers: Providers

const pipeline = (more = "") => `
name: life
connections:
  me:
    provider: google
    account: ana@example.com
    client_id: "${providers.google.client.id}"
    client_secret: \${secret:GOOGLE_CLIENT_SECRET}
    endpoint: ${providers.google.baseUrl}
${more}
sources:
  meetings: { type: google-calendar.events, connection: me }
sinks:
  memories: { type: memories, from: meetings }
`

const connect = (home: string, keep?: (scope: string) => boolean) =>
  connectTo(home, "google", file, keep === undefined ? {} : { keep })

const secretIn = (home: string) =>
  ended(start(home, "secret", "set", "GOOGLE_CLIENT_SECRET"), `${providers.google.client.secret}\n`)

beforeAll(async () => {
  providers = await startProviders({ google: { events: 30, photos: 0 } })
  writeFileSync(file, pipeline())
})
afterAll(async () => {
  await providers.stop()
  remove()
})

describe("an account", () => {
  it("is not asked for anything before it is connected: the command to run is named", async () => {
    const ran = await keepsake("fresh", "run", file, "--json")
    expect(ran.code).toBe(3)
    const { error } = replyOf(ran)
    expect(error?.code).toBe("not-connected")
    expect(error?.hint).toContain(`keepsake connect google --connection me --pipeline ${file}`)
    expect(providers.requests.all().filter(({ area }) => area === "calendar")).toEqual([])
  })

  it("needs a yes: without a terminal and --yes nothing is asked", async () => {
    const asked = await keepsake("fresh", "connect", "google", "--pipeline", file, "--json")
    expect(asked.code).toBe(2)
    expect(replyOf(asked).error?.code).toBe("consent-needed")
  })

  it("names the secret that is missing, and the setup guide when the client id is", async () => {
    const without = await keepsake("fresh", "connect", "google", "--pipeline", file, "--no-browser", "--yes")
    expect(without.code).toBe(2)
    expect(without.errors).toContain("GOOGLE_CLIENT_SECRET")
    const bare = join(directory, "bare.yaml")
    writeFileSync(bare, pipeline().replaceAll(/ {4}client_.*\n/g, ""))
    const guided = await keepsake("fresh", "connect", "google", "--pipeline", bare, "--no-browser", "--yes")
    expect(guided.code).toBe(2)
    expect(guided.errors).toContain("console.cloud.google.com")
    expect(guided.errors).toContain("http://127.0.0.1:<port>")
    expect((await keepsake("fresh", "doctor", bare)).errors).toContain("console.cloud.google.com")
  })

  it("is connected, read, looked at, disconnected, and not read again", async () => {
    expect((await secretIn("home")).code).toBe(0)
    const connected = await connect("home")
    expect(connected.code).toBe(0)
    expect(connected.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/o\/oauth2\/v2\/auth\?/)
    // What is asked for is said first, in plain words.
    expect(connected.errors).toContain("see the events of your calendars")
    expect(connected.errors).toContain(
      "The source meetings (google-calendar.events) of the pipeline life stores events"
    )

    const ran = await keepsake("home", "run", file, "--json", "-q")
    expect(ran.code).toBe(0)
    expect(replyOf(ran).summary).toMatchObject({ status: "done", sources: { meetings: { requests: 2, retries: 0 } } })
    const consents = await keepsake("home", "sql", "--format", "json", "select provider, account from state.consents")
    expect(JSON.parse(consents.out)).toEqual([{ provider: "google", account: "ana@example.com" }])
    const well = await keepsake("home", "doctor", file, "--json")
    expect(well.code).toBe(0)
    expect(replyOf(well).summary).toEqual({ warnings: 0, problems: 0 })

    const left = await keepsake("home", "disconnect", "google", "--pipeline", file)
    expect(left.code).toBe(0)
    expect(left.out).toContain("Google has revoked it")
    const again = await keepsake("home", "run", file, "--json", "-q")
    expect(again.code).toBe(3)
    expect(replyOf(again).error?.code).toBe("consent-withdrawn")
    expect((await keepsake("home", "doctor", file)).code).toBe(3)
    // What was read stays.
    const kept = await keepsake("home", "sql", "--format", "json", "select count(*) > 0 as kept from life.events")
    expect(JSON.parse(kept.out)).toEqual([{ kept: true }])
  })

  it("that ticks off a scope loses the streams that need it, with the reason, and the run goes on (I6)", async () => {
    await secretIn("partial")
    const connected = await connect("partial", (scope) => !scope.endsWith("calendarlist.readonly"))
    expect(connected.code).toBe(0)
    expect(connected.out).toContain("google-calendar.events will be left out")
    const ran = await keepsake("partial", "run", file, "--json", "-q")
    expect(ran.code).toBe(0)
    expect(replyOf(ran).summary).toMatchObject({ unread: { meetings: { code: "scope-missing" } } })
    expect((await keepsake("partial", "doctor", file)).out).toContain("calendar.calendarlist.readonly is not granted")
  })

  it("with a budget stops cleanly, and the next run continues", async () => {
    await secretIn("budget")
    await connect("budget")
    for (const [requests, status] of [
      [1, "stopped"],
      [5, "done"]
    ] as const) {
      const ran = await keepsake("budget", "run", file, "--json", "--budget", String(requests))
      expect(ran.code).toBe(0)
      expect(replyOf(ran).summary).toMatchObject({ status })
      if (status === "stopped") expect(ran.errors).toContain("Run the same command again to continue")
    }
  })

  it("leaves no secret in anything that was said or written, but the vault (I5)", () => {
    const written = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("vault."))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    const secrets = providers.secrets.all().filter(({ kind }) => kind !== "code verifier")
    expect(secrets.length).toBeGreaterThan(5)
    for (const { kind, value } of secrets) {
      for (const content of [...said, ...written]) expect(content.includes(value), kind).toBe(false)
    }
  })
})

describe("validate says of connections", () => {
  const findings = async (yaml: string) => {
    const path = join(directory, "wrong.yaml")
    writeFileSync(path, yaml)
    const { code, errors } = await keepsake("fresh", "validate", path)
    expect(code).toBe(2)
    return errors.replaceAll(directory, "").replaceAll(providers.google.baseUrl, "http://127.0.0.1:4711")
  }

  it("what is missing, wrong, unknown, and where", async () => {
    const yaml = `name: life
connections:
  music: { provider: spotify, account: ana, endpoint: "http://music.example" }
  me: { provider: google, account: ana@example.com, scopes: [calendar.event.readonly] }
sources:
  none: { type: google-calendar.events }
  wrong: { type: google-calendar.events, connection: music }
  fast: { type: google-calendar.events, connection: me, rate_limit: 8 per second, since: yesterday }
sinks:
  memories: { type: memories, from: none }
`
    expect(await findings(yaml)).toMatchSnapshot()
  })
})
