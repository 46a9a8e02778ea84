/** Reads the small files beside pictures, all of them before the pictures. */
import { Effect } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"
import { nameOf } from "./name.ts"

/** A file that isn't what its name says, and why. */
export interface Broken {
  readonly kind: "broken"
  readonly reason: string
  /** What could be read of it. */
  readonly raw?: Uint8Array
}

/** Sidecars have a kilobyte or two; what is larger than this is none. */
const MAX_BYTES = 8 * 1024 * 1024
const MAX_RAW = 64 * 1024
const READS = 16

// Damage within one small file doesn't spoil the rest of the archive.
const SPOILS_ONE = new Set(["archive-damaged", "entry-too-large"])

/** The parsed contents in the order of the entries; the bytes are let go at once. */
export const readSidecars = <A extends { readonly kind: string }>(
  entries: ReadonlyArray<Entry>,
  parse: (bytes: Uint8Array) => A | Broken
): Effect.Effect<ReadonlyArray<A | Broken>, SourceError, Archives> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    return yield* Effect.forEach(
      entries,
      (entry) =>
        archives.read(entry, { maxBytes: MAX_BYTES }).pipe(
          Effect.map(parse),
          Effect.catchIf(
            ({ code }) => SPOILS_ONE.has(code),
            ({ message }) => Effect.succeed<Broken>({ kind: "broken", reason: message })
          )
        ),
      { concurrency: READS }
    )
  })

export const brokenSidecar = ({ archive, path }: Entry, { reason, raw }: Broken): Reject => ({
  code: "sidecar-broken",
  reason:
    `${nameOf(path)} can't be read (${reason}). Its picture is kept without it: ` +
    "export it again to have its date, place and title.",
  origin: { archive, member: path },
  ...(raw === undefined ? {} : { raw: raw.subarray(0, MAX_RAW) })
})
