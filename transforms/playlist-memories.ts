import { Duration, Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { DurationText, withDefault } from "../src/component/fields.ts"
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, literal, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { columnOrNull, requireColumns } from "./columns.ts"

const ONE = "00000000-0000-4000-8000-000000000001"
const TWO = "00000000-0000-4000-8000-000000000002"
const TRIP = "00000000-0000-4000-8000-000000000003"

/** Makes memories of the days during which a playlist was listened to. */
export const playlistMemories = aidedTransform("many", {
  playlists: "Playlists, one row for each item in them, as `spotify.playlists` gives them.",
  trips: "Trips, as `trips` finds them: which playlist was heard on them."
})({
  type: "playlist-memories",
  summary: "Makes memories of the days during which a playlist was listened to.",
  description: [
    "A play counts for a playlist that has its track (the same URI, or the same title and artist), from when the track was added (unless `added: ignore`) until it was found to be taken out. What was played for less than `skip` doesn't count.",
    "Plays of a playlist with no pause of more than `gap` between them are a stretch; one that is longer than `longest` is taken by calendar month. A stretch is a memory if it has at least `plays` plays of at least `tracks` different tracks (or of all, where the playlist has fewer), and if these are at least `share` of all that was played from its beginning to its end.",
    "Nobody tells from which playlist something was played: where a track is in several that were heard at that time, its play is in the memory of each, with a confidence of one divided by their number. A memory's confidence is the average of its plays', times 0.9.",
    "One row for each memory and play (`contains`), with what speaks for it as evidence; and with `trips` one for each trip during which at least half of the plays were (`heard_during`), whose place is then the memory's. `title` is the playlist's name."
  ].join(" "),
  config: {
    gap: DurationText.pipe(withDefault("3d")).annotate({ description: "The longest pause within a stretch." }),
    longest: DurationText.pipe(withDefault("31d")).annotate({
      description: "Stretches that are longer are taken by month."
    }),
    plays: Schema.Int.check(Schema.isGreaterThan(0))
      .pipe(withDefault(10))
      .annotate({ description: "The fewest plays that make a memory." }),
    tracks: Schema.Int.check(Schema.isGreaterThan(0))
      .pipe(withDefault(3))
      .annotate({ description: "The fewest different tracks." }),
    share: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
      .pipe(withDefault(0.25))
      .annotate({ description: "How much of all that was played in these days must be the playlist's, from 0 to 1." }),
    skip: DurationText.pipe(withDefault("30s")).annotate({ description: "What is played for less was skipped." }),
    added: Schema.Literals(["heed", "ignore"])
      .pipe(withDefault<"heed" | "ignore">("heed"))
      .annotate({ description: "`ignore`: plays from before a track was added count as well." })
  },
  examples: [
    {
      title: "A playlist that was heard on a trip, and a song that was in none",
      yaml: "type: playlist-memories\nfrom: plays\nplaylists: playlists\ntrips: trips\nplays: 2\ntracks: 2",
      given: {
        plays: [
          {
            _id: ONE,
            track_uri: "spotify:track:a",
            track_title: "Blue",
            artist_name: "Joni",
            started_at: "2024-05-02T18:00:00Z",
            ended_at: "2024-05-02T18:03:00Z",
            played_ms: 180000
          },
          {
            _id: TWO,
            track_uri: null,
            track_title: "River",
            artist_name: "Joni",
            started_at: "2024-05-04T18:00:00Z",
            ended_at: "2024-05-04T18:04:00Z",
            played_ms: 240000
          },
          {
            _id: TRIP,
            track_uri: "spotify:track:c",
            track_title: "Other",
            artist_name: "Ben",
            started_at: "2024-05-03T18:00:00Z",
            ended_at: "2024-05-03T18:04:00Z",
            played_ms: 240000
          }
        ],
        playlists: [
          {
            playlist_id: "p1",
            playlist_title: "Road",
            track_uri: "spotify:track:a",
            track_title: "Blue",
            artist_name: "Joni",
            added_at: "2024-01-01T00:00:00Z"
          },
          {
            playlist_id: "p1",
            playlist_title: "Road",
            track_uri: "spotify:track:b",
            track_title: "River",
            artist_name: "Joni",
            added_at: "2024-01-01T00:00:00Z"
          }
        ],
        trips: [
          {
            _id: TRIP,
            place_name: "Bern",
            starts_at: "2024-05-01T10:00:00Z",
            ends_at: "2024-05-05T10:00:00Z",
            right_id: ONE
          }
        ]
      },
      expect: [
        {
          kind: "playlist",
          title: "Road",
          starts_at: "2024-05-02T18:00:00Z",
          ends_at: "2024-05-04T18:04:00Z",
          place_name: "Bern",
          confidence: 0.9,
          link_relation: "contains",
          right_entity: "plays",
          right_id: ONE,
          link_rule: "playlist-memories/1",
          link_evidence: '{"playlist":"p1","track":"spotify:track:a","plays":2,"tracks":2,"of":2,"share":0.67}'
        },
        { kind: "playlist", title: "Road", link_relation: "contains", right_entity: "plays", right_id: TWO },
        { title: "Road", link_relation: "heard_during", right_entity: "memory", right_id: TRIP, link_confidence: 1 }
      ]
    }
  ],
  build: Effect.fnUntraced(function* (config, { aside, from }, { timeZone }) {
    const [playlists, trips] = [aside("playlists"), aside("trips")]
    if (playlists.length === 0) {
      return yield* new ConfigProblem({
        code: "missing-key",
        path: [],
        message: "there are no playlists",
        hint: "Name the relation that has them, a source of spotify.playlists: `playlists: playlists`."
      })
    }
    const required = [
      { relations: from, option: "from", columns: ["_id", "started_at", "ended_at", "track_title", "artist_name"] },
      { relations: playlists, option: "playlists", columns: ["playlist_id", "playlist_title", "track_uri"] },
      { relations: trips, option: "trips", columns: ["_id", "starts_at", "ends_at"] }
    ]
    for (const { columns, option, relations } of required) {
      for (const [index, relation] of relations.entries()) {
        const path = relations.length === 1 ? [option] : [option, index]
        yield* requireColumns(
          relation,
          columns.map((column) => ({ column, path }))
        )
      }
    }
    const gap = micros(config.gap)
    return {
      entity: "memory",
      query: sql`with ${listed(playlists)}, ${played(from, Math.round(Duration.toMillis(config.skip)))},
        ${stretches(config.added === "heed", gap, micros(config.longest), timeZone)},
        ${chosen(config.plays, config.tracks, config.share)}, ${journeys(trips)}, ${rows(timeZone)}`
    }
  })
})

const micros = (duration: Duration.Duration): number => Math.round(Duration.toMillis(duration) * 1000)

/** A track by its URI, and by what it is called: the same song has several URIs. */
const keysOf = (relation: Relation): Sql => {
  const plain = (column: string) => sql`nullif(lower(trim(${columnOrNull(relation, column, "VARCHAR")})), '')`
  return sql`[${columnOrNull(relation, "track_uri", "VARCHAR")}, ${plain("track_title")} || chr(31) || ${plain("artist_name")}]`
}

/** `listed`: which track (`track`, found by `key`) is in which playlist from when until when; `sizes`: of how many. */
const listed = (playlists: ReadonlyArray<Relation>): Sql => {
  const parts = playlists.map((relation) => {
    const { table } = relation
    const keys = keysOf(relation)
    return sql`select t.playlist_id as playlist, t.playlist_title as title, ${keys} as keys, coalesce(${keys}[1], ${keys}[2]) as track,
        coalesce(epoch_us(${columnOrNull(relation, "added_at", "TIMESTAMPTZ")}), -9223372036854775807) as added,
        coalesce(epoch_us(${columnOrNull(relation, "_gone_at", "TIMESTAMPTZ")}), 9223372036854775807) as gone
      from ${table} t`
  })
  return sql`items as materialized (${join(parts, " union all ")}),
  sizes as (
    select playlist, max(title) as title, count(distinct track) filter (gone = 9223372036854775807) as size from items group by playlist
  ),
  listed as materialized (
    select playlist, key, min(track) as track, min(added) as added, max(gone) as gone
    from (select * exclude (keys), unnest(keys) as key from items) where key is not null group by playlist, key
  )`
}

/** `played`: what was listened to, with when; `rank` counts it in the order of time. */
const played = (plays: ReadonlyArray<Relation>, skipMillis: number): Sql => {
  const parts = plays.map((relation) => {
    const ends = sql`epoch_us(coalesce(t.ended_at, t.started_at))`
    return sql`select t._id as id, ${keysOf(relation)} as keys, coalesce(epoch_us(t.started_at), ${ends}) as starts, ${ends} as ends
      from ${relation.table} t where t._id is not null and isfinite(coalesce(t.ended_at, t.started_at))
        ${relation.columns.has("played_ms") ? sql`and coalesce(t.played_ms, ${literal(skipMillis)}) >= ${literal(skipMillis)}` : empty}`
  })
  return sql`played as materialized (
    select *, row_number() over (order by starts, id) as rank from (${join(parts, " union ")})
  )`
}

/** `numbered`: plays by playlist and stretch. */
const stretches = (heedsAdded: boolean, gap: number, longest: number, timeZone: string): Sql => sql`
  matched as (
    select playlist, id, min(l.track) as track, any_value(starts) as starts, any_value(ends) as ends, any_value(rank) as rank
    from (select * exclude (keys), unnest(keys) as key from played) p join listed l using (key)
    where starts < gone ${heedsAdded ? sql`and ends >= added` : empty}
    group by playlist, id
  ),
  paused as (
    select *, sum(coalesce(starts - before > ${literal(gap)}, false)::integer) over (partition by playlist order by rank) as stretch
    from (select *, lag(ends) over (partition by playlist order by rank) as before from matched)
  ),
  numbered as materialized (
    select *, case when max(ends) over whole - min(starts) over whole > ${literal(longest)}
      then strftime(timezone(${literal(timeZone)}, make_timestamptz(starts)), '%Y-%m') else '' end as part
    from paused window whole as (partition by playlist, stretch)
  )`

/** `chosen`: the stretches that are memories; `sure`: how many of them a play is in. */
const chosen = (plays: number, tracks: number, share: number): Sql => sql`
  chosen as materialized (
    select playlist, stretch, part, min(starts) as starts, max(ends) as ends, count(*) as plays, count(distinct track) as tracks,
      any_value(size) as size, any_value(title) as title, count(*) / (max(rank) - min(rank) + 1) as share
    from numbered join sizes using (playlist) group by playlist, stretch, part
    having plays >= ${literal(plays)} and tracks >= least(${literal(tracks)}, greatest(size, 1)) and share >= ${literal(share)}
  ),
  members as materialized (
    select n.playlist, n.stretch, n.part, n.id, n.track, n.starts, 1 / count(*) over (partition by n.id) as sure
    from numbered n join chosen using (playlist, stretch, part)
  )`

/** `journeys`: the trips of which a memory's plays are at least half, the one with most of them first. */
const journeys = (trips: ReadonlyArray<Relation>): Sql => {
  const none = sql`select null::uuid as trip, null::bigint as starts, null::bigint as ends, null::varchar as place_name,
    null::uuid as place_id, null::varchar as country where false`
  const parts = trips.map(
    (relation) => sql`
      select t._id, epoch_us(min(t.starts_at)), epoch_us(max(t.ends_at)), any_value(${columnOrNull(relation, "place_name", "VARCHAR")}),
        any_value(${columnOrNull(relation, "place_id", "UUID")}), any_value(${columnOrNull(relation, "place_country_code", "VARCHAR")})
      from ${relation.table} t where t._id is not null group by t._id`
  )
  return sql`trips_all as (${join([none, ...parts], " union all ")}),
  journeys as materialized (
    select playlist, stretch, part, trip, place_name, place_id, country, count(*) as heard, any_value(c.plays) as plays
    from members m join trips_all t on m.starts >= t.starts and m.starts < t.ends join chosen c using (playlist, stretch, part)
    group by all having count(*) * 2 >= any_value(c.plays)
  )`
}

const rows = (timeZone: string): Sql => sql`
  memories as (
    select c.*, round(0.9 * s.sure, 3) as confidence, j.place_name, j.place_id, j.country,
      ${uuid5Sql(["playlist"], sql`playlist || ' ' || c.starts`)} as memory
    from chosen c join (select playlist, stretch, part, avg(sure) as sure from members group by all) s using (playlist, stretch, part)
      left join (
        select * from journeys qualify row_number() over (partition by playlist, stretch, part order by heard desc, trip) = 1
      ) j using (playlist, stretch, part)
  ),
  linked as (
    select playlist, stretch, part, 'contains' as relation, 'plays' as entity, id as other, sure,
      {'playlist': playlist, 'track': track, 'plays': plays, 'tracks': tracks, 'of': size, 'share': round(share, 2)}::json as evidence
    from members join chosen using (playlist, stretch, part)
    union all
    select playlist, stretch, part, 'heard_during', 'memory', trip, heard / plays, {'plays': heard, 'of': plays}::json from journeys
  )
  select 'memory' as _entity, memory as _id, 'playlist' as kind, coalesce(title, playlist) as title, playlist as playlist_id,
    make_timestamptz(starts) as starts_at, make_timestamptz(ends) as ends_at,
    timezone(${literal(timeZone)}, make_timestamptz(starts))::date as local_date,
    timezone(${literal(timeZone)}, make_timestamptz(ends))::date as local_end_date,
    plays, tracks, size as playlist_tracks, round(share, 3) as share, place_id, place_name, country as place_country_code,
    confidence, relation as link_relation, entity as right_entity, other as right_id, round(sure, 3)::double as link_confidence,
    'playlist-memories/1' as link_rule, evidence::varchar as link_evidence
  from memories join linked using (playlist, stretch, part)`
