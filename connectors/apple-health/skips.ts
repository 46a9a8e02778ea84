/** What is left out of exports on purpose, in words. */
import type { Entry } from "../../src/component/archive.ts"
import type { Skip } from "../../src/component/batch.ts"

/** Beside the kinds of records that a stream is for. Null: part of what is counted elsewhere. */
const REASONS: { readonly [element: string]: string | null } = {
  ExportDate: null,
  MetadataEntry: null,
  Me: "about the person: no stream reads it",
  Record: "samples: apple-health.samples reads them",
  Workout: "workouts: apple-health.workouts reads them",
  Correlation: "correlations: what they hold counts as samples",
  ActivitySummary: "activity summaries: totals of samples",
  ClinicalRecord: "clinical records: no stream reads them",
  Audiogram: "audiograms: no stream reads them",
  VisionPrescription: "vision prescriptions: no stream reads them"
}
const UNKNOWN = "elements that no stream knows"

/** Elements that were passed over, counted by name. */
export const elementSkips = (passed: ReadonlyMap<string, number>): ReadonlyArray<Skip> => {
  const byReason = new Map<string, { count: number; examples: Array<string> }>()
  for (const [name, count] of passed) {
    const reason = Object.hasOwn(REASONS, name) ? (REASONS[name] ?? null) : UNKNOWN
    if (reason === null) continue
    const skip = byReason.get(reason) ?? { count: 0, examples: [] }
    byReason.set(reason, { count: skip.count + count, examples: [...skip.examples, name].slice(0, 2) })
  }
  return Array.from(byReason, ([reason, skip]) => ({ reason, ...skip }))
}

/** Routes, for streams of something else. */
export const routeSkips = (routes: ReadonlyArray<Entry>): ReadonlyArray<Skip> =>
  routes.length === 0
    ? []
    : [
        {
          reason: "routes: apple-health.routes reads them",
          count: routes.length,
          examples: routes.slice(0, 2).map(({ path }) => path)
        }
      ]
