/** Fake servers of all providers: stateful, seeded, over real HTTP on loopback. */
import { stream } from "../../src/sample/random.ts"
import { GOOGLE_DEFAULTS, type Google, type GoogleOptions, googleOf } from "./google/index.ts"
import { MICROSOFT_DEFAULTS, type Microsoft, type MicrosoftOptions, microsoftOf } from "./microsoft/index.ts"
import { type ServerClock, serverClock } from "./server/clock.ts"
import type { Common } from "./server/common.ts"
import { type FaultSettings, type Faults, NO_FAULTS, faultsOf } from "./server/faults.ts"
import { type World, listen } from "./server/listen.ts"
import { type RequestLog, requestLog } from "./server/log.ts"
import { PUBLISHED, type QuotaSettings, type Quotas, quotasOf } from "./server/quota.ts"
import { type Secrets, secretsOf } from "./server/secrets.ts"
import { SPOTIFY_DEFAULTS, type Spotify, type SpotifyOptions, spotifyOf } from "./spotify/index.ts"

export interface ProvidersOptions {
  readonly seed?: number
  /** Areas that are not named keep what the providers publish. */
  readonly quota?: Partial<QuotaSettings>
  readonly faults?: Partial<FaultSettings>
  /** Milliseconds before each answer, or a range of them. */
  readonly latency?: number | readonly [low: number, high: number]
  /** The share of pages that are shorter than need be, or empty, though more follow. */
  readonly ragged?: number
  /** When the servers' clock starts, in milliseconds since 1970; by default now. */
  readonly start?: number
  readonly google?: Partial<GoogleOptions>
  readonly microsoft?: Partial<MicrosoftOptions>
  readonly spotify?: Partial<SpotifyOptions>
  /** Of Google, Microsoft and Spotify; by default free ones. */
  readonly ports?: readonly [number, number, number]
}

type Running<T> = Omit<T, "provider"> & {
  /** Scheme, host and port: what a connection's `endpoint` is set to. */
  readonly baseUrl: string
}

export interface Providers {
  readonly google: Running<Google>
  readonly microsoft: Running<Microsoft>
  readonly spotify: Running<Spotify>
  readonly clock: ServerClock
  readonly requests: RequestLog
  readonly quotas: Quotas
  readonly faults: Faults
  readonly secrets: Secrets
  /** While true, every connection ends without an answer. */
  readonly setOffline: (offline: boolean) => void
  readonly stop: () => Promise<void>
}

const latencyOf = (seed: number, latency: NonNullable<ProvidersOptions["latency"]>) => {
  const random = stream("latency", seed)
  return () => (typeof latency === "number" ? latency : latency[0] + random.next() * (latency[1] - latency[0]))
}

const quotaOf = ({ rates, atOnce }: Partial<QuotaSettings>): QuotaSettings => ({
  rates: { ...PUBLISHED.rates, ...rates },
  atOnce: { ...PUBLISHED.atOnce, ...atOnce }
})

/** Starts all three; `stop` ends them and their connections. */
export const startProviders = async (options: ProvidersOptions = {}): Promise<Providers> => {
  const { seed = 1, ragged = 0, ports = [0, 0, 0] } = options
  const clock = serverClock(options.start)
  const secrets = secretsOf(seed)
  const log = requestLog()
  const faultSettings: FaultSettings = { ...NO_FAULTS, ...options.faults }
  const faults = faultsOf(seed, faultSettings)
  const quotas = quotasOf(quotaOf(options.quota ?? {}))
  let offline = false
  const world: World = {
    clock,
    log,
    faults,
    faultSettings,
    quotas,
    latency: latencyOf(seed, options.latency ?? 0),
    offline: () => offline
  }
  const common: Common = { seed, clock, secrets, ragged }
  const google = googleOf(common, { ...GOOGLE_DEFAULTS, ...options.google })
  const microsoft = microsoftOf(common, { ...MICROSOFT_DEFAULTS, ...options.microsoft })
  const spotify = spotifyOf(common, { ...SPOTIFY_DEFAULTS, ...options.spotify })
  const providers = [google.provider, microsoft.provider, spotify.provider]
  const servers = await Promise.all(providers.map((provider, index) => listen(provider, world, ports[index])))
  const urlOf = (index: number) => servers[index]?.baseUrl ?? ""
  return {
    google: { ...google, baseUrl: urlOf(0) },
    microsoft: { ...microsoft, baseUrl: urlOf(1) },
    spotify: { ...spotify, baseUrl: urlOf(2) },
    clock,
    requests: log,
    quotas,
    faults,
    secrets,
    setOffline: (value) => {
      offline = value
    },
    stop: async () => {
      await Promise.all(servers.map(({ close }) => close()))
    }
  }
}
