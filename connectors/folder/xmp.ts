/** XMP sidecars, as photo editors write them. */
import { Result } from "effect"
import { instantOf } from "../../src/component/time.ts"
import { readXmp as factsOf } from "../../src/component/xmp.ts"
import { type Sidecar, positionOf } from "../media/sidecar.ts"
import type { Broken } from "../media/sidecars.ts"

export interface XmpSidecar {
  readonly kind: "picture"
  readonly sidecar: Sidecar
}

const sidecarOf = (bytes: Uint8Array): Sidecar => {
  const { title, description, clock, latitude, longitude, altitude, people } = factsOf(bytes)
  const offset = clock?.offsetMinutes ?? null
  return {
    title,
    description,
    takenAt: clock === null || offset === null ? null : instantOf(clock.local, offset),
    takenLocal: clock?.local ?? null,
    position: positionOf(latitude, longitude, altitude),
    people
  }
}

export const readXmp = (bytes: Uint8Array): XmpSidecar | Broken =>
  Result.match(
    Result.try({
      try: () => sidecarOf(bytes),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    }),
    {
      onFailure: (reason): Broken => ({ kind: "broken", reason, raw: bytes }),
      onSuccess: (sidecar): XmpSidecar => ({ kind: "picture", sidecar })
    }
  )
