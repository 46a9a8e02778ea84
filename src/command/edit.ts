/** What a person sets right: it stays, whatever is imported later, and can be undone as any run. */
import { Effect } from "effect"
import type { Catalogue } from "../component/catalogue.ts"
import type { Uuid } from "../component/column.ts"
import type { Services } from "../component/connector.ts"
import type { Database } from "../component/database.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import { mergeAll, setFields } from "../engine/edit.ts"
import { splitMembers } from "../engine/move.ts"
import { heed } from "../engine/heed.ts"
import { plansOf } from "../engine/rebuild.ts"
import { splitPerson } from "../engine/split-person.ts"
import { unmerge } from "../engine/undo/unmerge.ts"
import { recorded } from "../engine/record.ts"
import { MEMORY_ID } from "../life/edit.ts"
import { type Found, find } from "../life/find.ts"
import { type Change, none, plus } from "../life/upsert.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { EditInput, IdsInput } from "./flags/life.ts"
import { keptLayer } from "./session.ts"

export const edit = (shared: Shared, { fields, id }: EditInput) =>
  changing(shared, "edit", (change) =>
    Effect.gen(function* () {
      const pairs = yield* Effect.forEach(fields, (field) => {
        const at = field.indexOf("=")
        return at > 0
          ? Effect.succeed([field.slice(0, at).trim(), field.slice(at + 1)] as const)
          : Effect.fail(commandError("no-value", `"${field}" has no value.`, "Write it as field=value.", 2))
      })
      const found = yield* find(id)
      const set = yield* setFields(found, pairs, change)
      const isMoved = pairs.some(([field]) => field === MEMORY_ID)
      return { ids: [found.id], counts: isMoved ? plus(set, yield* heedOf([found], change)) : set }
    })
  )

const flagged =
  (command: "hide" | "unhide", hidden: "true" | "") =>
  (shared: Shared, { ids }: IdsInput) =>
    changing(shared, command, (change) =>
      Effect.gen(function* () {
        const all = yield* Effect.forEach(ids, find)
        let counts = none
        for (const found of all) counts = plus(counts, yield* setFields(found, [["hidden", hidden]], change))
        return { ids: all.map((found) => found.id), counts }
      })
    )

export const hide = flagged("hide", "true")
export const unhide = flagged("unhide", "")

export const merge = (shared: Shared, { ids }: IdsInput) =>
  changing(shared, "merge", (change) =>
    Effect.gen(function* () {
      const all = yield* Effect.forEach(ids, find)
      const merged = yield* mergeAll(all, change)
      return { ids: all.map((found) => found.id), counts: plus(merged, yield* heedOf(all, change)) }
    })
  )

export const split = (shared: Shared, { ids: [first = "", ...parts] }: IdsInput) =>
  changing(shared, "split", (change) =>
    Effect.gen(function* () {
      const whole = yield* find(first)
      const separated = yield* unmerge(whole, parts, change)
      if (separated.length > 0) return { ids: [whole.id, ...separated], counts: yield* heedOf([whole], change) }
      if (whole.type === "people") {
        const apart = yield* splitPerson(whole, parts, change)
        const counts = yield* heedOf([whole], change)
        const isAtWork = counts.inserted + counts.updated > 0
        return { ids: [whole.id, apart], counts, ...(isAtWork ? {} : { note: NEXT_RUN }) }
      }
      const members = yield* Effect.forEach(parts, find)
      const taken = yield* splitMembers(whole, members, change)
      return { ids: [whole.id], counts: plus(taken, yield* heedOf([whole], change)) }
    })
  )

const NEXT_RUN = "It is at work from the next run on: the pipeline that resolves people isn't as it last ran."

/** What is made of what was said is made anew at once. */
const heedOf = (all: ReadonlyArray<Found>, change: Change) =>
  Effect.flatMap(plansOf(process.env), (plans) =>
    heed(plans, change, all.some(({ type }) => type === "people") ? "people" : "members")
  )

interface Changed {
  readonly ids: ReadonlyArray<Uuid>
  readonly counts: SinkCounts
  readonly note?: string
}

/** One run, one transaction: all of it, or nothing. */
const changing = <E extends DatabaseError | SourceError | ReturnType<typeof commandError>>(
  shared: Shared,
  command: string,
  work: (change: Change) => Effect.Effect<Changed, E, Database | Warehouse | Services | Catalogue>
) =>
  answer(
    command,
    shared,
    Effect.gen(function* () {
      const { database } = yield* Warehouse
      const summary = yield* recorded({ command, pipeline: null, definition: null }, ({ now, runId }) =>
        Effect.map(database.transaction(work({ pipeline: "", runId, now })), ({ counts, ids, note }) => ({
          run_id: runId,
          ids,
          ...counts,
          ...(note === undefined ? {} : { note })
        }))
      )
      const { deleted, inserted, note, run_id, updated } = summary
      const text = [
        `Changed: ${updated} updated, ${inserted} inserted, ${deleted} deleted. Later imports leave it so.`,
        ...(note === undefined ? [] : [note]),
        `Take it back with: keepsake undo ${run_id}`
      ].join("\n")
      return { summary, result: summary, text }
    }).pipe(Effect.scoped, Effect.provide(keptLayer(shared)))
  )
