/** For pipelines that name no connection and no secret: no vault is opened, and no HTTP client loaded. */
import { Effect, Layer } from "effect"
import { Secrets } from "../component/account.ts"
import { ProviderApi } from "../component/api.ts"
import { type SourceError, sourceError } from "../component/error.ts"

const closed: SourceError = sourceError(
  "no-provider-access",
  "A component asks a provider, and the pipeline names neither a connection nor a secret.",
  "Declare a connection, and name it where it is used.",
  { fault: "pipeline" }
)

export const noProviders: Layer.Layer<ProviderApi | Secrets> = Layer.mergeAll(
  Layer.succeed(ProviderApi, {
    json: () => Effect.fail(closed),
    bytes: () => Effect.fail(closed),
    file: () => Effect.fail(closed)
  }),
  Layer.succeed(Secrets, { fill: () => Effect.fail(closed) })
)
