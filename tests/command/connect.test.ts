/** The ways in which a person says yes or no: a question at a terminal, a browser that opens, a code on another device. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { authored } from "../../src/component/sql.ts"
import { authorizeAsUser } from "../providers/authorize.ts"
import { type Providers, startProviders } from "../providers/index.ts"
import { query } from "../support/engine.ts"
import { commandLine, heard, replyOf } from "./command-line.ts"

const { atTerminal, directory, ended, keepsake, remove, start } = commandLine("connect")
const file = join(directory, "life.yaml")
/** Where the fake browser leaves the address that it was opened with. */
const opened = join(directory, "bin/opened")

let providers: Providers

const connectionYaml = (name: "google" | "microsoft" | "spotify", account: string): string => {
  const { baseUrl, client } = providers[name]
  const secret = client.secret === null ? "" : `, client_secret: "\${secret:GOOGLE_CLIENT_SECRET}"`
  return `  ${name}: { provider: ${name}, account: ${account}, client_id: "${client.id}", endpoint: "${baseUrl}"${secret} }`
}

const pipeline = () => `
name: life
connections:
${connectionYaml("google", "ana@example.com")}
${connectionYaml("microsoft", "ana@example.com")}
${connectionYaml("spotify", "ana")}
sources:
  meetings: { type: google-calendar.events, connection: google }
  work: { type: microsoft-calendar.events, connection: microsoft }
  music: { type: spotify.recently-played, connection: spotify }
sinks:
  memories: { type: memories, from: [meetings, work, music] }
`

const secretIn = (home: string) =>
  ended(start(home, "secret", "set", "GOOGLE_CLIENT_SECRET"), `${providers.google.client.secret}\n`)

const consentsIn = (home: string) =>
  Effect.runPromise(
    query(
      join(directory, home),
      authored("select connection, withdrawn_at is not null as withdrawn from state.consents order by given_at")
    )
  )

beforeAll(async () => {
  providers = await startProviders({
    google: { events: 3, photos: 0 },
    microsoft: { events: 3 },
    spotify: { plays: 3 }
  })
  writeFileSync(file, pipeline())
  mkdirSync(join(directory, "bin"))
  for (const name of ["xdg-open", "open"]) {
    writeFileSync(join(directory, "bin", name), `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`, { mode: 0o755 })
  }
})
afterAll(async () => {
  await providers.stop()
  remove()
})

/** There is `script` of util-linux on every Linux; macOS has another, and Windows none. */
const hasTerminals = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

describe.skipIf(!hasTerminals)("asked at a terminal", () => {
  const asked = async (home: string, key: string) => {
    const child = atTerminal(home, "connect", "google", "--pipeline", file)
    const shown = heard(child, "stdout", /Is that right\?/)
    const all: Array<string> = []
    child.stdout?.on("data", (chunk: Buffer) => all.push(chunk.toString()))
    const code = new Promise<number | null>((resolve) => child.once("close", resolve))
    await shown
    child.stdin?.write(key)
    return { child, code, all }
  }

  it("a person who says yes gets a browser with the provider's page, and is connected", async () => {
    await secretIn("yes")
    const { all, code } = await asked("yes", "y")
    while (!existsSync(opened) || readFileSync(opened, "utf8") === "") await sleep(20)
    const url = readFileSync(opened, "utf8")
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/o\/oauth2\/v2\/auth\?/)
    const { body, status } = await authorizeAsUser(url)
    expect([status, body.includes("You can close this window")]).toEqual([200, true])
    expect(await code).toBe(0)
    const text = all.join("")
    // What is asked for comes before the question, and the question before the browser.
    const order = ["see the events of your calendars", "Is that right?", "A browser opens", "Connected: google"]
    expect(order.map((words) => text.indexOf(words)).every((at, index, all) => at > (all[index - 1] ?? -1))).toBe(true)
    expect(await consentsIn("yes")).toEqual([{ connection: "google", withdrawn: false }])
  })

  it("a person who says no is asked for nothing more, and nothing is kept", async () => {
    await secretIn("no")
    const before = providers.requests.count()
    const { all, code } = await asked("no", "n")
    expect(await code).toBe(3)
    expect(all.join("")).toContain("error consent-declined: You did not agree, so nothing was asked of the provider.")
    expect(all.join("")).not.toContain("A browser opens")
    expect(providers.requests.count()).toBe(before)
    expect(await consentsIn("no")).toEqual([])
  })
})

describe("with a code for another device", () => {
  const withCode = async (home: string, allowed: boolean) => {
    const child = start(home, "connect", "microsoft", "--pipeline", file, "--device", "--yes", "--json")
    const end = ended(child)
    const [, page, code = ""] = await heard(child, "stderr", /Open (\S+) on any device, and enter the code (\w+)\./)
    expect(page).toBe(`${providers.microsoft.baseUrl}/devicelogin`)
    expect(providers.microsoft.decideDevice(code, "ana@example.com", allowed)).toBe(true)
    return await end
  }

  it("Microsoft's account is connected, and can be read", async () => {
    const connected = await withCode("device", true)
    expect(connected.code).toBe(0)
    expect(replyOf(connected)).toMatchObject({ ok: true, result: { missing: [] } })
    const only = join(directory, "work.yaml")
    writeFileSync(
      only,
      `name: work\nconnections:\n${connectionYaml("microsoft", "ana@example.com")}
sources:\n  work: { type: microsoft-calendar.events, connection: microsoft }
sinks:\n  memories: { type: memories, from: work }\n`
    )
    const ran = await keepsake("device", "run", only, "--json", "-q")
    expect(replyOf(ran)).toMatchObject({ ok: true, summary: { status: "done" } })
  })

  it("a no there takes the consent back", async () => {
    const declined = await withCode("declined", false)
    expect(declined.code).toBe(3)
    expect(replyOf(declined).error?.code).toBe("connect-denied")
    expect(await consentsIn("declined")).toEqual([{ connection: "microsoft", withdrawn: true }])
  })

  it.each(["google", "spotify"])("%s has none for this, and what to do instead is said", async (provider) => {
    await secretIn("browser")
    const before = providers.requests.count()
    const refused = await keepsake("browser", "connect", provider, "--pipeline", file, "--device", "--yes", "--json")
    expect(refused.code).toBe(2)
    const { error } = replyOf(refused)
    expect(error?.code).toBe("no-device-code")
    expect(error?.hint).toContain("--no-browser")
    expect(providers.requests.count()).toBe(before)
    // Nobody is left with a consent for what was not to be had.
    expect(await consentsIn("browser")).not.toContainEqual({ connection: provider, withdrawn: false })
  })
})
