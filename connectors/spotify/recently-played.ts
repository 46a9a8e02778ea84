/** The last plays that Spotify remembers, fifty at most: all that are there since the last one known. */
import { Effect, Option, Result, Schema, Stream } from "effect"
import { type ApiOpening, apiStream } from "../../src/component/api-stream.ts"
import { type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Batch, Record, Reject, Skip } from "../../src/component/batch.ts"
import { EpochMillis, type Json, json, text } from "../../src/component/column.ts"
import type { SourceError } from "../../src/component/error.ts"
import { boundInstant } from "../../src/component/fields.ts"
import { uuid5 } from "../../src/component/id.ts"
import { changedItem, readItem } from "../../src/component/item.ts"
import { entities } from "../../src/life/entity.ts"
import type { Period } from "../calendar/group.ts"
import { skipped, tally } from "../media/tally.ts"
import { TRACK_COLUMNS, Track, optional, trackRow } from "./track.ts"

const COLUMNS = {
  ...entities.plays.columns,
  ...TRACK_COLUMNS,
  context_uri: text("From where it was played: URI of a playlist, album, artist or show."),
  raw: json("As Spotify sent it.")
}
type PlayColumns = typeof COLUMNS

export const recentlyPlayed = apiStream({
  type: "spotify.recently-played",
  summary: "What was played on Spotify most recently, by its API.",
  description:
    "Spotify remembers the last 50 plays: run it every hour or two (schedule), and none is missed. Where all 50 are new, " +
    "others may have been played before them: the run says so, under what was left out. Episodes and private sessions are " +
    "not told. `ended_at` is when a play ended; for how long it was played is not told, so that `played_ms` and " +
    "`started_at` are unknown, and `duration_ms` is the length of the track. For the same reason a play can't be matched " +
    "exactly with the one in Spotify's archive: where both are read, take from here only what is later than the archive's " +
    "last play, as pipelines/spotify.yaml does.",
  provider: "spotify",
  scopes: ["user-read-recently-played"],
  stores: "what you have played, and when",
  entity: "plays",
  columns: COLUMNS,
  time: "ended_at",
  config: {},
  examples: [
    { title: "All that Spotify remembers", yaml: "type: spotify.recently-played\nconnection: spotify" },
    {
      title: "Every hour, from 2026 on",
      yaml: 'type: spotify.recently-played\nconnection: spotify\nsince: 2026-01-01\nschedule: "0 * * * *"'
    }
  ],
  batches: ({ since, until }, opening) =>
    Stream.fromEffect(
      read(opening, {
        since: since === undefined ? null : boundInstant(since, opening.timeZone),
        until: until === undefined ? null : boundInstant(until, opening.timeZone)
      })
    )
})

/** So many are remembered, and told at once. */
const REMEMBERED = 50

/** Plays of a device that was offline come late: what is known of the last day is read again, and merged (I2). */
const OVERLAP_MS = 24 * 3_600_000

const Page = Schema.Struct({ items: Schema.Array(Schema.Json) })

const Played = Schema.Struct({
  track: Track,
  played_at: Schema.String.check(
    Schema.makeFilter((time) => !Number.isNaN(Date.parse(time)) || "expected a time that exists")
  ),
  context: optional(Schema.Struct({ uri: optional(Schema.String) }))
})
const readPlayed = readItem(Played)

/** When the last play that is known ended. */
const State = Schema.Struct({ last: Schema.Number })
const decodeState = Schema.decodeUnknownOption(State)

const ORIGIN = { archive: "spotify", member: "me/player/recently-played" }

const recordOf = ({ context, played_at, track }: typeof Played.Type, raw: Json, account: string) => {
  const sourceId = `${played_at} ${track.uri}`
  return {
    sourceId,
    id: uuid5(["spotify", account, "play", sourceId]),
    origin: ORIGIN,
    row: {
      ...trackRow(track),
      started_at: null,
      ended_at: EpochMillis(Date.parse(played_at)),
      played_ms: null,
      context_uri: context?.uri ?? null,
      raw
    }
  } satisfies Record<PlayColumns>
}

const gap = (last: number, oldest: number): Skip => ({
  reason:
    `a possible gap: the ${REMEMBERED} plays that Spotify remembers are all new, so that there may have been others between ` +
    `${new Date(last).toISOString()} and ${new Date(oldest).toISOString()}; Spotify's archive has them, and a run every hour or two leaves no gap`,
  count: null
})

const read = (
  { account, ask, checkpoint }: ApiOpening,
  { since, until }: Period
): Effect.Effect<Batch<PlayColumns>, SourceError, ProviderApi> =>
  Effect.gen(function* () {
    const last = Option.match(decodeState(checkpoint), { onNone: () => null, onSome: (state) => state.last })
    const { items } = yield* orWords(
      ask.json(
        {
          api: "web",
          path: "/me/player/recently-played",
          query: { limit: REMEMBERED, after: last === null ? undefined : Math.max(0, last - OVERLAP_MS) }
        },
        Page
      )
    )
    const rejects: Array<Reject> = []
    const all = items.flatMap((raw): ReadonlyArray<Record<PlayColumns>> => {
      const played = readPlayed(raw)
      if (Result.isSuccess(played)) return [recordOf(played.success, raw, account)]
      rejects.push(changedItem(played.failure, ORIGIN, raw))
      return []
    })
    const endOf = ({ row }: Record<PlayColumns>): number => row.ended_at ?? 0
    const outside = (record: Record<PlayColumns>) =>
      (since !== null && endOf(record) < since) || (until !== null && endOf(record) >= until)
    const ends = all.map(endOf)
    const isGap = last !== null && items.length >= REMEMBERED && ends.every((end) => end > last)
    const newest = Math.max(last ?? Number.NEGATIVE_INFINITY, ...ends)
    return {
      records: all.filter((record) => !outside(record)),
      rejects,
      skipped: [
        ...tally(all.filter(outside).map(({ sourceId }) => skipped("before since, or from until on", sourceId))),
        ...(isGap ? [gap(last, Math.min(...ends))] : [])
      ],
      checkpoint: Number.isFinite(newest) ? { last: newest } : null,
      progress: { done: all.length, total: all.length, unit: "records" }
    }
  })
