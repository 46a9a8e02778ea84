import { spawn } from "node:child_process"
import { Console, Effect, Layer, Option } from "effect"
import { Prompt } from "effect/cli"
import { type Connected, type Interaction, connect as connectAccount } from "../account/connect.ts"
import { type Connection } from "../component/account.ts"
import { warehouseLayer } from "../warehouse/warehouse.ts"
import { namedConnection, wantsOf } from "./connection.ts"
import { accountParts } from "./online.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { ConnectInput } from "./flags/accounts.ts"
import { homeOf, planOf } from "./session.ts"

/** Says what will be asked for, asks the person, then the provider, and keeps the tokens. */
export const connect = (shared: Shared, input: ConnectInput) =>
  answer(
    "connect",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(input.pipeline)
      const connection = yield* namedConnection(plan, input)
      const home = homeOf(shared)
      const person = yield* interactionOf(shared, input)
      const request = {
        connection,
        pipeline: plan.pipeline.name,
        wants: wantsOf(plan, connection),
        home,
        flow: input.device ? ("device" as const) : ("browser" as const),
        ...Option.match(input.port, { onNone: () => ({}), onSome: (port) => ({ port }) })
      }
      const connected = yield* connectAccount(request, person).pipe(
        Effect.provide(Layer.mergeAll(accountParts(home), warehouseLayer(home, Option.getOrUndefined(shared.memory))))
      )
      return {
        summary: { connection: connection.name, provider: connection.provider, account: connection.account },
        result: connected,
        text: wordsOf(connection, connected, input)
      }
    })
  )

const wordsOf = ({ account, name }: Connection, { missing }: Connected, { pipeline }: ConnectInput): string =>
  [
    `Connected: ${name} is ${account}.`,
    ...missing.map(
      ({ scope, streams, words }) =>
        `Not granted: to ${words} (${scope}).${streams.length === 0 ? "" : ` ${streams.join(" and ")} will be left out.`}`
    ),
    `Next: keepsake run ${pipeline}`
  ].join("\n")

const waitingWords = ({ searchParams }: URL): ReadonlyArray<string> => [
  "Keepsake waits for your answer there; Ctrl-C gives up. If the page tells of an error instead, compare with the app's settings",
  `at the provider: its client_id is ${searchParams.get("client_id")}, and it comes back to ${searchParams.get("redirect_uri")}`
]

/** I6: nobody is taken to have agreed who hasn't said so. */
const interactionOf = (shared: Shared, { browser, yes }: ConnectInput) =>
  Effect.gen(function* () {
    const environment = yield* Effect.context<Prompt.Environment>()
    if (!yes && (shared.json || process.stdin.isTTY !== true)) {
      return yield* commandError(
        "consent-needed",
        "Nobody is there to say yes.",
        "Run it on a terminal, or agree to what it says with --yes.",
        2
      )
    }
    const show = (...lines: ReadonlyArray<string>) => Console.error(lines.join("\n"))
    const person: Interaction = {
      agree: (lines) =>
        Effect.andThen(
          show(...lines),
          yes
            ? Effect.succeed(true)
            : Effect.orElseSucceed(
                Effect.provideContext(Prompt.run(Prompt.Confirm({ message: "Is that right?" })), environment),
                () => false
              )
        ),
      open: (url) =>
        Effect.gen(function* () {
          yield* browser
            ? show(`A browser opens. If it doesn't, open: ${url}`)
            : shared.json
              ? show(url)
              : Console.log(url)
          yield* show(...waitingWords(new URL(url)))
          if (browser) openBrowser(url)
        }),
      device: ({ code, lifetime, url }) =>
        show(
          `Open ${url} on any device, and enter the code ${code}. It holds for ${Math.round(lifetime / 60)} minutes.`
        )
    }
    return person
  })

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: ReadonlyArray<string>]>>> =
  {
    darwin: ["open"],
    win32: ["rundll32", "url.dll,FileProtocolHandler"]
  }

/** Where it can't be opened, the person has the address. */
const openBrowser = (url: string): void => {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"]
  spawn(program, [...args, url], { stdio: "ignore", detached: true })
    .once("error", () => {})
    .unref()
}
