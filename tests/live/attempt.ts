/** One trial: a home of its own, a consent, the credentials in its vault, and the same pipeline twice. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Clock, Effect, Layer, Redacted, type Scope } from "effect"
import { type Want, recordConsent } from "../../src/account/consent.ts"
import { grantOf, keepGrant } from "../../src/account/grant.ts"
import { providerOf } from "../../src/account/provider.ts"
import { scopeName } from "../../src/account/scope.ts"
import { setSecret } from "../../src/account/secret.ts"
import { Vault } from "../../src/account/vault.ts"
import { wantsOf } from "../../src/command/connection.ts"
import type { Connection } from "../../src/component/account.ts"
import { SourceError } from "../../src/component/error.ts"
import { authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import type { RunSummary } from "../../src/engine/run.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { processOver } from "../account/process.ts"
import { checkText, over, query, temporaryDirectory } from "../support/engine.ts"
import { runOnline } from "../support/online.ts"
import { type Credentials, type Environment, credentialsFor, keepRefreshToken } from "./credentials.ts"
import { PLACES, type Trial } from "./trials.ts"

export type Outcome =
  | { readonly kind: "skipped"; readonly wants: ReadonlyArray<string> }
  | { readonly kind: "passed" | "failed"; readonly words: string; readonly note: string | null }

const MONTHS_BACK = 3

const sinceOf = (now: number): string => {
  const date = new Date(now)
  date.setUTCMonth(date.getUTCMonth() - MONTHS_BACK)
  return date.toISOString().slice(0, 10)
}

const pipelineOf = (
  { aside, steps }: Trial,
  { also, connection }: Credentials,
  directory: string,
  now: number
): string => {
  const places = join(directory, "places.ndjson")
  writeFileSync(places, PLACES.map((place) => JSON.stringify(place)).join("\n"))
  const lines = steps({ since: sinceOf(now), places, also })
  const last = lines.at(-1)?.trim().split(":")[0] ?? ""
  return [
    "name: live",
    "connections:",
    `  live: ${JSON.stringify(connection)}`,
    ...lines,
    "sinks:",
    aside === true
      ? `  list: { type: file, path: ${join(directory, "list.ndjson")}, from: ${last} }`
      : `  memories: { type: memories, from: ${last} }`
  ].join("\n")
}

/** The consent is the person's who has set the variables; the vault gets what they hold. */
const prepare = (
  connection: Connection,
  wants: ReadonlyArray<Want>,
  { refresh, secrets }: Credentials,
  directory: string
) =>
  Effect.gen(function* () {
    const provider = yield* providerOf(connection)
    const scopes = [...new Set(wants.flatMap((want) => want.scopes.map((scope) => scopeName(provider, scope))))]
    const home = homeAt(directory)
    const vault = join(directory, "vault.age")
    yield* recordConsent({ connection, pipeline: "live", wants, scopes, database: home.database, vault }, provider)
    for (const [name, value] of Object.entries(secrets)) yield* setSecret(name, Redacted.make(value))
    if (refresh === null) return
    const now = yield* Clock.currentTimeMillis
    yield* keepGrant(connection, {
      access: null,
      refresh: Redacted.make(refresh.token),
      issued_at: now,
      expires_at: null,
      scopes,
      client_id: connection.clientId ?? "",
      connected_at: now,
      ended: null
    })
  })

const requestsOf = ({ sources, transforms }: RunSummary): number =>
  [...Object.values(sources), ...Object.values(transforms)].reduce((sum, { requests = 0 }) => sum + requests, 0)

/** What is wrong with a run, in words; null: nothing. */
const faultOf = ({ sources, unread = {} }: RunSummary, second: boolean): string | null => {
  for (const { code, hint, message } of Object.values(unread)) return `${code}: ${message} ${hint}`
  for (const [name, ledger] of Object.entries(sources)) {
    if (!addsUp(ledger)) return `the ledger of ${name} doesn't add up: ${JSON.stringify(ledger)}`
    if (ledger.rejected > 0) return `${ledger.rejected} records of ${name} were rejected: the API may have changed`
    if (second && ledger.new > 0) return `the second run added ${ledger.new} records`
  }
  return null
}

const totals = (summary: RunSummary): string => {
  const read = Object.values(summary.sources).reduce((sum, ledger) => sum + ledger.read, 0)
  return `${read} read with ${requestsOf(summary)} requests`
}

const answered = (home: string) =>
  Effect.map(query(home, authored("select count(google_place_id)::integer as n from cache.google_geocode")), ([row]) =>
    Number(row?.["n"] ?? 0)
  )

const twice = (trial: Trial, text: string, home: string) =>
  Effect.gen(function* () {
    const first = yield* runOnline(text, home)
    const wrong = faultOf(first, false)
    if (wrong !== null) return { kind: "failed" as const, words: wrong }
    if (requestsOf(first) === 0) return { kind: "failed" as const, words: "nothing was asked" }
    if (trial.keyed && (yield* answered(home)) < PLACES.length) {
      return { kind: "failed" as const, words: "places that everybody knows were not named" }
    }
    const second = yield* runOnline(text, home)
    const different =
      faultOf(second, true) ?? (trial.keyed && requestsOf(second) > 0 ? "places were asked for again" : null)
    if (different !== null) return { kind: "failed" as const, words: different }
    return {
      kind: "passed" as const,
      words: `${totals(first)}; again: nothing new, with ${requestsOf(second)} requests`
    }
  })

/** Whether the provider has replaced the refresh token. */
const replaced = (connection: Connection, { refresh }: Credentials, environment: Environment) =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const token = grantOf(yield* vault.contents, connection)?.refresh ?? null
    if (refresh === null || token === null || Redacted.value(token) === refresh.token) return null
    return keepRefreshToken(connection.provider, Redacted.value(token), environment)
  })

const wordsOf = (error: unknown): string =>
  error instanceof SourceError ? `${error.code}: ${error.message} ${error.hint}` : String(error)

export const attempt = (trial: Trial, environment: Environment): Effect.Effect<Outcome, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const credentials = credentialsFor(trial, environment)
    if ("wants" in credentials) return { kind: "skipped", ...credentials }
    const directory = yield* temporaryDirectory
    const text = pipelineOf(trial, credentials, directory, yield* Clock.currentTimeMillis)
    const { findings, plan } = yield* checkText(text)
    const connection = plan?.connections.get("live")
    if (plan === null || connection === undefined) {
      return { kind: "failed", words: findings.map(renderFinding).join("\n"), note: null }
    }
    const accounts = Layer.provideMerge(processOver(directory), over(directory))
    yield* Effect.provide(prepare(connection, wantsOf(plan, connection), credentials, directory), accounts)
    const outcome = yield* twice(trial, text, directory).pipe(
      Effect.catch((error) => Effect.succeed({ kind: "failed" as const, words: wordsOf(error) }))
    )
    const note = yield* Effect.provide(replaced(connection, credentials, environment), accounts)
    return { ...outcome, note }
  })
