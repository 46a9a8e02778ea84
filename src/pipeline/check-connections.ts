/** Connections, and what sources need of them: known scopes, a sound endpoint, the right provider. */
import { Effect } from "effect"
import { type Connection, type ProviderName, connectionFrom, endpointProblem } from "../component/account.ts"
import { Catalogue } from "../component/catalogue.ts"
import type { Access } from "../component/connector.ts"
import { nearest } from "../component/nearest.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"
import type { Pipeline } from "./spec.ts"

/** Scopes that no stream asks for by itself. */
const GENERAL: Readonly<Record<ProviderName, ReadonlyArray<string>>> = {
  google: ["openid", "email", "profile"],
  microsoft: ["openid", "email", "profile", "offline_access", "User.Read"],
  spotify: ["user-read-email", "user-read-private"]
}

/** A scope's last part: providers write theirs in full, https://www.googleapis.com/auth/calendar.readonly. */
const shortName = (scope: string): string => scope.slice(scope.lastIndexOf("/") + 1).toLowerCase()

export const checkConnections = (
  source: Source,
  { connections = {} }: Pipeline,
  report: Array<Finding>
): Effect.Effect<ReadonlyMap<string, Connection>, never, Catalogue> =>
  Effect.gen(function* () {
    const { streams, transforms } = yield* Catalogue
    const accesses = [...streams.values(), ...transforms.values()].flatMap(({ access }) =>
      access === undefined ? [] : [access]
    )
    for (const [name, { endpoint, provider, scopes = [] }] of Object.entries(connections)) {
      const path = ["connections", name]
      const problem = endpoint === undefined ? null : endpointProblem(endpoint)
      if (problem !== null) {
        const { code, hint, message } = problem
        report.push(source.finding([...path, "endpoint"], "value", { severity: "error", code, message, hint }))
      }
      const known = [
        ...new Set(accesses.filter((access) => access.provider === provider).flatMap((access) => access.scopes)),
        ...GENERAL[provider]
      ]
      for (const [index, scope] of scopes.entries()) {
        if (known.some((other) => shortName(other) === shortName(scope))) continue
        const near = nearest(scope, known)
        report.push(
          source.finding([...path, "scopes", index], "value", {
            severity: "error",
            code: "unknown-scope",
            message: `No stream of ${provider} knows the scope "${scope}".`,
            hint: near === null ? `There are: ${known.join(", ")}.` : `Did you mean "${near}"?`
          })
        )
      }
    }
    return new Map(
      Object.entries(connections).map(([name, written]) => [name, connectionFrom(name, source.file, written)])
    )
  })

/** The connection of a source, where it names one; else, or where it is the wrong one, what is wrong is reported. */
export const connectionOf = (
  source: Source,
  path: Path,
  subject: string,
  named: string | undefined,
  access: Access | undefined,
  connections: ReadonlyMap<string, Connection>,
  report: Array<Finding>
): Connection | null => {
  const connection = connections.get(named ?? "") ?? null
  const fitting = [...connections.values()].filter(({ provider }) => provider === access?.provider)
  const [fit] = fitting
  if (named === undefined) {
    if (access !== undefined) {
      report.push(
        source.finding(path, "key", {
          severity: "error",
          code: "missing-connection",
          message: `${subject} needs a connection to ${access.provider}.`,
          hint:
            fit === undefined
              ? `Declare one under connections, such as "me: { provider: ${access.provider}, account: you@example.com, ${access.key === true ? 'api_key: "${secret:NAME}"' : "client_id: …"} }", and write "connection: me" here.`
              : `Write "connection: ${fit.name}" here.`
        })
      )
    }
    return null
  }
  const at = [...path, "connection"]
  if (connection === null) {
    const near = nearest(named, connections.keys())
    report.push(
      source.finding(at, "value", {
        severity: "error",
        code: "unknown-connection",
        message: `There is no connection "${named}".`,
        hint: near === null ? "Declare it under connections." : `Did you mean "${near}"?`
      })
    )
  } else if (access !== undefined && access.provider !== connection.provider) {
    report.push(
      source.finding(at, "value", {
        severity: "error",
        code: "wrong-provider",
        message: `${subject} reads from ${access.provider}, and the connection "${named}" is one to ${connection.provider}.`,
        hint:
          fit === undefined
            ? `Declare a connection with "provider: ${access.provider}", and name that.`
            : `Write "connection: ${fit.name}".`
      })
    )
  } else if (access?.key === true && connection.apiKey === null) {
    report.push(
      source.finding(at, "value", {
        severity: "error",
        code: "missing-key",
        message: `${subject} asks ${access.provider} with an API key, and the connection "${named}" has none.`,
        hint: `Write api_key: "\${secret:NAME}" into "${named}", and store the key with: keepsake secret set NAME`
      })
    )
  } else if (access !== undefined && connection.scopes !== null) {
    const asked = connection.scopes.map(shortName)
    const missing = access.scopes.filter((scope) => !asked.includes(shortName(scope)))
    if (missing.length > 0) {
      report.push(
        source.finding(at, "value", {
          severity: "warning",
          code: "scope-left-out",
          message: `${subject} needs ${missing.join(", ")}, which the connection "${named}" doesn't ask for: it will be left out.`,
          hint: `Add it to the scopes of "${named}", or leave the scopes out there: then all that its streams need are asked for.`
        })
      )
    }
  }
  return connection
}
