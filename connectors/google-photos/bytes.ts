/** A picture's bytes: fetched into a temporary file, looked at once, and let go; what they said is kept. */
import { Effect } from "effect"
import { type Ask, ApiRefusal, type Downloaded, type ProviderApi } from "../../src/component/api.ts"
import type { Entry } from "../../src/component/archive.ts"
import type { SourceError } from "../../src/component/error.ts"
import { MediaReader, type MediaResult, type UnreadableMedia } from "../../src/component/media.ts"
import type { Asset } from "./asset.ts"

export type ApiName = "photos-picker" | "photos-library"

export type BytesRead =
  | MediaResult
  /** It is no longer there. */
  | { readonly _tag: "Gone" }

/** How an address is had that is good for another hour; null: the item is gone. */
export type Renew = (id: string) => Effect.Effect<string | null, SourceError | ApiRefusal, ProviderApi>

/** `=d`: as it was uploaded, less the place; `=dv`: the video, as Google has made it. */
const suffixOf = ({ kind }: Asset): string => (kind === "video" ? "=dv" : "=d")

const entryOf = (api: ApiName, { fileName }: Asset, { bytes, path }: Downloaded): Entry => ({
  archive: api,
  path: fileName,
  size: bytes,
  modifiedAt: null,
  crc32: null,
  location: { kind: "file", file: path }
})

const EMPTY: UnreadableMedia = { code: "media-empty", reason: "Google sent nothing." }

const looksDamaged = (result: MediaResult): boolean => result._tag === "Unreadable" || result.facts.warning !== null

const hashOf = (result: MediaResult): string | null => (result._tag === "Facts" ? result.facts.contentHash : null)

/** So often is fetched again what looks damaged, unless it comes the same twice: then it is so. */
const TRIES = 4

/** Addresses that have run out are refused like this. */
const RUN_OUT: ReadonlySet<number> = new Set([403, 404])

export const readBytes = (
  ask: Ask,
  api: ApiName,
  asset: Asset,
  renew: Renew
): Effect.Effect<BytesRead, SourceError, ProviderApi | MediaReader> => {
  const once = (baseUrl: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const reader = yield* MediaReader
        const downloaded = yield* ask.file({ api, path: `${baseUrl}${suffixOf(asset)}` })
        const [result] = yield* reader.read([entryOf(api, asset, downloaded)])
        return result ?? { _tag: "Unreadable" as const, problem: EMPTY }
      })
    )
  const soundly = (baseUrl: string) =>
    Effect.gen(function* () {
      let result = yield* once(baseUrl)
      for (let tried = 1; tried < TRIES && looksDamaged(result); tried++) {
        const again = yield* once(baseUrl)
        if (hashOf(again) !== null && hashOf(again) === hashOf(result)) return again
        result = again
      }
      return result
    })
  const refused = ({ error, status }: ApiRefusal): Effect.Effect<BytesRead, SourceError> =>
    RUN_OUT.has(status)
      ? Effect.succeed({
          _tag: "Unreadable",
          problem: {
            code: "media-unreadable",
            reason: `Google doesn't hand out its bytes (status ${status}). Add it from a Takeout instead.`
          }
        })
      : Effect.fail(error)
  return soundly(asset.baseUrl).pipe(
    Effect.catchTag("ApiRefusal", (refusal) =>
      Effect.gen(function* () {
        if (!RUN_OUT.has(refusal.status)) return yield* refusal
        const baseUrl = yield* renew(asset.id)
        return baseUrl === null ? { _tag: "Gone" as const } : yield* soundly(baseUrl)
      })
    ),
    Effect.catchTag("ApiRefusal", refused)
  )
}
