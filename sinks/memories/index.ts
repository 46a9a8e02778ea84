import { Effect } from "effect"
import { ConfigProblem } from "../../src/component/error.ts"
import { sink } from "../../src/component/sink.ts"
import { loadMemories } from "./load.ts"

/** Keeps a life: entities, the memories made of them, their links, and where all of it came from. */
export const memories = sink({
  type: "memories",
  summary: "Upserts entities, memories, links and provenance into the memory tables.",
  description: [
    "A relation of one stream's records is kept in the table of its entity (media, events, plays, …).",
    "One made by join-time-place or group-moments also makes memories, with links to what they are made of.",
    "Albums, people and provenance come from every record of an entity, also from copies that dedupe dropped.",
    "Rows that are equal to what is there stay untouched; what changes leaves its before-image for undo."
  ].join(" "),
  config: {},
  examples: [{ title: "Keep moments, and all events", yaml: "type: memories\nfrom: [moments, events]" }],
  check: (_config, relations) =>
    Effect.gen(function* () {
      for (const [index, relation] of relations.entries()) {
        if (relation.columns.size === 0 || (relation.entity !== null && relation.columns.has("_id"))) continue
        yield* new ConfigProblem({
          code: "no-lineage",
          path: relations.length === 1 ? ["from"] : ["from", index],
          message: `"${relation.name}" no longer says which records its rows are: the column _id is missing.`,
          hint: "Keep it with `select *`, or name _id among the columns; rows of files need `entity:` on their source."
        })
      }
    }),
  intact: () => Effect.succeed(true),
  load: (_config, relations, loading) => loadMemories(relations, loading)
})
