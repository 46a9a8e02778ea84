/** What systems leave beside a person's files, and how it is counted. */
import type { Skip } from "../component/batch.ts"

/** One thing left out on purpose. */
export interface LeftOut {
  readonly reason: string
  readonly path: string
}

const BOOKKEEPING = "bookkeeping of an operating system or a tool"

const files = new Set([".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".picasa.ini", ".nomedia", ".localized"])

const folders = new Set([
  "__macosx",
  ".trashes",
  ".spotlight-v100",
  ".fseventsd",
  ".temporaryitems",
  ".documentrevisions-v100",
  "$recycle.bin",
  "system volume information",
  "@eadir",
  ".thumbnails",
  ".git",
  ".keepsake"
])

/** Why a folder of this name is not entered; null: it is. */
export const folderLeftOut = (name: string): string | null => (folders.has(name.toLowerCase()) ? BOOKKEEPING : null)

/** Why a file at this path (`/` between segments) is not an entry; null: it is one. */
export const fileLeftOut = (path: string): string | null => {
  const segments = path.split("/")
  const name = (segments.pop() ?? "").toLowerCase()
  if (name.startsWith("._")) return "resource forks that macOS adds beside files (._*)"
  return files.has(name) || segments.some((segment) => folderLeftOut(segment) !== null) ? BOOKKEEPING : null
}

const EXAMPLES = 2

/** Counts by reason, in the order in which the reasons came up. */
export const countLeftOut = (items: Iterable<LeftOut>): ReadonlyArray<Skip> => {
  const byReason = new Map<string, { count: number; readonly examples: Array<string> }>()
  for (const { reason, path } of items) {
    const group = byReason.get(reason) ?? { count: 0, examples: [] }
    byReason.set(reason, group)
    group.count += 1
    if (group.examples.length < EXAMPLES) group.examples.push(path)
  }
  return Array.from(byReason, ([reason, { count, examples }]) => ({ reason, count, examples }))
}
