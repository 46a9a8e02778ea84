/** All components that pipelines may name. It reaches the engine as a service. */
import { Context } from "effect"
import type { ConnectorSpec, Services, StreamSpec } from "./connector.ts"
import type { SinkSpec } from "./sink.ts"
import type { TransformSpec } from "./transform.ts"

export class Catalogue extends Context.Service<
  Catalogue,
  {
    readonly connectors: ReadonlyArray<ConnectorSpec<Services>>
    readonly streams: ReadonlyMap<string, StreamSpec<Services>>
    readonly transforms: ReadonlyMap<string, TransformSpec<Services>>
    readonly sinks: ReadonlyMap<string, SinkSpec>
  }
>()("keepsake/component/Catalogue") {}

const byType = <S extends { readonly type: string }>(specs: ReadonlyArray<S>): ReadonlyMap<string, S> =>
  new Map(specs.map((spec) => [spec.type, spec]))

export const catalogue = (components: {
  readonly connectors: ReadonlyArray<ConnectorSpec<Services>>
  readonly transforms: ReadonlyArray<TransformSpec<Services>>
  readonly sinks: ReadonlyArray<SinkSpec>
}): Catalogue["Service"] => ({
  connectors: components.connectors,
  streams: byType(components.connectors.flatMap((connector) => connector.streams)),
  transforms: byType(components.transforms),
  sinks: byType(components.sinks)
})
