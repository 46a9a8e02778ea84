/** All connectors. */
import type { ConnectorSpec, Services } from "../src/component/connector.ts"
import { appleHealth } from "./apple-health/index.ts"
import { applePhotos } from "./apple-photos/index.ts"
import { file } from "./file/index.ts"
import { folder } from "./folder/index.ts"
import { googleCalendar } from "./google-calendar/index.ts"
import { googleFit } from "./google-fit/index.ts"
import { googlePhotos } from "./google-photos/index.ts"
import { googleTakeout } from "./google-takeout/index.ts"
import { googleTimeline } from "./google-timeline/index.ts"
import { ics } from "./ics/index.ts"
import { microsoftCalendar } from "./microsoft-calendar/index.ts"
import { spotify } from "./spotify/index.ts"
import { spotifyArchive } from "./spotify-archive/index.ts"

export const connectors: ReadonlyArray<ConnectorSpec<Services>> = [
  googleTakeout,
  googleCalendar,
  googlePhotos,
  microsoftCalendar,
  appleHealth,
  googleFit,
  googleTimeline,
  applePhotos,
  folder,
  ics,
  spotifyArchive,
  spotify,
  file
]
