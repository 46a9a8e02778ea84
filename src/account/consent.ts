/** What a person has agreed to, in `state.consents`: without it nothing is asked of a provider (I6). */
import { Clock, Effect, Schema } from "effect"
import type { Connection } from "../component/account.ts"
import { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { type Sql, literal, sql } from "../component/sql.ts"
import type { Provider } from "./provider.ts"
import { scopeWords } from "./scope.ts"

/** A stream that wants something of an account. */
export interface Want {
  /** `google-calendar.events` */
  readonly stream: string
  /** The source's name in the pipeline. */
  readonly source: string
  readonly scopes: ReadonlyArray<string>
  /** What is kept of it: "events, places and people". */
  readonly stores: string
  /** It is a transform that asks. */
  readonly kind?: "transform"
  /** It asks with the connection's API key. */
  readonly key?: true
}

/** What a person is asked before any browser opens. */
export interface ConsentRequest {
  readonly connection: Connection
  readonly pipeline: string
  readonly wants: ReadonlyArray<Want>
  /** All that will be asked for. */
  readonly scopes: ReadonlyArray<string>
  /** The database and the vault, by their paths. */
  readonly database: string
  readonly vault: string
}

const purposeOf = ({ database, pipeline, vault, wants }: ConsentRequest): ReadonlyArray<string> => [
  ...wants.map(
    ({ kind = "source", source, stores, stream }) =>
      `The ${kind} ${source} (${stream}) of the pipeline ${pipeline} stores ${stores}.`
  ),
  `All of it stays on this machine: data in ${database}, the access itself, encrypted, in ${vault}.`
]

/** The request in plain words, line by line. */
export const consentText = (request: ConsentRequest, provider: Provider): ReadonlyArray<string> => {
  const { connection, scopes, wants } = request
  const reasons = (scope: string): string => {
    const sources = wants.filter((want) => want.scopes.includes(scope)).map(({ source }) => source)
    return sources.length === 0 ? "" : `, for ${sources.join(" and ")}`
  }
  return [
    `Keepsake asks ${provider.title} for access to the account ${connection.account}, to:`,
    ...scopes.map((scope) => `  - ${scopeWords(provider, scope)} (${scope}${reasons(scope)})`),
    ...purposeOf(request),
    `You can take it back at any time with: keepsake disconnect ${connection.provider} --connection ${connection.name} --pipeline ${connection.pipeline}`
  ]
}

const timestamp = (millis: number): Sql => sql`make_timestamptz(${literal(millis * 1000)}::bigint)`

const ofAccount = ({ account, provider }: Connection): Sql =>
  sql`provider = ${literal(provider)} and account = ${literal(account)}`

const ofConnection = (connection: Connection): Sql =>
  sql`${ofAccount(connection)} and connection = ${literal(connection.name)}`

/** Records a yes; gives its time, which names it. */
export const recordConsent = (
  request: ConsentRequest,
  provider: Provider
): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const now = yield* Clock.currentTimeMillis
    const { connection, scopes } = request
    const asked = scopes.map((scope) => ({ scope, words: scopeWords(provider, scope) }))
    yield* database.execute(sql`
      insert into state.consents (connection, provider, account, scopes, purpose, given_at)
      values (${literal(connection.name)}, ${literal(connection.provider)}, ${literal(connection.account)},
        ${literal(JSON.stringify(asked))}::json, ${literal(purposeOf(request).join("\n"))}, ${timestamp(now)})`)
    return now
  })

/** Takes back the consent that was given at `givenAt`. */
export const withdrawOne = (connection: Connection, givenAt: number): Effect.Effect<void, DatabaseError, Database> =>
  withdraw(sql`${ofConnection(connection)} and given_at = ${timestamp(givenAt)}`)

/** Takes back all consents for the account, whatever its connections are called: they share its tokens. */
export const withdrawAll = (connection: Connection): Effect.Effect<void, DatabaseError, Database> =>
  withdraw(ofAccount(connection))

const withdraw = (which: Sql): Effect.Effect<void, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const now = yield* Clock.currentTimeMillis
    yield* database.execute(
      sql`update state.consents set withdrawn_at = ${timestamp(now)} where ${which} and withdrawn_at is null`
    )
  })

const Row = Schema.Struct({
  scopes: Schema.fromJsonString(Schema.Array(Schema.Struct({ scope: Schema.String }))),
  withdrawn: Schema.Boolean
})

/** What a person has said about a connection. */
export interface Consented {
  /** The scopes of all consents that hold. */
  readonly scopes: ReadonlySet<string>
  /** Was there one, and does none hold? */
  readonly withdrawn: boolean
}

export const consentsOf = (connection: Connection): Effect.Effect<Consented, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    // Asked before every request: it must not wait until batches are committed.
    const rows = yield* database.committed(
      sql`select scopes::varchar as scopes, withdrawn_at is not null as withdrawn from state.consents where ${ofConnection(connection)}`,
      Row
    )
    const held = rows.filter(({ withdrawn }) => !withdrawn)
    return {
      scopes: new Set(held.flatMap(({ scopes }) => scopes.map(({ scope }) => scope))),
      withdrawn: rows.length > 0 && held.length === 0
    }
  })

/** Has the person agreed to all of these scopes for this connection? */
export const consented = (
  connection: Connection,
  scopes: ReadonlyArray<string>
): Effect.Effect<boolean, DatabaseError, Database> =>
  Effect.map(consentsOf(connection), (given) => scopes.every((scope) => given.scopes.has(scope)))

/** For those who can say a failure of the source only. */
export const consentsUnreadable = (error: DatabaseError): SourceError =>
  sourceError(
    "consents-not-readable",
    `What you have consented to can't be read from the database (${error.code}), so nothing is asked of the provider.`,
    "Mend the database, or connect again in another home.",
    { fault: "environment" }
  )
