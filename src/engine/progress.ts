/** What a run tells those who watch it. */
import { Context, Effect } from "effect"

export type ProgressEvent =
  | { readonly kind: "started"; readonly step: string; readonly doing: string }
  | {
      readonly kind: "advanced"
      readonly step: string
      readonly done: number
      readonly total: number | null
      readonly unit: "records" | "bytes"
    }
  | { readonly kind: "finished"; readonly step: string; readonly outcome: string }
  /** Without one that is `needed` the person wouldn't know what to do. */
  | { readonly kind: "note"; readonly text: string; readonly needed?: true }

export type ReportProgress = (event: ProgressEvent) => Effect.Effect<void>

/** Silent unless someone listens. */
export const Progress = Context.Reference<ReportProgress>("keepsake/engine/Progress", {
  defaultValue: () => () => Effect.void
})

export const report = (event: ProgressEvent): Effect.Effect<void> =>
  Effect.flatMap(Effect.service(Progress), (tell) => tell(event))
