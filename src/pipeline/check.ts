/**
 * Everything that can be known before a run: keys, names, cycles, and all SQL bound against empty tables of the right
 * types. It needs no secrets, data or network, and `run` begins with it.
 */
import { Effect, Schema } from "effect"
import type { Relation } from "../component/relation.ts"
import { checkConnections } from "./check-connections.ts"
import { checkSink } from "./check-sink.ts"
import { checkSource } from "./check-source.ts"
import { checkTransforms } from "./check-transforms.ts"
import type { Checking } from "./checking.ts"
import { findingsOf } from "./decode.ts"
import { type Path, readDocument } from "./document.ts"
import type { Finding } from "./finding.ts"
import type { Environment } from "./interpolate.ts"
import type { Plan } from "./plan.ts"
import { Pipeline } from "./spec.ts"

export interface Checked {
  /** Null when there are errors. */
  readonly plan: Plan | null
  readonly findings: ReadonlyArray<Finding>
}

export interface PipelineText {
  readonly text: string
  readonly file: string
  readonly environment: Environment
}

export const check = ({ text, file, environment }: PipelineText): Checking<Checked> =>
  Effect.gen(function* () {
    const source = readDocument(text, file, environment)
    if (source.findings.length > 0) return { plan: null, findings: source.findings }
    const decoded = yield* Effect.result(
      Schema.decodeUnknownEffect(Pipeline, { errors: "all", onExcessProperty: "error" })(source.value)
    )
    if (decoded._tag === "Failure") {
      const findings = findingsOf(source, [], Pipeline, decoded.failure, { subject: "The pipeline" })
      return { plan: null, findings }
    }
    const pipeline = decoded.success
    const report: Array<Finding> = [...source.warnings]
    const names = new Map<string, Path>()
    for (const section of ["sources", "transforms"] as const) {
      for (const key of Object.keys(pipeline[section] ?? {})) {
        if (names.has(key)) {
          report.push(
            source.finding([section, key], "key", {
              severity: "error",
              code: "duplicate-name",
              message: `"${key}" names both a source and a transform.`,
              hint: "Give one of them another name: SQL could not tell them apart."
            })
          )
        } else names.set(key, [section, key])
      }
    }
    const connections = yield* checkConnections(source, pipeline, report)
    const sources = yield* Effect.forEach(Object.entries(pipeline.sources), ([key, raw]) =>
      checkSource(source, pipeline, key, raw, connections, report)
    )
    const relations = new Map<string, Relation>()
    for (const planned of sources) if (planned !== null) relations.set(planned.name, planned.relation)
    const transforms = yield* checkTransforms(source, pipeline, relations, connections, report)
    const sinks = yield* Effect.forEach(Object.entries(pipeline.sinks), ([key, raw]) =>
      checkSink(source, key, raw, relations, names, report)
    )
    const findings = report.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    if (findings.some((finding) => finding.severity === "error")) return { plan: null, findings }
    return {
      plan: {
        file,
        text: source.text,
        pipeline,
        connections,
        sources: sources.filter((planned) => planned !== null),
        transforms,
        sinks: sinks.filter((planned) => planned !== null)
      },
      findings
    }
  })
