/** A listener at a fake Spotify, and a pipeline that reads what was heard. */
import type { Effect, Scope } from "effect"
import type { Connection } from "../../../src/component/account.ts"
import type { ProvidersOptions } from "../../providers/index.ts"
import { type World, connectionsYaml, withWorld } from "../../support/online.ts"

/** Quick to try again, for tests. */
const RETRY = "connection: me, retry: { base: 5ms, cap: 50ms, times: 12 }"

export const PLAYS = `type: spotify.recently-played, ${RETRY}`
export const PLAYLISTS = `type: spotify.playlists, ${RETRY}`

export const pipeline = (connection: Connection, source: string, sink = "type: memories") => `
name: life
${connectionsYaml(connection)}
sources:
  heard: { ${source} }
sinks:
  out: { ${sink}, from: heard }
`

export const inWorld = <A>(
  source: string,
  options: ProvidersOptions,
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>
): Effect.Effect<A, unknown> => withWorld({ provider: "spotify", account: "ana", options, pipeline, source }, test)
