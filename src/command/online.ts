/** All that reaches accounts and providers. Loaded when a command needs it: others start faster without. */
import { Layer } from "effect"
import { accountsLayer } from "../account/accounts.ts"
import { Providers } from "../account/provider.ts"
import { secretsLayer } from "../account/secret.ts"
import { vaultLayer } from "../account/vault.ts"
import { providerApiLayer } from "../provider/client.ts"
import { httpClientLayer } from "../provider/http.ts"
import type { Home } from "../warehouse/home.ts"

/** The vault and the providers' files. */
export const accountParts = (home: Home) => Layer.mergeAll(vaultLayer(home, process.env), Providers.layer)

/** `ProviderApi` and `Secrets`, over the vault of a home and the consents in its database. */
export const onlineLayer = (home: Home) =>
  Layer.mergeAll(providerApiLayer, secretsLayer).pipe(
    Layer.provide(accountsLayer),
    Layer.provide(accountParts(home)),
    Layer.provide(httpClientLayer)
  )
