/** Spotify's archives: the listening histories that one asks for at spotify.com/account/privacy. */
import { Duration, Effect, Schema } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, connector, scanStream } from "../../src/component/connector.ts"
import { DurationText, PathGlob, withDefault } from "../../src/component/fields.ts"
import { HISTORY_FILE } from "./file.ts"
import { findHistories } from "./find.ts"
import { PLAY_COLUMNS } from "./record.ts"
import { type Options, scanOf } from "./scan.ts"

const config = {
  path: PathGlob,
  private_sessions: Schema.Boolean.annotate({
    description:
      "Whether plays of private sessions are kept. Default: they are counted only. Only the extended history knows them."
  }).pipe(withDefault(false)),
  min_played: Schema.optionalKey(
    DurationText.annotate({ description: "Plays shorter than this are counted only: 30s. Default: all are kept." })
  )
}

type Config = Schema.Struct<typeof config>["Type"]

const optionsOf = ({ min_played, private_sessions }: Config): Options => ({
  privateSessions: private_sessions,
  shortest: min_played === undefined ? 0 : Duration.toMillis(min_played)
})

// Raise when the same files would give other rows.
const VERSION = 1

const fingerprintOf = ({ fingerprint }: ArchiveSet, options: Options): string =>
  JSON.stringify([VERSION, fingerprint, options])

const plays = scanStream({
  type: "spotify-archive.plays",
  summary: "Songs, podcasts, audiobooks and videos played, from Spotify's archives.",
  description:
    "Reads every listening history that Spotify has given out, the extended ones (Streaming_History_Audio, " +
    "Streaming_History_Video, endsong) and the basic ones (StreamingHistory), in folders or straight from zips, " +
    "recognised by name, else by content. Put them all in one place: a play that several files tell of is one, and the " +
    "extended entry speaks for it, with URI and the second at which it ended. Basic entries know the minute only; equal " +
    "ones in one file are plays of their own. Times are UTC, `started_at` is the end less the time played; what was played " +
    "offline may carry the time at which the device was online again. IP address, user agent, user name, device and " +
    "country are dropped while parsing. Private sessions are left out unless asked for; the basic history doesn't say " +
    "which they are, so let the extended one lie beside it. Of a damaged file, the entries that are whole are read.",
  entity: "plays",
  ids: (_, account) => ["spotify", account, "play"],
  columns: PLAY_COLUMNS,
  time: "ended_at",
  config,
  recognises: HISTORY_FILE,
  examples: [
    {
      title: "All archives of an account, as downloaded",
      yaml: "type: spotify-archive.plays\npath: my_spotify_data*.zip"
    },
    {
      title: "An unpacked export with private sessions, without what was skipped at once",
      yaml: "type: spotify-archive.plays\npath: Spotify Extended Streaming History\nprivate_sessions: true\nmin_played: 10s"
    }
  ],
  fingerprint: Effect.fnUntraced(function* (settings) {
    const archives = yield* Archives
    return fingerprintOf(yield* archives.open(settings.path), optionsOf(settings))
  }),
  scan: Effect.fnUntraced(function* (settings, _, progress) {
    const archives = yield* Archives
    const set = yield* archives.open(settings.path)
    const options = optionsOf(settings)
    const histories = yield* findHistories(set)
    return { fingerprint: fingerprintOf(set, options), ...(yield* scanOf(histories, options, progress)) }
  })
})

export const spotifyArchive: ConnectorSpec = connector({
  name: "spotify-archive",
  summary: "Archives of a Spotify account, from spotify.com/account/privacy.",
  description: "Reads exports where they lie, without a network: nothing is unpacked, moved or changed.",
  streams: [plays]
})
