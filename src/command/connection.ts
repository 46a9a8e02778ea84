/** The connection that a command is about, from the pipeline that declares it. */
import { Effect } from "effect"
import type { Want } from "../account/consent.ts"
import type { Connection } from "../component/account.ts"
import { nearest } from "../component/nearest.ts"
import type { Plan } from "../pipeline/plan.ts"
import { type CommandError, commandError } from "./reply.ts"
import type { ConnectionInput } from "./flags/accounts.ts"

/** The one that is named; without a name, the only one of the provider. */
export const namedConnection = (
  plan: Plan,
  { connection: named, pipeline, provider }: Pick<ConnectionInput, "connection" | "pipeline" | "provider">
): Effect.Effect<Connection, CommandError> => {
  const all = [...plan.connections.values()]
  const fitting = all.filter((connection) => connection.provider === provider)
  const names = fitting.map(({ name }) => name)
  const refuse = (code: string, message: string, hint: string) => Effect.fail(commandError(code, message, hint, 2))
  if (named._tag === "None") {
    const [only, ...others] = fitting
    if (only !== undefined && others.length === 0) return Effect.succeed(only)
    return only === undefined
      ? refuse(
          "no-connection",
          `${pipeline} declares no connection to ${provider}.`,
          `Declare one: connections: { me: { provider: ${provider}, account: you@example.com } }`
        )
      : refuse(
          "which-connection",
          `${pipeline} has several connections to ${provider}.`,
          `Say which: --connection ${names.join(", or --connection ")}`
        )
  }
  const connection = plan.connections.get(named.value)
  if (connection === undefined) {
    const near = nearest(named.value, names)
    return refuse(
      "unknown-connection",
      `${pipeline} has no connection "${named.value}".`,
      near === null ? `There are: ${names.join(", ") || "none"}.` : `Did you mean "${near}"?`
    )
  }
  return connection.provider === provider
    ? Effect.succeed(connection)
    : refuse(
        "wrong-provider",
        `The connection "${connection.name}" is one to ${connection.provider}.`,
        `Write: keepsake connect ${connection.provider} --connection ${connection.name} --pipeline ${pipeline}`
      )
}

/** The streams and transforms of a pipeline that use a connection. */
export const wantsOf = (plan: Plan, connection: Connection): ReadonlyArray<Want> => [
  ...sourcesOf(plan, connection),
  ...plan.transforms.flatMap(({ access, connection: used, name: source, type: stream }): ReadonlyArray<Want> => {
    if (access === null || used?.name !== connection.name) return []
    const { key, scopes, stores } = access
    return [{ stream, source, scopes, stores, kind: "transform", ...(key === true ? { key } : {}) }]
  })
]

const sourcesOf = (plan: Plan, { name }: Connection): ReadonlyArray<Want> =>
  plan.sources.flatMap(({ connection, name: source, stream: { access, type } }) =>
    access !== undefined && connection?.name === name
      ? [{ stream: type, source, scopes: access.scopes, stores: access.stores }]
      : []
  )
