/** A process of its own that asks for a token: `node token-asker.ts HOME ENDPOINT`. Prints nothing of it. */
import { Effect, Layer, Schema } from "effect"
import { Accounts } from "../../src/component/account.ts"
import { Database } from "../../src/component/database.ts"
import { processOver } from "./process.ts"

const [home = "", endpoint = ""] = process.argv.slice(2)

/** Another process holds the database: this one sees the consent through it. */
const consenting = Layer.mock(Database)({
  committed: (_query, schema) => {
    const row = { scopes: JSON.stringify([{ scope: "calendar.events.readonly" }]), withdrawn: false }
    return Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(schema))([row]))
  }
})

await Effect.runPromise(
  Effect.flatMap(Accounts, (accounts) =>
    accounts.token(
      {
        name: "me",
        provider: "google",
        account: "ana@example.com",
        clientId: "client-1",
        clientSecret: null,
        apiKey: null,
        scopes: null,
        endpoint,
        pipeline: "holiday.yaml"
      },
      ["calendar.events.readonly"]
    )
  ).pipe(Effect.provide(Layer.provide(processOver(home), consenting)))
)
