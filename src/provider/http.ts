/** The HTTP client that providers are asked with. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer } from "effect"
// By itself: the platform's own loading of it doesn't survive bundling.
import { Agent } from "undici"

const dispatcherLayer = Layer.effect(
  NodeHttpClient.Dispatcher,
  Effect.acquireRelease(
    Effect.sync(() => new Agent()),
    (agent) => Effect.promise(() => agent.destroy())
  )
)

/** Effect's `HttpClient` on undici; its connections end with the layer. */
export const httpClientLayer = Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, dispatcherLayer)
