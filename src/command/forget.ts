/** Erases what a person wants forgotten, after saying what that is, and leaves a receipt without content. */
import { Effect, Layer, Option } from "effect"
import type { Database } from "../component/database.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { pruneMedia } from "../engine/export/media.ts"
import { type Outlook, type Receipt, forget as forgetSelected, outlook } from "../engine/forget/index.ts"
import { type Selector, selectorOf } from "../engine/forget/selection.ts"
import { plansOf } from "../engine/rebuild.ts"
import { recorded } from "../engine/record.ts"
import type { Plan } from "../pipeline/plan.ts"
import { clearLeftovers, copyDatabase, replaceDatabase } from "../warehouse/rewrite.ts"
import { warehouseLayer } from "../warehouse/warehouse.ts"
import { agree } from "./agree.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { ForgetInput } from "./flags/life.ts"
import { homeOf, ifThere, readers } from "./session.ts"
import { aligned, counted, number } from "./text.ts"

export const forget = (shared: Shared, input: ForgetInput) => {
  const home = homeOf(shared)
  // No guests meanwhile: the file is about to be replaced.
  const layer = ifThere(shared, Layer.mergeAll(readers, warehouseLayer(home, Option.getOrUndefined(shared.memory))))
  return answer(
    "forget",
    shared,
    Effect.gen(function* () {
      const { files, receipt } = yield* erase(shared, input).pipe(Effect.scoped, Effect.provide(layer))
      yield* replaceDatabase(home)
      yield* clearLeftovers(home)
      return { summary: receipt, result: { ...receipt, files_left: files }, text: receiptText(receipt, files) }
    })
  )
}

const erase = (shared: Shared, input: ForgetInput) =>
  Effect.gen(function* () {
    const selector = yield* selectorIn(input)
    const found = yield* outlook(selector)
    if (found.sources.length === 0 && Object.keys(found.rows).length === 0) {
      return yield* commandError("nothing-found", "There is nothing of that kind to forget.", "Nothing was changed.", 2)
    }
    yield* agree(shared, outlookText(found), "Forget that? It can't be undone.", input.yes)
    const plans = yield* plansOf(process.env)
    const receipt = yield* recorded({ command: "forget", pipeline: null, definition: null }, (context) =>
      forgetSelected(selector, found, plans, context)
    )
    yield* pruneMedia(homeOf(shared).directory)
    yield* copyDatabase(homeOf(shared))
    return { receipt, files: filesOf(plans, receipt) }
  })

/** Exactly one of the flags. */
const selectorIn = (
  input: ForgetInput
): Effect.Effect<Selector, DatabaseError | SourceError | ReturnType<typeof commandError>, Database> => {
  const kinds = ["source", "account", "connection", "place", "person"] as const
  const given = kinds.flatMap((kind) => Option.toArray(Option.map(input[kind], (words) => ({ kind, words }))))
  const [first] = given
  if (given.length + (input.between.length > 0 ? 1 : 0) !== 1) {
    return Effect.fail(
      commandError(
        "no-selection",
        "Forget what?",
        "Say one of --source PIPELINE.SOURCE, --account, --connection, --place, --person, or --between FROM UNTIL.",
        2
      )
    )
  }
  if (first !== undefined) return selectorOf(first.kind, first.words, null)
  const [from = "", until = null] = input.between
  return selectorOf("between", from, until)
}

const outlookText = ({ memories, rows, sources }: Outlook): string =>
  [
    "This erases for good:",
    ...aligned([
      ...sources.map(({ pipeline, records, source, whole }) => [
        `  ${pipeline}.${source}`,
        `${counted(records, "staged record")}${whole ? ", all there are" : ""}`
      ]),
      ...Object.entries(rows).map(([type, { go, stay }]) => [
        `  ${type}`,
        `${counted(go, "row")}${stay === 0 ? "" : `; ${number(stay)} ${stay === 1 ? "stays" : "stay"}, as other sources have ${stay === 1 ? "it" : "them"} too`}`
      ])
    ]),
    ...(memories === 0 ? [] : [`${counted(memories, "memory is", "memories are")} made of them, in part or wholly.`]),
    "With it go all before-images (no earlier run can be undone then), rejects, logs, spill, and answers of providers that nothing else needs; the database file is written anew."
  ].join("\n")

/** Files that sinks wrote: they lie outside of the home. */
const filesOf = (plans: ReadonlyMap<string, Plan>, { brings_it_again }: Receipt): ReadonlyArray<string> =>
  brings_it_again.flatMap((pipeline) =>
    Object.entries(plans.get(pipeline)?.pipeline.sinks ?? {}).flatMap(([sink, raw]) =>
      raw.type === "memories"
        ? []
        : [`${pipeline}.${sink}${typeof raw["path"] === "string" ? ` (${raw["path"]})` : ""}`]
    )
  )

const receiptText = (
  { brings_it_again, deleted, rebuilt, records, run_id, to_run }: Receipt,
  files: ReadonlyArray<string>
) =>
  [
    `Forgotten: ${counted(records, "staged record")}. Receipt: run ${run_id}.`,
    ...aligned(Object.entries(deleted).map(([table, count]) => [`  ${table}`, `${counted(count, "row")} fewer`])),
    ...rebuilt.map((pipeline) => `What other sources of ${pipeline} have too, is there as they have it.`),
    ...to_run.map((pipeline) => `Run ${pipeline} again: what else it has was removed, and its file isn't as it was.`),
    ...brings_it_again.map(
      (pipeline) =>
        `A run of ${pipeline} imports it again, as long as its archives or accounts have it: take the source out of its file, or the data out of the archive.`
    ),
    ...files.map((file) => `Not touched, as it lies outside of the home: what the sink ${file} wrote.`)
  ].join("\n")
