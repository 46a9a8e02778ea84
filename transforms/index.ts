/** All transforms. */
import type { Services } from "../src/component/connector.ts"
import type { TransformSpec } from "../src/component/transform.ts"
import { days } from "./days.ts"
import { dedupe } from "./dedupe.ts"
import { filter } from "./filter.ts"
import { groupMoments } from "./group-moments.ts"
import { hash } from "./hash.ts"
import { inferPlace } from "./infer-place.ts"
import { joinTimePlace } from "./join-time-place.ts"
import { linkEvents } from "./link-events.ts"
import { linkPlays } from "./link-plays.ts"
import { placeDetails } from "./place-details.ts"
import { playlistMemories } from "./playlist-memories.ts"
import { reverseGeocode } from "./reverse-geocode.ts"
import { resolvePeople } from "./resolve-people.ts"
import { resolvePlaces } from "./resolve-places.ts"
import { select } from "./select.ts"
import { sql } from "./sql.ts"
import { titles } from "./titles.ts"
import { trips } from "./trips.ts"
import { union } from "./union.ts"

export const transforms: ReadonlyArray<TransformSpec<Services>> = [
  sql,
  select,
  filter,
  union,
  hash,
  dedupe,
  inferPlace,
  reverseGeocode,
  placeDetails,
  joinTimePlace,
  linkEvents,
  linkPlays,
  groupMoments,
  resolvePeople,
  resolvePlaces,
  trips,
  days,
  playlistMemories,
  titles
]
