/** Accounts at real providers, as the environment names them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { ProviderName } from "../../src/component/account.ts"
import type { Trial } from "./trials.ts"

const PREFIX = "KEEPSAKE_LIVE"

export type Environment = Readonly<Record<string, string | undefined>>

/** What a trial asks with. */
export interface Credentials {
  /** The pipeline's connection, as YAML has it; `${secret:NAME}` is in `secrets`. */
  readonly connection: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** Null where an API key is all. */
  readonly refresh: { readonly token: string; readonly from: string } | null
  /** Of what the trial needs besides. */
  readonly also: string
}

/** The variables that are missing, with what they are to hold. */
export interface Wanting {
  readonly wants: ReadonlyArray<string>
}

const NEEDS_SECRET: ReadonlySet<ProviderName> = new Set(["google"])

const variable = (...parts: ReadonlyArray<string>): string => [PREFIX, ...parts].join("_").toUpperCase()

export const refreshVariable = (provider: ProviderName): string => variable(provider, "REFRESH_TOKEN")
const fileVariable = (provider: ProviderName): string => `${refreshVariable(provider)}_FILE`

/** From the file where there is one: a provider may replace a refresh token whenever it is used. */
const refreshToken = (provider: ProviderName, environment: Environment): string | undefined => {
  const file = environment[fileVariable(provider)]
  return file !== undefined && existsSync(file)
    ? readFileSync(file, "utf8").trim()
    : environment[refreshVariable(provider)]
}

export const credentialsFor = ({ also, keyed, provider }: Trial, environment: Environment): Credentials | Wanting => {
  const wants: Array<string> = []
  const need = (name: string, value = environment[name], words = name): string => {
    if (value === undefined || value === "") wants.push(words)
    return value ?? ""
  }
  const endpoint = environment[variable(provider, "ENDPOINT")]
  const base = {
    provider,
    account: `live@${provider}`,
    ...(endpoint === undefined ? {} : { endpoint })
  }
  const told = also === undefined ? "" : need(variable(also[0]), undefined, `${variable(also[0])} (${also[1]})`)
  if (keyed) {
    const key = need(variable(provider, "MAPS_KEY"))
    const connection = { ...base, api_key: "${secret:LIVE_KEY}" }
    return wants.length > 0 ? { wants } : { connection, secrets: { LIVE_KEY: key }, refresh: null, also: told }
  }
  const id = need(variable(provider, "CLIENT_ID"))
  const secret = NEEDS_SECRET.has(provider) ? need(variable(provider, "CLIENT_SECRET")) : null
  const from = refreshVariable(provider)
  const token = need(from, refreshToken(provider, environment), `${from} or ${fileVariable(provider)}`)
  if (wants.length > 0) return { wants }
  return {
    connection: {
      ...base,
      client_id: id,
      ...(secret === null ? {} : { client_secret: "${secret:LIVE_CLIENT_SECRET}" })
    },
    secrets: secret === null ? {} : { LIVE_CLIENT_SECRET: secret },
    refresh: { token, from },
    also: told
  }
}

/** Keeps a refresh token that has replaced the one before; gives what to tell where it can't be kept. */
export const keepRefreshToken = (provider: ProviderName, token: string, environment: Environment): string | null => {
  const file = environment[fileVariable(provider)]
  if (file === undefined) {
    return `${provider} has replaced the refresh token: the one in ${refreshVariable(provider)} may serve no more. With ${fileVariable(provider)}, the new one is kept in a file.`
  }
  writeFileSync(file, `${token}\n`)
  return null
}
