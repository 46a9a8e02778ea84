/** Which files hold a location history: told by their content, as their names are localised or arbitrary. */
import { Effect, Stream } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"

/** The arrays of records, by their keys; `""` is the whole file, as an iPhone writes it. */
export const ARRAYS = ["locations", "timelineObjects", "semanticSegments", "rawSignals", ""] as const
export type ArrayName = (typeof ARRAYS)[number]

/** What a file is: the arrays that its beginning shows, or why it is left alone. */
export type Shape =
  | { readonly kind: "history"; readonly arrays: ReadonlySet<ArrayName> }
  | { readonly kind: "other"; readonly reason: string }
  | { readonly kind: "broken"; readonly code: string; readonly reason: string }

const NOT_A_HISTORY = "not a location history"

const other = (reason: string): Shape => ({ kind: "other", reason })
const broken = (code: string, reason: string): Shape => ({ kind: "broken", code, reason })

/** Records begin within so many bytes, or the file is another. */
const HEAD = 64 * 1024

/** What only these files have; the order counts. */
const OTHERS: ReadonlyArray<readonly [pattern: RegExp, reason: string]> = [
  [/^\{\s*"timelineEdits"\s*:/, "edits of the timeline: they hold no history"],
  [
    /^\{[^]*"(historyEnabled|deviceSettings|hasReportedLocations|retentionWindowSeconds)"\s*:/,
    "settings: they hold no history"
  ],
  [
    /^(?![{[])[^]*\bencrypt/i,
    "a note that the timeline's backup is encrypted, without the history: export it from the phone's own settings"
  ]
]

const HEADER = /"(locations|timelineObjects|semanticSegments|rawSignals)"\s*:\s*\[/g
const SEGMENT = /^\[\s*\{[^]*"(startTime|endTime)"[^]*"(visit|activity|timelinePath|timelineMemory)"/
/** Android may tell of the person before the history. */
const PROFILE = /^\{\s*"userLocationProfile"\s*:/
const RECORD = /"(latitudeE7|longitudeE7|placeVisit|activitySegment|timelinePath)"\s*:/

/** Judges a file by its beginning. `size` is the whole file's. */
export const shapeOf = (head: Uint8Array, size: number): Shape => {
  if (size === 0) return other("empty")
  const [first, second] = head
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return other("text in UTF-16, which no location history is")
  const text = Buffer.from(head.subarray(0, HEAD))
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart()
  const known = OTHERS.find(([pattern]) => pattern.test(text))
  if (known !== undefined) return other(known[1])
  if (!/^[{[]/.test(text)) return other(NOT_A_HISTORY)
  if (SEGMENT.test(text)) return { kind: "history", arrays: new Set([""]) }
  const shown = new Set([...text.matchAll(HEADER)].map(([, key]) => key))
  // What comes after the beginning isn't known, so segments may be followed by signals and the other way round.
  if (shown.has("semanticSegments") || shown.has("rawSignals") || PROFILE.test(text))
    return { kind: "history", arrays: new Set(["semanticSegments", "rawSignals"]) }
  const arrays = new Set(ARRAYS.filter((array) => shown.has(array)))
  if (arrays.size > 0) return { kind: "history", arrays }
  return RECORD.test(text)
    ? broken(
        "timeline-header",
        "It holds records of a location history, but not the beginning of a file: download the export again."
      )
    : other(NOT_A_HISTORY)
}

/** Reads the beginning of a file, and judges it. */
export const readShape = Effect.fnUntraced(function* (entry: Entry) {
  const archives = yield* Archives
  const wanted = Math.min(HEAD, entry.size)
  const pieces: Array<Uint8Array> = []
  let bytes = 0
  yield* archives.stream(entry).pipe(
    Stream.takeUntil((piece) => {
      pieces.push(piece)
      bytes += piece.length
      return bytes >= wanted
    }),
    Stream.runDrain
  )
  return shapeOf(Buffer.concat(pieces), entry.size)
})

/** By their names these are pictures, films, pages and tables; a set of archives may hold very many of them. */
const MEDIA =
  /\.(jpe?g|png|gif|hei[cf]|webp|tiff?|dng|bmp|mp[34]|m4[av]|mov|avi|mkv|webm|3gp|mts|wav|aac|flac|pdf|html?|css|js|csv|ics|vcf|mbox|xml|tcx|gpx|fit|zip|tgz)$/i

/** Is it not worth a look? */
export const isElse = ({ path }: Entry): boolean => MEDIA.test(path)

export const elseReason = NOT_A_HISTORY
