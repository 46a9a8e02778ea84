/** Spotify by its Web API: what was played last, and playlists. */
import { type ConnectorSpec, type Services, connector } from "../../src/component/connector.ts"
import { playlists } from "./playlists.ts"
import { recentlyPlayed } from "./recently-played.ts"

export const spotify: ConnectorSpec<Services> = connector({
  name: "spotify",
  summary: "Spotify, by its Web API.",
  description: "Reads the last plays and the playlists of a connected account; it can change nothing there.",
  streams: [recentlyPlayed, playlists]
})
