/** Transforms in an order in which each comes after all that it reads; unknown names and cycles are findings. */
import type { Connection } from "../component/account.ts"
import { nearest } from "../component/nearest.ts"
import type { Services } from "../component/connector.ts"
import type { Relation } from "../component/relation.ts"
import type { BoundTransform } from "../component/transform.ts"
import type { Path, Source } from "./document.ts"
import type { Finding } from "./finding.ts"

export interface Wish {
  readonly name: string
  readonly raw: { readonly type: string; readonly [key: string]: unknown }
  readonly bound: BoundTransform<Services>
  readonly connection: Connection | null
  readonly inputs: ReadonlyArray<{ readonly name: string; readonly path: Path; readonly aside?: true }>
}

export const arrange = (
  source: Source,
  wishes: ReadonlyArray<Wish>,
  sources: ReadonlyMap<string, Relation>,
  declared: ReadonlyArray<string>
): { readonly ordered: ReadonlyArray<Wish>; readonly findings: ReadonlyArray<Finding> } => {
  const findings: Array<Finding> = []
  const known = new Set([...sources.keys(), ...declared])
  const usable: Array<Wish> = []
  for (const wish of wishes) {
    const unknown = wish.inputs.filter((input) => !known.has(input.name))
    for (const input of unknown) {
      const near = nearest(
        input.name,
        [...known].filter((candidate) => candidate !== wish.name)
      )
      findings.push(
        source.finding(["transforms", wish.name, ...input.path], "value", {
          severity: "error",
          code: "unknown-relation",
          message: `Transform "${wish.name}" reads "${input.name}", which is neither a source nor a transform here.`,
          hint: near === null ? `There are: ${[...known].join(", ")}.` : `Did you mean "${near}"?`
        })
      )
    }
    if (unknown.length === 0) usable.push(wish)
  }

  const ordered: Array<Wish> = []
  const done = new Set(sources.keys())
  let waiting = usable
  for (;;) {
    const ready = waiting.filter((wish) => wish.inputs.every((input) => done.has(input.name)))
    if (ready.length === 0) break
    for (const wish of ready) {
      ordered.push(wish)
      done.add(wish.name)
    }
    waiting = waiting.filter((wish) => !done.has(wish.name))
  }
  for (const cycle of cycles(waiting)) {
    const [first] = cycle
    if (first === undefined) continue
    findings.push(
      source.finding(["transforms", first], "key", {
        severity: "error",
        code: "cycle",
        message: `These transforms read each other: ${[...cycle, first].join(" ← ")}.`,
        hint: "Let one of them read a source, or an earlier transform, instead."
      })
    )
  }
  return { ordered, findings }
}

/** The circles among transforms that wait for each other; those that only wait behind one are not in it. */
const cycles = (waiting: ReadonlyArray<Wish>): ReadonlyArray<ReadonlyArray<string>> => {
  const inputs = new Map(waiting.map((wish) => [wish.name, wish.inputs.map((input) => input.name)]))
  const seen = new Set<string>()
  const found: Array<ReadonlyArray<string>> = []
  for (const start of inputs.keys()) {
    const trail: Array<string> = []
    let at: string | undefined = start
    while (at !== undefined && !seen.has(at)) {
      seen.add(at)
      trail.push(at)
      at = inputs.get(at)?.find((input) => inputs.has(input))
    }
    const begin = at === undefined ? -1 : trail.indexOf(at)
    if (begin >= 0) found.push(trail.slice(begin))
  }
  return found
}
