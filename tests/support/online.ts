/** Runs pipelines against fake providers, in this process, over accounts that are connected. */
import { Effect, Layer, Redacted } from "effect"
import type { Connection } from "../../src/component/account.ts"
import { onlineLayer } from "../../src/command/online.ts"
import { type RunOptions, type RunSummary, run } from "../../src/engine/run.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { processOver } from "../account/process.ts"
import { connected } from "../provider/client.ts"
import { checkText, over } from "./engine.ts"

/** A home whose vault has the account. */
export const connect = (connection: Connection, home: string) =>
  connected(connection, home).pipe(Effect.provide(Layer.provideMerge(processOver(home), over(home))))

/** Checks and runs a pipeline in a home, with its vault. */
export const runOnline = (text: string, home: string, options: RunOptions = {}): Effect.Effect<RunSummary, unknown> =>
  Effect.gen(function* () {
    const { findings, plan } = yield* checkText(text)
    if (plan === null) return yield* Effect.die(new Error(findings.map(renderFinding).join("\n")))
    return yield* run(plan, "run", options).pipe(
      Effect.scoped,
      Effect.provide(Layer.provideMerge(onlineLayer(homeAt(home)), over(home)))
    )
  })

/** The `connections` of a pipeline, with the account as `me`. */
export const connectionsYaml = ({ account, clientId, clientSecret, endpoint, provider }: Connection): string =>
  [
    "connections:",
    `  me: { provider: ${provider}, account: ${account}, client_id: "${clientId}", endpoint: "${endpoint}"${clientSecret === null ? "" : `, client_secret: "${Redacted.value(clientSecret)}"`} }`
  ].join("\n")
