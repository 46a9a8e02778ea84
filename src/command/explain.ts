/** Why a row is there, or a picture isn't: in words. */
import { Effect, Layer, Option } from "effect"
import { type Explanation, type Linked, explain as explainRow } from "../engine/explain/index.ts"
import { explainMissing } from "../engine/explain/missing.ts"
import type { Origin } from "../engine/explain/origins.ts"
import type { Station } from "../engine/explain/way.ts"
import { find } from "../life/find.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { ExplainInput } from "./flags/life.ts"
import { readers, storeLayer } from "./session.ts"
import { aligned } from "./text.ts"

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
        return { summary: { verdict }, result, text: [because, ...section("Its way", wayText(way))].join("\n") }
      }
      const result = yield* explainRow(yield* find(Option.getOrElse(id, () => "")))
      return { summary: { type: result.type, id: result.id }, result, text: words(result) }
    }).pipe(Effect.provide(Layer.merge(readers, storeLayer(shared))))
  )

/** More of a kind than this are counted, not listed. */
const MOST_LISTED = 12

const words = (found: Explanation): string => {
  const { edits, id, label, links, members, merged, origins, row, runs, separated, type, way } = found
  return [
    `${label === "" ? "Without a name" : label}: ${type} ${id}`,
    ...described(row),
    ...section(
      `${MADE_OF[type] ?? "Made of"} ${members.length}`,
      byRelation(members, (member) => [linkText(member), ...member.origins.map((origin) => `  ${originText(origin)}`)])
    ),
    ...section("Comes from", limited(origins.map((origin) => [originText(origin)]))),
    ...section("Its way", wayText(way.filter(({ rows }) => rows !== 0))),
    ...section(
      "Linked",
      byRelation(links, (link) => [linkText(link)])
    ),
    ...section(
      "One with",
      merged.map((other) => `${other}: merged by you`)
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
    ...section(
      "Runs that touched it",
      runs.map(
        ({ at, command, did, pipeline, run_id }) =>
          `${day(at)}  ${command ?? "run"}${pipeline === null ? "" : ` of ${pipeline}`} ${run_id.slice(0, 8)}: ${did}`
      )
    )
  ].join("\n")
}

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

const day = (time: string | null): string => (time === null ? "some day" : time.slice(0, 16).replace("T", " "))

const described = (row: Explanation["row"]): ReadonlyArray<string> => {
  const text = (column: string) => {
    const value = row[column]
    return typeof value === "string" || typeof value === "number" ? String(value) : null
  }
  const from = text("starts_at") ?? text("taken_at") ?? text("started_at")
  const until = text("ends_at") ?? text("ended_at")
  const place = text("latitude") === null ? null : `${text("latitude")}, ${text("longitude")}`
  const confidence = text("confidence")
  const kind = [
    ...(text("kind") === null ? [] : [`kind ${text("kind")}`]),
    ...(text("made_by") === null ? [] : [`made by ${text("made_by")}`]),
    ...(confidence === null ? [] : [`confidence ${Number(Number(confidence).toFixed(3))}`])
  ]
  const addresses = text("addresses")
    ?.replaceAll(/[[\]"]/g, "")
    .replaceAll(",", ", ")
  return [
    ...(kind.length === 0 ? [] : [kind.join(", ")]),
    ...(addresses === undefined || addresses === "" ? [] : [`under ${addresses}`]),
    ...(from === null ? [] : [`${day(from)}${until === null ? "" : ` to ${day(until)}`} UTC`]),
    ...(place === null ? [] : [`at ${place}${text("location_status") === "inferred" ? " (inferred)" : ""}`]),
    ...(row["hidden"] === true ? ["hidden by you"] : [])
  ]
}

const originText = ({
  account,
  archive,
  archive_present,
  connector,
  first_seen_at,
  gone_at,
  member,
  offset,
  ...rest
}: Origin) =>
  [
    `${connector}.${rest.stream}${account === "default" ? "" : ` of ${account}`}`,
    `${member === null ? rest.source_id : member}${archive === null ? "" : ` in ${archive}`}`,
    ...(offset === null ? [] : [`at byte ${offset}`]),
    ...(archive_present === false ? ["(the archive is no longer there)"] : []),
    `first read ${day(first_seen_at)}${rest.run_id === null ? "" : ` by run ${rest.run_id.slice(0, 8)}`}`,
    ...(gone_at === null ? [] : [`gone upstream since ${day(gone_at)}`])
  ].join(", ")

const linkText = ({ confidence, direction, evidence, id, label, relation, rule, type }: Linked): string => {
  const shown = label === "" ? id : `"${label}" ${id.slice(0, 8)}`
  const link = direction === "to" ? `${relation} ${type} ${shown}` : `${type} ${shown} ${relation} it`
  const because = [
    ...(confidence === null ? [] : [`confidence ${Number(confidence.toFixed(3))}`]),
    ...(rule === null ? [] : [`rule ${rule}`]),
    ...evidenceWords(evidence, rule)
  ]
  return because.length === 0 ? link : `${link} (${because.join(", ")})`
}

const UNITS: { readonly [key: string]: string } = { seconds: "s apart", metres: "m apart" }
/** What measures mean by other rules: how far a trip goes, and how wrong a place may be. */
const OTHER_UNITS: ReadonlyArray<readonly [rule: string, units: { readonly [key: string]: string }]> = [
  ["trips/", { metres: "m from home" }],
  ["infer-place/", { seconds: "s apart", metres: "m off at most" }]
]

const evidenceWords = (evidence: unknown, rule: string | null): ReadonlyArray<string> => {
  if (typeof evidence !== "object" || evidence === null) return []
  const units = OTHER_UNITS.find(([prefix]) => rule?.startsWith(prefix) === true)?.[1] ?? UNITS
  return Object.entries(evidence).flatMap(([key, value]) => {
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return []
    const unit = units[key]
    return [unit === undefined ? `${key} ${valueText(value)}` : `${valueText(value)} ${unit}`]
  })
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

const valueText = (value: unknown): string => {
  if (typeof value === "string") return UUID.test(value) ? value.slice(0, 8) : value
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.map(valueText).join(" and ")
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

const wayText = (way: ReadonlyArray<Station>): ReadonlyArray<string> =>
  aligned(
    way.map(({ does, pipeline, relation, rows, type }) => [
      `${pipeline}.${relation}`,
      type,
      rows === null ? "" : `${rows} ${rows === 1 ? "row" : "rows"}`,
      does
    ])
  )
