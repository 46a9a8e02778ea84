/** Which files of an export are listening histories: by their names, else by how they begin. */
import { posix } from "node:path"
import type { Entry } from "../../src/component/archive.ts"
import type { NamedKind } from "./record.ts"

/** For `inspect`: the names that Spotify gives. */
export const HISTORY_FILE = /(^|\/)(StreamingHistory[^/]*|endsong_\d+|Streaming_History_(Audio|Video)_[^/]*)\.json$/i

const NAMED_LIKE_HISTORY = /^(streaming_?history|endsong)/i
const MAY_HOLD_JSON = /^[^.]+$|\.(json|txt|bak|old)$/i

const NAMED_KIND: ReadonlyArray<readonly [RegExp, NamedKind]> = [
  [/^streaming_?history_video/i, "video"],
  [/^streaming_?history_podcast/i, "podcast"],
  [/^streaming_?history_audiobook/i, "audiobook"]
]

export const isNamedLikeHistory = ({ path }: Entry): boolean => NAMED_LIKE_HISTORY.test(posix.basename(path))

/** Is it worth a look inside? */
export const mayHoldHistory = (entry: Entry): boolean =>
  isNamedLikeHistory(entry) || MAY_HOLD_JSON.test(posix.basename(entry.path))

export const namedKind = ({ path }: Entry): NamedKind | null =>
  NAMED_KIND.find(([pattern]) => pattern.test(posix.basename(path)))?.[1] ?? null

export type Content = "history" | "empty" | "other"

/** What a file holds, told from its first bytes. `whole`: there are no more. */
export const contentOf = (head: Uint8Array, whole: boolean): Content => {
  const text = Buffer.from(head).toString("latin1")
  if (whole && NO_ENTRIES.test(text)) return "empty"
  return ENTRY_KEYS.some((keys) => keys.every((key) => key.test(text))) ? "history" : "other"
}

const NO_ENTRIES = /^(ï»¿)?\s*\[\s*\]\s*$/

/** Extended and basic. */
const ENTRY_KEYS = [
  [/"ts"\s*:/, /"ms_played"\s*:/],
  [/"endTime"\s*:/, /"msPlayed"\s*:/]
]

/** Does it begin as an array of objects does? */
export const beginsAsArray = (head: Uint8Array): boolean =>
  /^(ï»¿)?\s*\[\s*\{/.test(Buffer.from(head.subarray(0, 64)).toString("latin1"))
