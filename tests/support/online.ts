/** Runs pipelines against fake providers, in this process, over accounts that are connected. */
import { Effect, Layer, type Scope } from "effect"
import { setSecret } from "../../src/account/secret.ts"
import type { Connection, ProviderName } from "../../src/component/account.ts"
import { onlineLayer } from "../../src/command/online.ts"
import { type RunOptions, type RunSummary, run } from "../../src/engine/run.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { processOver } from "../account/process.ts"
import { connected, connectionTo, started } from "../provider/client.ts"
import type { Providers, ProvidersOptions } from "../providers/index.ts"
import { checkText, over, temporaryDirectory } from "./engine.ts"
import { listening } from "./listening.ts"
import { noteSaid } from "./secrecy/record.ts"

/** A home whose vault has the account, and the client's secret. */
export const connect = (connection: Connection, home: string) =>
  Effect.andThen(
    connection.clientSecret === null ? Effect.void : setSecret("CLIENT_SECRET", connection.clientSecret),
    connected(connection, home)
  ).pipe(Effect.provide(Layer.provideMerge(processOver(home), over(home))))

/** Checks and runs a pipeline in a home, with its vault. */
export const runOnline = (text: string, home: string, options: RunOptions = {}): Effect.Effect<RunSummary, unknown> =>
  Effect.gen(function* () {
    const { findings, plan } = yield* checkText(text)
    if (plan === null) return yield* Effect.die(new Error(findings.map(renderFinding).join("\n")))
    return yield* run(plan, "run", options).pipe(
      Effect.scoped,
      Effect.provide(Layer.provideMerge(onlineLayer(homeAt(home)), over(home)))
    )
  }).pipe(listening((...texts) => noteSaid("runs", ...texts)))

/** The `connections` of a pipeline. */
export const connectionsYaml = (...connections: ReadonlyArray<Connection>): string =>
  ["connections:", ...connections.map(connectionYaml)].join("\n")

const connectionYaml = ({ account, clientId, clientSecret, endpoint, name, provider }: Connection): string =>
  `  ${name}: { provider: ${provider}, account: ${account}, client_id: "${clientId}", endpoint: "${endpoint}"${clientSecret === null ? "" : `, client_secret: "\${secret:CLIENT_SECRET}"`} }`

/** An account at fake providers, and a home that is connected to it. */
export interface World {
  readonly providers: Providers
  readonly connection: Connection
  readonly home: string
  /** `source` and `sink`: how these are written in the pipeline. */
  readonly run: (options?: RunOptions, source?: string, sink?: string) => Effect.Effect<RunSummary, unknown>
}

interface WorldOptions {
  readonly provider: ProviderName
  readonly account: string
  readonly options: ProvidersOptions
  readonly pipeline: (connection: Connection, source: string, sink?: string) => string
  /** Read where a run says nothing else. */
  readonly source: string
}

/** Runs a test with fresh providers and a fresh home. */
export const withWorld = <A>(
  { account, options, pipeline, provider, source: usual }: WorldOptions,
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started(options)
    const connection = connectionTo(providers, provider, account)
    yield* connect(connection, home)
    return yield* test({
      providers,
      connection,
      home,
      run: (how, source = usual, sink?) => runOnline(pipeline(connection, source, sink), home, how)
    })
  }).pipe(Effect.scoped)
