/** The connections of a pipeline, without asking anybody: client ids, secrets, consents, scopes, and what ends before long. */
import { Effect } from "effect"
import { apiKeyOf } from "../../account/accounts.ts"
import { type Want, consentsOf } from "../../account/consent.ts"
import { connectCommand } from "../../account/failure.ts"
import { authorityOf } from "../../account/oauth.ts"
import { type Provider, type Providers, providerOf } from "../../account/provider.ts"
import { scopeName, scopeWords } from "../../account/scope.ts"
import { standingOf } from "../../account/standing.ts"
import type { Vault } from "../../account/vault.ts"
import type { Connection } from "../../component/account.ts"
import type { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import type { Plan } from "../../pipeline/plan.ts"
import { wantsOf } from "../connection.ts"
import { type Check, ofError, ok, problem, warning } from "./check.ts"

const checkConnection = (
  plan: Plan,
  connection: Connection
): Effect.Effect<ReadonlyArray<Check>, SourceError | DatabaseError, Vault | Providers | Database> =>
  Effect.gen(function* () {
    const about = `connection ${connection.name}`
    const provider = yield* providerOf(connection)
    const connect = `Run: ${connectCommand(connection)}`
    const wants = wantsOf(plan, connection)
    if (wants.length > 0 && wants.every(({ key }) => key === true)) {
      return yield* checkKey(about, connection, provider, wants)
    }
    const scopes = wants.flatMap((want) => want.scopes.map((scope) => scopeName(provider, scope)))
    const authority = yield* Effect.result(authorityOf(provider, connection, [...new Set(scopes)]))
    const client =
      authority._tag === "Failure"
        ? [ofError(about, authority.failure)]
        : [ok(about, `${connection.account} at ${provider.title}, client_id ${connection.clientId}.`)]
    const { connectedAt, granted, state, warning: ending } = yield* standingOf(connection)
    if (state === "never") return [...client, problem(about, "It was never connected.", connect)]
    if (state === "ended") return [...client, problem(about, `The access has ended: ${ending ?? ""}.`, connect)]
    const given = yield* consentsOf(connection)
    if (given.withdrawn) return [...client, problem(about, "The consent was withdrawn.", connect)]
    const since = connectedAt === null ? "" : ` since ${new Date(connectedAt).toISOString().slice(0, 10)}`
    return [
      ...client,
      ok(about, `Connected${since}.`),
      ...(ending === null ? [] : [warning(about, ending, connect)]),
      ...missing(plan, connection, provider, granted, given.scopes).map((words) => warning(about, words, connect))
    ]
  })

/** A connection of which only the API key is used. */
const checkKey = (about: string, connection: Connection, provider: Provider, wants: ReadonlyArray<Want>) =>
  Effect.gen(function* () {
    const key = yield* Effect.result(apiKeyOf(connection))
    if (key._tag === "Failure") return [ofError(about, key.failure)]
    const given = yield* consentsOf(connection)
    const scopes = wants.flatMap((want) => want.scopes.map((scope) => scopeName(provider, scope)))
    const lacking = scopes.filter((scope) => !given.scopes.has(scope))
    return lacking.length === 0
      ? [ok(about, `An API key for ${provider.title}, with your consent to ${[...new Set(scopes)].join(", ")}.`)]
      : [problem(about, `You have not agreed to ${lacking.join(", ")}.`, `Run: ${connectCommand(connection)}`)]
  })

/** What its streams need, and weren't given. */
const missing = (
  plan: Plan,
  connection: Connection,
  provider: Provider,
  granted: ReadonlyArray<string>,
  consented: ReadonlySet<string>
): ReadonlyArray<string> =>
  wantsOf(plan, connection).flatMap(({ key, scopes, source, stream }) =>
    scopes
      .map((scope) => scopeName(provider, scope))
      .filter((scope) => (key !== true && !granted.includes(scope)) || !consented.has(scope))
      .map((scope) => `${source} (${stream}) may not ${scopeWords(provider, scope)}: ${scope} is not granted.`)
  )

export const checkConnections = (plan: Plan) =>
  Effect.map(
    Effect.forEach([...plan.connections.values()], (connection) =>
      Effect.catchTag(checkConnection(plan, connection), "SourceError", (error) =>
        Effect.succeed([ofError(`connection ${connection.name}`, error)])
      )
    ),
    (checks) => checks.flat()
  )
