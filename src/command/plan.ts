import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Option } from "effect"
import { type Difference, differenceOf, untouchedBy } from "../engine/difference.ts"
import { type RunSummary, run } from "../engine/run.ts"
import { Uuid } from "../component/column.ts"
import type { Plan } from "../pipeline/plan.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import { differenceText } from "./difference.ts"
import type { PlanInput } from "./flags/pipelines.ts"
import { homeLayer, homeOf, planOf } from "./session.ts"
import { aligned, number } from "./text.ts"

/** Shows the graph and the SQL; with `--diff`, what a run would change. */
export const plan = (shared: Shared, { diff, pipeline }: PlanInput) =>
  answer(
    "plan",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(pipeline)
      const rehearsal = diff ? yield* rehearse(shared, plan) : null
      const result = {
        steps: steps(plan),
        diff: rehearsal?.difference ?? null,
        untouched: rehearsal?.untouched ?? null
      }
      const text = [...graphText(result.steps), ...(rehearsal === null ? [] : rehearsalText(rehearsal))]
      // Who asks what would change hasn't asked how.
      const sql = diff && !shared.verbose ? [] : sqlText(result.steps)
      return { summary: rehearsal?.summary ?? null, result, text: [...text, ...sql].join("\n") }
    })
  )

interface Step {
  readonly kind: "source" | "transform" | "sink"
  readonly name: string
  readonly type: string
  readonly from: ReadonlyArray<string>
  readonly sql: string | null
  /** The least that a provider would be asked. Archives are local: nothing, and no consent is needed. */
  readonly requests: number
  /** What the account must have granted. */
  readonly access: { readonly connection: string | null; readonly scopes: ReadonlyArray<string> } | null
}

const steps = (plan: Plan): ReadonlyArray<Step> => [
  ...plan.sources.map(({ connection, name, stream }): Step => ({
    kind: "source",
    name,
    type: stream.type,
    from: [],
    sql: null,
    requests: stream.access === undefined ? 0 : 1,
    access: stream.access === undefined ? null : { connection: connection?.name ?? null, scopes: stream.access.scopes }
  })),
  ...plan.transforms.map(({ access, built, connection, inputs, name, type }): Step => ({
    kind: "transform",
    name,
    type,
    from: inputs,
    sql: built.query.trim(),
    requests: 0,
    access: access === null ? null : { connection: connection?.name ?? null, scopes: access.scopes }
  })),
  ...plan.sinks.map(({ from, name, type }): Step => ({
    kind: "sink",
    name,
    type,
    from,
    sql: null,
    requests: 0,
    access: null
  }))
]

const graphText = (all: ReadonlyArray<Step>): ReadonlyArray<string> =>
  aligned(all.map((step) => [step.kind, step.name, step.type, originText(step)]))

const originText = ({ access, from }: Step): string => {
  const reads = from.length === 0 ? [] : [`← ${from.join(", ")}`]
  const asks =
    access === null ? [] : [`by the connection ${access.connection}, with your consent to ${access.scopes.join(", ")}`]
  return [...reads, ...asks].join(", ") || "local, no consent needed, 0 requests"
}

const sqlText = (all: ReadonlyArray<Step>): ReadonlyArray<string> =>
  all.flatMap(({ name, sql }) =>
    sql === null ? [] : ["", `The SQL of ${name}:`, ...sql.split("\n").map((line) => `    ${line}`)]
  )

/** What a run would have done, on a copy. */
interface Rehearsal {
  readonly summary: RunSummary
  readonly difference: ReadonlyArray<Difference>
  readonly untouched: number
  /** Sinks that write elsewhere. */
  readonly leftOut: ReadonlyArray<string>
  /** Sources of providers, which a rehearsal leaves alone. */
  readonly notAsked: ReadonlyArray<string>
}

const rehearsalText = ({ difference, leftOut, notAsked, untouched }: Rehearsal): ReadonlyArray<string> => [
  "",
  ...(difference.length === 0
    ? ["A run now would change nothing."]
    : ["A run now would make of the memories:", differenceText(difference)]),
  ...(untouched === 0 ? [] : [`  ${number(untouched)} ${untouched === 1 ? "row" : "rows"} as before`]),
  ...(leftOut.length === 0 ? [] : [`Not tried, because it writes elsewhere: ${leftOut.join(", ")}.`]),
  ...(notAsked.length === 0 ? [] : [`Not asked for what is new: ${notAsked.join(", ")}.`])
]

/** Runs on a copy of the home's database, which is thrown away. Sinks that write elsewhere are left out. */
const rehearse = (shared: Shared, plan: Plan) => {
  const onDisk = <A>(work: () => Promise<A>) =>
    Effect.tryPromise({
      try: work,
      catch: (cause) =>
        commandError(
          "copy-failed",
          `The database can't be copied: ${String(cause)}.`,
          "Free some disk space, or plan without --diff.",
          3
        )
    })
  return Effect.scoped(
    Effect.gen(function* () {
      const copy = yield* Effect.acquireRelease(
        onDisk(() => mkdtemp(join(tmpdir(), "keepsake-plan-"))),
        (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
      )
      yield* onDisk(() =>
        cp(homeOf(shared).database, join(copy, "keepsake.duckdb")).catch((cause: NodeJS.ErrnoException) => {
          if (cause.code !== "ENOENT") throw cause
        })
      )
      const local = { ...plan, sinks: plan.sinks.filter((sink) => sink.type === "memories") }
      const leftOut = plan.sinks.filter((sink) => sink.type !== "memories").map(({ name }) => name)
      return yield* Effect.gen(function* () {
        const summary = yield* run(local, "plan", { offline: true })
        const id = Uuid(summary.run_id)
        const rehearsal: Rehearsal = {
          summary,
          difference: yield* differenceOf(id),
          untouched: yield* untouchedBy(id),
          leftOut,
          notAsked: plan.sources.filter(({ stream }) => stream.access !== undefined).map(({ name }) => name)
        }
        return rehearsal
      }).pipe(Effect.provide(homeLayer({ ...shared, home: Option.some(copy) })))
    })
  )
}
