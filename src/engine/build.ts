/** Build: transforms as tables made by DuckDB. A step whose SQL and inputs are as they were is skipped. */
import { Effect, Ref, Schema } from "effect"
import { CurrentAsker } from "../component/api.ts"
import type { Services } from "../component/connector.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import type { Relation } from "../component/relation.ts"
import { ALL, extentOf } from "../component/slice.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import type { Lookup } from "../component/transform.ts"
import { hashOf } from "../pipeline/checking.ts"
import { type Plan, type PlannedTransform, buildName } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { RunContext } from "./job.ts"
import { ageOf, lookUp } from "./lookup.ts"
import { type Making, affected, make, makeHelper, within } from "./make.ts"
import { report } from "./progress.ts"
import { type Asked, NONE_ASKED, askerOf, isBudgetSpent } from "./requests.ts"
import { type State, changesSince, sourceState } from "./state.ts"
import { readStep, writeStep } from "./step.ts"
import { hasTable } from "./table.ts"

export interface TransformCounts extends Partial<Asked> {
  readonly in: number
  readonly out: number
  readonly dropped: number
}

export interface Built {
  readonly counts: { readonly [transform: string]: TransformCounts }
  /** Of every relation. */
  readonly states: ReadonlyMap<string, State>
  /** The transform at which it ended, because the budget of requests is spent, and what that says. */
  readonly left: { readonly transform: string; readonly error: SourceError } | null
}

type Building<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | Services>

/** Makes each relation's name known to SQL: pipelines write `photos`, not the table behind it. */
export const nameRelations = (relations: ReadonlyArray<Relation>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    for (const relation of relations) {
      const columns = relation.columns.size === 0 ? sql`*` : names([...relation.columns.keys()])
      yield* database.execute(
        sql`create or replace temp view ${name(relation.name)} as select ${columns} from ${relation.table}`
      )
    }
  })

export const build = (plan: Plan, context: RunContext): Building<Built> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const states = new Map<string, State>()
    for (const source of plan.sources) states.set(source.name, yield* sourceState(pipeline, source))
    yield* nameRelations(plan.sources.map((source) => source.relation))
    const counts: Record<string, TransformCounts> = {}
    for (const transform of plan.transforms) {
      const done = yield* Effect.mapError(buildStep(plan, transform, states, context), (error) =>
        located(error, transform)
      )
      counts[transform.name] = done.counts
      if (done.left !== null) return { counts, states, left: { transform: transform.name, error: done.left } }
      states.set(transform.name, done.state)
    }
    return { counts, states, left: null }
  })

/** Says which transform it was, where it is one that asks a provider. */
const located = (error: SourceError | DatabaseError, { access, at, name: transform }: PlannedTransform) =>
  error._tag === "SourceError" && access !== null
    ? new SourceError({ ...error, message: `Transform "${transform}": ${error.message}`, at })
    : error

type Done =
  | { readonly counts: TransformCounts; readonly state: State; readonly left: null }
  /** The budget of requests is spent before all is looked up: nothing is made. */
  | { readonly counts: TransformCounts; readonly left: SourceError }

const buildStep = (
  plan: Plan,
  transform: PlannedTransform,
  states: ReadonlyMap<string, State>,
  context: RunContext
): Building<Done> =>
  Effect.gen(function* () {
    const { decisions, helpers = [], lookups = [], query, slices } = transform.built
    const decided = decisions === undefined ? null : yield* contentOf(decisions)
    const online = lookups.some((lookup) => lookup.online === true)
    const { database } = yield* Warehouse
    const pipeline = plan.pipeline.name
    const step = `transform:${transform.name}`
    const { columns, table } = transform.relation
    const read = Object.fromEntries(transform.inputs.map((input) => [input, states.get(input)?.version ?? "none"]))
    // What has expired is asked for again, and is gone from what was made of it.
    const sqls = [query, slices?.query ?? null, [...columns], helpers.map((helper) => helper.query), decided]
    const madeNow = Effect.map(Effect.forEach(lookups, ageOf), (ages) =>
      hashOf([sqls, lookups.map(({ version }) => version), ages])
    )
    const made = yield* madeNow
    const last = yield* readStep(pipeline, step)
    const called = buildName(pipeline, transform.name)
    if (last?.fingerprint === hashOf([made, read]) && (yield* hasTable("build", called))) {
      yield* nameRelations([transform.relation])
      const { in: read = 0, out = 0, dropped = 0 } = last.counts
      return { counts: { in: read, out, dropped, ...(online ? NONE_ASKED : {}) }, state: last, left: null }
    }
    yield* report({ kind: "started", step: transform.name, doing: transform.type })
    const anew = last?.made !== made
    const changes = new Map(
      transform.inputs.map((input) => [input, changesSince(states.get(input), last?.read[input])])
    )
    const [main] = transform.counted.flatMap((input) => {
      const span = slices?.inputs.get(input)
      return span == null ? [] : [{ table: name(input), span }]
    })
    const making: Making = {
      table: called,
      query,
      slices: slices ?? null,
      times: extentOf(transform.relation),
      subject: main ?? null,
      anew,
      changes
    }
    const { asked, complete, left } = yield* lookUpFor(making, lookups, {
      asker: `${pipeline}.${transform.name}`,
      offline: context.offline === true
    })
    if (left !== null) return { counts: { in: 0, out: 0, dropped: 0, ...asked }, left }
    // What a provider was not asked for, the next run asks for.
    const answered = complete ? yield* madeNow : hashOf([yield* madeNow, context.runId])
    return yield* database.transaction(
      Effect.gen(function* () {
        for (const helper of helpers) changes.set(helper.name, yield* makeHelper(helper, making))
        const again = yield* affected(making)
        const changed = yield* make(making, again)
        const counted = transform.counted.map((input) => sql`(select count(*) from ${name(input)})`)
        const [row] = yield* database.rows(
          sql`select ${join(counted.length === 0 ? [literal(0)] : counted, " + ")} as read, (select count(*) from ${table}) as out`,
          Schema.Struct({ read: Schema.Number, out: Schema.Number })
        )
        const { read: taken, out } = row ?? { read: 0, out: 0 }
        const counts = { in: taken, out, dropped: Math.max(0, taken - out) }
        const fingerprint = hashOf([answered, read])
        const state: State =
          last !== null && changed?.length === 0
            ? { version: last.version, since: last.since }
            : { version: fingerprint, since: last === null ? null : { version: last.version, changes: changed } }
        yield* writeStep(
          pipeline,
          step,
          context.runId,
          { fingerprint, counts, made: answered, read, ...state },
          { type: transform.type, inputs: transform.inputs, query }
        )
        yield* nameRelations([transform.relation])
        yield* report({ kind: "finished", step: transform.name, outcome: `${taken} in, ${out} out` })
        return { counts: online ? { ...counts, ...asked } : counts, state, left: null }
      })
    )
  })

interface Asking {
  /** Names who asks: `holiday.placed`. */
  readonly asker: string
  readonly offline: boolean
}

interface LookedUp {
  readonly asked: Asked
  /** All was answered. */
  readonly complete: boolean
  /** Why it ended before that: the budget of requests is spent. */
  readonly left: SourceError | null
}

/** Looks up what is needed where the result is to be made. */
const lookUpFor = (
  making: Making,
  lookups: ReadonlyArray<Lookup<Services>>,
  { asker, offline }: Asking
): Building<LookedUp> =>
  Effect.gen(function* () {
    if (lookups.length === 0) return { asked: NONE_ASKED, complete: true, left: null }
    const asked = yield* Ref.make(NONE_ASKED)
    const complete = yield* Ref.make(true)
    const who = yield* askerOf({ name: asker, rateLimit: null, retry: {} }, asked)
    const all = Effect.forEach(
      lookups,
      (lookup) =>
        Effect.flatMap(lookUp(lookup, offline), (answered) => Ref.update(complete, (before) => before && answered)),
      { discard: true }
    )
    const slices = (yield* affected(making)) ?? [ALL]
    const left = yield* within(slices, () => Effect.provideService(all, CurrentAsker, who)).pipe(
      Effect.as(null),
      Effect.catchIf(
        (error): error is SourceError => error._tag === "SourceError" && isBudgetSpent(error),
        Effect.succeed
      )
    )
    return { asked: yield* Ref.get(asked), complete: yield* Ref.get(complete), left }
  })

/** Of rows, in any order. */
const contentOf = (rows: Sql) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select coalesce(string_agg(r::varchar, chr(10) order by r::varchar), '') as content from (${rows}) r`,
      Schema.Struct({ content: Schema.String })
    )
    return row?.content ?? ""
  })
