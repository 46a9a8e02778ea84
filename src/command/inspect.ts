import { Effect } from "effect"
import { Archives, type ArchiveSet } from "../component/archive.ts"
import { type Shared, answer } from "./reply.ts"
import type { InspectInput } from "./root.ts"
import { components, readers } from "./session.ts"
import { aligned } from "./text.ts"

/** Looks into archives without importing anything. */
export const inspect = (shared: Shared, { paths }: InspectInput) =>
  answer(
    "inspect",
    shared,
    Effect.gen(function* () {
      const archives = yield* Archives
      const set = yield* archives.open(paths)
      const streams = readableBy(set)
      const missing = missingParts(set.archives.map((archive) => archive.path))
      const bytes = set.archives.reduce((sum, archive) => sum + archive.bytes, 0)
      const result = {
        archives: set.archives,
        files: set.entries.length,
        streams,
        missing_parts: missing,
        rejects: set.rejects.map(({ code, origin, reason }) => ({ code, reason, ...origin })),
        skipped: set.skipped
      }
      return {
        summary: { archives: set.archives.length, files: set.entries.length, missing_parts: missing.length },
        result,
        text: [
          `${set.archives.length} archives, ${set.entries.length.toLocaleString("en")} files, ${(bytes / 1024 ** 2).toFixed(1)} MB`,
          "",
          ...aligned(byKind(set)),
          "",
          ...(missing.length === 0
            ? []
            : [`Missing: ${missing.join(", ")}. Download them too: sidecars and albums may lie there.`, ""]),
          ...set.rejects
            .slice(0, 10)
            .map(({ origin, reason }) => `Not usable: ${origin.member ?? origin.archive}: ${reason}`),
          ...(streams.length === 0
            ? ["No stream reads these files. See: keepsake list"]
            : [
                "Add to `sources:` of a pipeline:",
                ...streams.map(
                  ({ files, type }) => `  mine: { type: ${type}, path: ${paths.join(" ")} }   # ${files} files`
                )
              ])
        ].join("\n")
      }
    }).pipe(Effect.provide(readers))
  )

interface Reads {
  readonly type: string
  readonly files: number
}

/** The streams that know the most of the files; general ones only where no special one does. */
const readableBy = (set: ArchiveSet): ReadonlyArray<Reads> => {
  const counts = [...components.streams.values()].flatMap(({ recognises, type }): ReadonlyArray<Reads> => {
    const files = recognises === undefined ? 0 : set.entries.filter((entry) => recognises.test(entry.path)).length
    return files === 0 ? [] : [{ type, files }]
  })
  const special = counts.filter(({ type }) => type !== "folder.photos" && type !== "file.rows")
  return special.length > 0 ? special : counts
}

const byKind = (set: ArchiveSet): ReadonlyArray<ReadonlyArray<string>> => {
  const kinds = new Map<string, number>()
  for (const { path } of set.entries) {
    const kind = /\.([A-Za-z0-9]{1,8})$/.exec(path)?.[1]?.toLowerCase() ?? "other"
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return [...kinds].toSorted((a, b) => b[1] - a[1]).map(([kind, count]) => [`  ${kind}`, count.toLocaleString("en")])
}

/** Gaps in `takeout-…-001.zip` and `takeout-…-3-009.zip`. What lies behind the last part can't be known. */
export const missingParts = (paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const exports = new Map<string, { readonly width: number; readonly parts: Set<number> }>()
  for (const path of paths) {
    const [, stem, digits] = /([^/\\]*-)(\d{3})\.zip$/i.exec(path) ?? []
    if (stem === undefined || digits === undefined) continue
    const found = exports.get(stem) ?? { width: digits.length, parts: new Set<number>() }
    found.parts.add(Number(digits))
    exports.set(stem, found)
  }
  return [...exports].flatMap(([stem, { parts, width }]) =>
    Array.from({ length: Math.max(...parts) }, (_, index) => index + 1)
      .filter((part) => !parts.has(part))
      .map((part) => `${stem}${String(part).padStart(width, "0")}.zip`)
  )
}
