/** Names of archive members, made safe to use as paths below a root. */

export type EntryPath =
  | { readonly _tag: "Path"; readonly path: string }
  | { readonly _tag: "Unsafe"; readonly reason: string }

const unsafe = (reason: string): EntryPath => ({ _tag: "Unsafe", reason })

/**
 * A member's path below the archive's root: `/` between segments, NFC, without `.` and empty segments.
 * Names that are absolute, climb out with `..`, start with a drive letter or hold a NUL character are unsafe.
 */
export const entryPath = (name: string): EntryPath => {
  if (name.includes("\0")) return unsafe("its name holds a NUL character")
  if (name.startsWith("/")) return unsafe("its path is absolute")
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".")
  if (/^[A-Za-z]:/.test(segments[0] ?? "")) return unsafe("its path starts with a drive letter")
  if (segments.includes("..")) return unsafe("its path climbs out of the archive with `..`")
  if (segments.length === 0) return unsafe("it has no name")
  return { _tag: "Path", path: segments.join("/").normalize("NFC") }
}

const collator = new Intl.Collator("en", { numeric: true })

/** The order in which people number parts: `takeout-2` before `takeout-10`. Total: equal only for equal names. */
export const naturalOrder = (left: string, right: string): number =>
  collator.compare(left, right) || (left < right ? -1 : left > right ? 1 : 0)
