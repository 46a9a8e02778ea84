/** Says what archives hold, by reading them as a run would, without keeping anything. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Archives, type ArchiveSet } from "../component/archive.ts"
import { Progress } from "../engine/progress.ts"
import { type Count, type Survey, survey } from "../engine/survey.ts"
import { homeAt } from "../warehouse/home.ts"
import { warehouseLayer } from "../warehouse/warehouse.ts"
import { type Claim, type Claims, claimsOf, sourceLine, sourceName } from "./claims.ts"
import { missingParts } from "./parts.ts"
import { progressWriter } from "./progress.ts"
import { type Shared, answer, findingsError } from "./reply.ts"
import type { InspectInput } from "./flags/data.ts"
import { checkText, components, readers, scratchLayer } from "./session.ts"
import { aligned, counted, number } from "./text.ts"

export const inspect = (shared: Shared, { deep, paths }: InspectInput) =>
  answer(
    "inspect",
    shared,
    Effect.gen(function* () {
      const archives = yield* Archives
      const set = yield* archives.open(paths, { nested: true })
      const claims = claimsOf(set, [...components.streams.values()])
      const missing = missingParts(set.archives.map((archive) => archive.path))
      const found = yield* Effect.forEach(claims.claims, (claim) => look(claim, deep))
      const result = {
        archives: set.archives,
        files: set.entries.length,
        streams: found.map(({ claim, survey: read }) => ({
          type: claim.stream.type,
          files: claim.files,
          path: claim.paths,
          source: sourceLine(claim),
          ...(read === null ? {} : { records: read.ledger, counts: read.counts, left: read.left })
        })),
        unclaimed: claims.unclaimed,
        missing_parts: missing,
        rejects: set.rejects.map(({ code, origin, reason }) => ({ code, reason, ...origin })),
        skipped: set.skipped
      }
      return {
        summary: { archives: set.archives.length, files: set.entries.length, missing_parts: missing.length },
        result,
        text: words(set, claims, found, missing)
      }
    }).pipe(Effect.provideService(Progress, progressWriter(shared.quiet)), Effect.provide(readers))
  )

interface Look {
  readonly claim: Claim
  /** Null: pictures, which are read only when asked for. */
  readonly survey: Survey | null
}

/** Reads the stream into a database that goes with the scope. */
const look = (claim: Claim, deep: boolean) =>
  Effect.gen(function* () {
    const { stream } = claim
    if (stream.entity === "media" && !deep) return { claim, survey: null } satisfies Look
    const source = sourceName(stream)
    const text = JSON.stringify({
      name: "inspect",
      sources: { [source]: { type: stream.type, path: claim.paths } },
      sinks: { nowhere: { type: "file", from: source, path: "inspect.parquet" } }
    })
    const { findings, plan } = yield* checkText(text, "inspect").pipe(Effect.scoped, Effect.provide(scratchLayer))
    const planned = plan?.sources[0]
    if (plan === null || planned === undefined) return yield* findingsError(findings)
    const directory = yield* temporaryDirectory
    const database = Layer.mergeAll(readers, warehouseLayer(homeAt(directory)))
    return { claim, survey: yield* survey(plan, planned).pipe(Effect.provide(database)) } satisfies Look
  }).pipe(Effect.scoped)

const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "keepsake-inspect-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

const words = (
  set: ArchiveSet,
  { unclaimed }: Claims,
  found: ReadonlyArray<Look>,
  missing: ReadonlyArray<string>
): string => {
  const bytes = set.archives.reduce((sum, archive) => sum + archive.bytes, 0)
  const head = `${counted(set.archives.length, "archive")}, ${counted(set.entries.length, "file")}, ${(bytes / 1024 ** 2).toFixed(1)} MB`
  return [
    head,
    ...found.flatMap(({ claim, survey: read }) => ["", ...section(claim, read)]),
    "",
    ...(missing.length === 0
      ? []
      : [`Missing: ${missing.join(", ")}. Download them too: sidecars and albums may lie there.`, ""]),
    ...set.rejects
      .slice(0, 10)
      .map(({ origin, reason }) => `Not usable: ${origin.member ?? origin.archive}: ${reason}`),
    ...unclaimed.slice(0, 10).map((path) => `Not known: ${path}: no stream reads it.`),
    ...(found.length === 0
      ? ["No stream reads these files. See: keepsake list"]
      : ["Add to `sources:` of a pipeline:", ...found.map(({ claim }) => `  ${sourceLine(claim)}`)])
  ].join("\n")
}

const section = ({ files, stream }: Claim, read: Survey | null): ReadonlyArray<string> => {
  if (read === null)
    return [`${stream.type}: ${counted(files, "file")} (--deep reads and counts ${files === 1 ? "it" : "them"})`]
  const total = read.counts.reduce((sum, { records }) => sum + records, 0)
  return [
    `${stream.type}: ${counted(total, "record")} in ${counted(files, "file")}`,
    ...aligned(byKind(read.counts)),
    ...read.left.map(
      ({ count, example, reason }) =>
        `  left out ${count === null ? "perhaps some" : number(count)}: ${reason}${example === null || count === 0 ? "" : ` (such as ${example})`}`
    )
  ]
}

const MOST_KINDS = 12

/** Each kind with its number and years, the most frequent first. */
const byKind = (counts: ReadonlyArray<Count>): ReadonlyArray<ReadonlyArray<string>> => {
  const kinds = [...Map.groupBy(counts, ({ what }) => what)]
    .map(([what, own]) => ({
      what,
      records: own.reduce((sum, { records }) => sum + records, 0),
      years: own.flatMap(({ year }) => year ?? [])
    }))
    .toSorted((a, b) => b.records - a.records)
  const shown = kinds
    .slice(0, MOST_KINDS)
    .map(({ records, what, years }) => [`  ${what}`, number(records), span(years)])
  return kinds.length > MOST_KINDS ? [...shown, [`  and ${counted(kinds.length - MOST_KINDS, "other kind")}`]] : shown
}

const span = (years: ReadonlyArray<number>): string => {
  const [first, last] = [Math.min(...years), Math.max(...years)]
  return years.length === 0 ? "" : first === last ? `${first}` : `${first}–${last}`
}
