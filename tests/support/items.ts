import { Effect } from "effect"
import type { KeptItems } from "../../src/component/batch.ts"

/** For streams that keep none. */
export const noItems: KeptItems = {
  of: () => Effect.succeed([]),
  after: () => Effect.succeed([]),
  withIds: () => Effect.succeed([]),
  unlisted: () => Effect.succeed([])
}
