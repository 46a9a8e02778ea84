/** Scopes go by one name here (`calendar.events.readonly`), whatever way a provider writes them. */
import type { Answer } from "./oauth.ts"
import type { Provider } from "./provider.ts"

const spellings = (provider: Provider, name: string): ReadonlyArray<string> =>
  [name, provider.scopes[name]?.request ?? name].map((spelling) => spelling.toLowerCase())

/** Our name for a scope as a person or the provider wrote it; unknown ones stay as they are. */
export const scopeName = (provider: Provider, written: string): string => {
  // Microsoft may put its API before the name: https://graph.microsoft.com/Calendars.Read
  const wanted = written.toLowerCase()
  return (
    Object.keys(provider.scopes).find((name) =>
      spellings(provider, name).some((spelling) => wanted === spelling || wanted.endsWith(`/${spelling}`))
    ) ?? written
  )
}

/** What is asked for: `names` in the provider's spelling, with the scope that brings a refresh token. */
export const requestedScopes = (provider: Provider, names: ReadonlyArray<string>): string =>
  [...new Set([...names, ...[provider.oauth.offline_scope ?? []].flat()])]
    .map((name) => provider.scopes[name]?.request ?? name)
    .join(" ")

/** What was granted, from the provider's answer; an answer without `scope` grants what was asked. */
export const grantedScopes = (
  provider: Provider,
  asked: ReadonlyArray<string>,
  answer: Pick<Answer, "scope" | "refresh">
): ReadonlyArray<string> => {
  if (answer.scope === undefined) return asked
  const named = answer.scope.split(/[\s,]+/).filter((scope) => scope !== "")
  const granted = named.map((scope) => scopeName(provider, scope))
  const { offline_scope: offline } = provider.oauth
  return [...new Set(offline !== undefined && answer.refresh !== null ? [...granted, offline] : granted)]
}

/** What a scope allows, in plain words: "see your calendars and their events". */
export const scopeWords = (provider: Provider, name: string): string =>
  provider.scopes[name]?.words ?? `use "${name}", which keepsake doesn't know`
