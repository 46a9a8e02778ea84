/** Streams of APIs go step by step: each is one request or none, and one batch with the state after it. */
import type { Batch, Checkpoint } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import { tally } from "../media/tally.ts"

/** What a step makes; what is left out is none. */
export type Made<C extends Columns> = Partial<Pick<Batch<C>, "records" | "rejects" | "skipped" | "items" | "listing">>

/** How far a stream is: what is stored of it, and how many records it has made in this run. */
export interface StepProgress<S extends Checkpoint> {
  readonly state: S
  readonly done: number
}

export type Turn<C extends Columns, P> = readonly [Batch<C>, P]

/** The batch of a step that ends with this progress. */
export const turn = <C extends Columns, P extends StepProgress<Checkpoint>>(progress: P, made: Made<C>): Turn<C, P> => {
  const { items, listing, records = [], rejects = [], skipped = [] } = made
  const done = progress.done + records.length
  return [
    {
      records,
      rejects,
      skipped: tally(skipped),
      ...(items === undefined ? {} : { items }),
      ...(listing === undefined ? {} : { listing }),
      checkpoint: progress.state,
      progress: { done, unit: "records" }
    },
    { ...progress, done }
  ]
}
