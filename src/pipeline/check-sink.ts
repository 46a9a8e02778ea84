/** A sink: its configuration, and whether it can take the relations that it is fed. */
import { Effect } from "effect"
import { Catalogue } from "../component/catalogue.ts"
import { nearest } from "../component/nearest.ts"
import type { Relation } from "../component/relation.ts"
import { type Checking, hashOf, ownKeys, problemFinding, unknownType } from "./checking.ts"
import { findingsOf } from "./decode.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"
import type { PlannedSink } from "./plan.ts"
import type { Pipeline } from "./spec.ts"

export const checkSink = (
  source: Source,
  key: string,
  raw: Pipeline["sinks"][string],
  relations: ReadonlyMap<string, Relation>,
  names: ReadonlyMap<string, Path>,
  report: Array<Finding>
): Checking<PlannedSink | null> =>
  Effect.gen(function* () {
    const path = ["sinks", key]
    const { sinks } = yield* Catalogue
    const spec = sinks.get(raw.type)
    if (spec === undefined) {
      report.push(unknownType(source, path, raw.type, sinks.keys(), "sink"))
      return null
    }
    const own = ownKeys(raw, ["type", "description"])
    const bound = yield* Effect.result(spec.bind(own))
    if (bound._tag === "Failure") {
      const subject = `Sink "${key}" (${raw.type})`
      report.push(
        ...findingsOf(source, path, spec.config, bound.failure, {
          subject,
          type: raw.type,
          alsoAllowed: ["type", "description"]
        })
      )
      return null
    }
    const unknown = bound.success.from.filter((relation) => !names.has(relation))
    for (const relation of unknown) {
      const near = nearest(relation, names.keys())
      report.push(
        source.finding([...path, "from"], "value", {
          severity: "error",
          code: "unknown-relation",
          message: `Sink "${key}" reads "${relation}", which is neither a source nor a transform here.`,
          hint: near === null ? `There are: ${[...names.keys()].join(", ")}.` : `Did you mean "${near}"?`
        })
      )
    }
    const inputs = bound.success.from.flatMap((relation) => relations.get(relation) ?? [])
    if (inputs.length < bound.success.from.length) return null
    const checked = yield* Effect.result(bound.success.check(inputs))
    if (checked._tag === "Failure") {
      report.push(problemFinding(source, path, checked.failure))
      return null
    }
    return {
      name: key,
      type: raw.type,
      from: bound.success.from,
      bound: bound.success,
      configHash: hashOf([raw.type, own])
    }
  })
