/** Why a row is there, or a picture isn't: in words. */
import { Effect, Layer, Option } from "effect"
import { type Explanation, type Linked, explain as explainRow } from "../engine/explain/index.ts"
import { explainMissing } from "../engine/explain/missing.ts"
import type { Station } from "../engine/explain/way.ts"
import { find } from "../life/find.ts"
import { NOUNS, linkText } from "./explaining/link.ts"
import { originText, placeText } from "./explaining/origin.ts"
import { day, described, whatOf } from "./explaining/row.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { ExplainInput } from "./flags/life.ts"
import { readers, storeLayer } from "./session.ts"
import { aligned, counted } from "./text.ts"

export const explain = (shared: Shared, { id, missing }: ExplainInput) =>
  answer(
    "explain",
    shared,
    Effect.gen(function* () {
      if (Option.isSome(missing) === Option.isSome(id)) {
        return yield* commandError("no-id", "Explain what?", "Give an id, or a file: --missing FILE", 2)
      }
      if (Option.isSome(missing)) {
        const result = yield* explainMissing(missing.value)
        const { because, verdict, way } = result
        // Where its way ended counts only where it did.
        const passed = verdict === "not-kept" ? way : way.filter(({ rows }) => rows !== 0)
        return { summary: { verdict }, result, text: [because, ...section(ITS_WAY, wayText(passed))].join("\n") }
      }
      const result = yield* explainRow(yield* find(Option.getOrElse(id, () => "")))
      return { summary: { type: result.type, id: result.id }, result, text: words(result) }
    }).pipe(Effect.provide(Layer.merge(readers, storeLayer(shared))))
  )

const ITS_WAY = "Its way through the pipeline: steps, and how many of their rows are about it"

/** More of a kind than this are counted, not listed. */
const MOST_LISTED = 12

const words = (found: Explanation): string => {
  const { edits, id, label, links, members, merged, origins, runs, separated, type, way } = found
  const known = new Set(members.map((member) => `${member.type} ${member.id}`))
  return [
    `${label === "" ? "Without a name" : label}: ${whatOf(found)}`,
    `id ${type === "memory" ? "" : `${type}:`}${id}`,
    ...described(found),
    ...section(
      `${MADE_OF[type] ?? "Made of"} ${counts(members)}`,
      byRelation(members, (member) => [
        linkText(type, member),
        ...member.origins.map((origin) => `  ${placeText(origin)}`)
      ])
    ),
    ...section("Comes from", limited(origins.map((origin) => [originText(origin)]))),
    ...section(
      "Linked",
      byRelation(
        links.filter((link) => !known.has(`${link.type} ${link.id}`)),
        (link) => [linkText(type, link)]
      )
    ),
    ...section(
      "One with",
      merged.map((other) => `${other.label === "" ? "" : `"${other.label}" `}${other.id}: merged by you`)
    ),
    ...section("Not one with", [
      ...new Set(
        separated.map(({ as, edited_at, from }) => `${as === id ? from : as}: split by you (${day(edited_at)})`)
      )
    ]),
    ...section(
      "Edited by you",
      edits.map(
        ({ edited_at, field, imported, value }) =>
          `${field}: ${JSON.stringify(value)}${imported === null ? "" : `, where imports say ${JSON.stringify(imported)}`} (${day(edited_at)})`
      )
    ),
    ...section(ITS_WAY, wayText(way.filter(({ rows }) => rows !== 0))),
    ...section(
      "Runs that touched it",
      runs.map(
        ({ at, command, did, pipeline, run_id }) =>
          `${day(at)}  ${command ?? "run"}${pipeline === null ? "" : ` of ${pipeline}`} ${run_id.slice(0, 8)}: ${did}`
      )
    )
  ].join("\n")
}

/** `2 events, 31 pictures`. */
const counts = (members: Explanation["members"]): string =>
  [...Map.groupBy(members, ({ type }) => type)]
    .map(([type, same]) => counted(same.length, NOUNS[type] ?? type))
    .join(", ")

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)]

const limited = (groups: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => [
  ...groups.slice(0, MOST_LISTED).flat(),
  ...(groups.length > MOST_LISTED ? [`and ${groups.length - MOST_LISTED} more (--json has all)`] : [])
]

const MADE_OF: { readonly [type: string]: string } = { places: "Known from", people: "Known from", albums: "Holds" }

/** Of each relation some, those with few first: one reason isn't lost among a hundred visits. */
const byRelation = <L extends Linked>(
  all: ReadonlyArray<L>,
  shown: (link: L) => ReadonlyArray<string>
): ReadonlyArray<string> =>
  [...Map.groupBy(all, ({ direction, relation, type }) => `${direction} ${relation} ${type}`).values()]
    .toSorted((a, b) => a.length - b.length)
    .flatMap((same) => limited(same.map(shown)))

const wayText = (way: ReadonlyArray<Station>): ReadonlyArray<string> =>
  aligned(
    way.map(({ does, pipeline, relation, rows, type }) => [
      `${pipeline}.${relation}`,
      type,
      rows === null ? "" : `${rows} ${rows === 1 ? "row" : "rows"}`,
      does
    ])
  )
