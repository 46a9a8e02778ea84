/** The search at the end of a test run finds a secret wherever it got to, and in whatever way it is written. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { SAID, SECRETS_FILE } from "./secrecy/record.ts"
import { search } from "./secrecy/search.ts"

const TOKEN = "ya29.planted/by+this~test-0123456789"
const HOME = "homes/1-0/.keepsake"

let run = ""
const put = (path: string, text: string) => writeFileSync(join(run, path), text)
const leaks = async () => (await search(run)).leaks

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "keepsake-planted-"))
  mkdirSync(join(run, SAID))
  mkdirSync(join(run, HOME), { recursive: true })
  put(SECRETS_FILE, `${JSON.stringify({ kind: "access token", value: TOKEN })}\n`)
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

const filler = "a life's worth of words, ".repeat(4_000)

describe("a planted token is found", () => {
  it.each([
    ["as it is", TOKEN],
    ["in an address", `https://provider.example/?token=${encodeURIComponent(TOKEN)}&b=1`],
    ["in an authorization header", Buffer.from(`client:${TOKEN}`).toString("base64")],
    ["in bytes", Buffer.from(TOKEN).toString("hex")]
  ])("%s", async (_, text) => {
    put(`${SAID}/console`, `${filler}${text}${filler}`)
    expect(await leaks()).toEqual([{ kind: "access token", place: `${SAID}/console` }])
  })

  it("wherever it stands in a file", async () => {
    for (let lead = 0; lead < 20; lead++) {
      put(`${HOME}/run.log`, "x".repeat(lead) + TOKEN)
      expect(await leaks(), String(lead)).toEqual([{ kind: "access token", place: `${HOME}/run.log` }])
    }
  })

  it("in a table, where its bytes are compressed, and in what a view says", async () => {
    const instance = await DuckDBInstance.create(join(run, HOME, "keepsake.duckdb"))
    const connection = await instance.connect()
    await connection.run(`create schema state; create table state.runs as
      select range as id, json_object('request', 'Bearer ${TOKEN.slice(0, 20)}' || '${TOKEN.slice(20)}', 'n', range // 1000) as definition
      from range(20000)`)
    await connection.run(`create view notes as select '${TOKEN}' as note`)
    connection.closeSync()
    instance.closeSync()
    const places = (await leaks()).map(({ place }) => place)
    expect(places).toContain(`${HOME}/keepsake.duckdb: state.runs`)
    expect(places).toContain(`${HOME}/keepsake.duckdb: definitions`)
  })

  it("and so is the key of a vault, anywhere but in its file", async () => {
    const key = `AGE-SECRET-KEY-1${"QPZRY9X8GF2TVDW0".repeat(3)}`
    put(`${HOME}/vault.key`, `${key}\n`)
    expect(await leaks()).toEqual([])
    put(`${SAID}/console`, `The key is ${key}.`)
    expect(await leaks()).toEqual([{ kind: "vault.key", place: `${SAID}/console` }])
  })
})

it("and nothing where there is none, nor half of it", async () => {
  put(`${SAID}/console`, `${filler}${TOKEN.slice(0, 30)}${filler}`)
  put(`${HOME}/vault.age`, filler)
  expect(await search(run)).toEqual({ secrets: 1, files: 2, databases: 0, leaks: [] })
})
