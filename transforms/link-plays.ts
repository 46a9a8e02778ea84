import { Duration, Effect } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { DurationText, withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { nearSlice, inSlice, sliced, spanOn } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, name, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { covering } from "./covering.ts"

const ONE = "00000000-0000-4000-8000-000000000001"
const TWO = "00000000-0000-4000-8000-000000000002"

/** Links what was played to the moments during which it was. */
export const linkPlays = aidedTransform("one", {
  moments:
    "What happened: rows of events or moments (`right_id`, `moment_id`), as link-events and group-moments give them, or memories."
})({
  type: "link-plays",
  summary: "Links what was played to the memories during which it was, and says how it was listened to.",
  description: [
    "A play that began during an event or moment is linked to its memory (`heard_during`); of several, to the shortest. Those that last longer than `longest` say nothing of what was heard.",
    "`listening_hour` is the hour of the day in the pipeline's time zone; `listening_repeat` that the same track was played within `repeat` before; `listening_skip` that it was played for less than `skip`. They count plays; what someone felt is not in them."
  ].join(" "),
  config: {
    longest: DurationText.pipe(withDefault("12h")).annotate({ description: "How long a moment may be." }),
    repeat: DurationText.pipe(withDefault("24h")).annotate({ description: "How soon the same track is a repeat." }),
    skip: DurationText.pipe(withDefault("30s")).annotate({ description: "What is played for less was skipped." })
  },
  examples: [
    {
      title: "A song at a dinner",
      yaml: "type: link-plays\nfrom: plays\nmoments: photos",
      given: {
        plays: [
          { _id: ONE, track_title: "Blue", artist_name: "Joni", started_at: "2024-05-01T18:30:00Z", played_ms: 180000 },
          { _id: TWO, track_title: "Blue", artist_name: "Joni", started_at: "2024-05-01T23:30:00Z", played_ms: 2000 }
        ],
        photos: [
          {
            taken_at: "2024-05-01T18:10:00Z",
            right_id: TWO,
            right_starts_at: "2024-05-01T18:00:00Z",
            right_ends_at: "2024-05-01T21:00:00Z"
          }
        ]
      },
      expect: [
        {
          _id: ONE,
          right_entity: "memory",
          right_id: TWO,
          link_relation: "heard_during",
          link_evidence: '{"hour":18,"repeat":false,"skip":false}',
          listening_hour: 18,
          listening_repeat: false
        },
        { _id: TWO, right_id: null, link_relation: null, listening_repeat: true, listening_skip: true }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ longest, repeat, skip }, { aside, from: [from] }, { timeZone }) {
    const moments = aside("moments")
    if (from === undefined || moments.length === 0) {
      return yield* new ConfigProblem({
        code: "missing-key",
        path: [],
        message: "there are no moments to link to",
        hint: "Name the relation that has them: `moments: moments`."
      })
    }
    yield* requireColumns(
      from,
      ["started_at", "played_ms"].map((column) => ({ column, path: ["from"] }))
    )
    const longestMicros = Math.round(Duration.toMillis(longest) * 1000)
    const repeatMicros = Math.round(Duration.toMillis(repeat) * 1000)
    const span = spanOn(from, "started_at", null)
    const { near, slices } = sliced(from, { span, near: moments, reach: Math.max(longestMicros, repeatMicros) })
    const plays = near(from).table
    const spans = yield* Effect.forEach(moments, spansOf)
    const started = sql`epoch_us(p.started_at)`
    const track = from.columns.has("track_uri")
      ? sql`coalesce(track_uri, track_title || chr(31) || artist_name)`
      : sql`track_title || chr(31) || artist_name`
    return {
      query: sql`with ${covering({
        called: "heard",
        moments: sql`(select distinct ${started} as sought from ${plays} p where isfinite(p.started_at))`,
        spans: sql`select memory, starts, max(ends) as ends from (${join(spans, " union all ")})
          where ends > starts and ends - starts <= ${literal(longestMicros)} group by memory, starts`,
        ties: sql`memory`,
        values: sql`memory`
      })}, listened as (
        select p.*, memory, hour(timezone(${literal(timeZone)}, started_at)) as listening_hour,
          coalesce(epoch_us(started_at) - epoch_us(lag(started_at) over (partition by ${track} order by started_at)) <= ${literal(repeatMicros)}
            and ${track} is not null, false) as listening_repeat,
          coalesce(played_ms < ${literal(Math.round(Duration.toMillis(skip)))}, false) as listening_skip
        from ${plays} p left join heard h on h.sought = ${started}
      )
      select * exclude (memory), case when memory is not null then 'heard_during' end as link_relation,
        case when memory is not null then 'memory' end as right_entity, memory as right_id,
        case when memory is not null then 1.0::double end as link_confidence,
        case when memory is not null then 'link-plays/1' end as link_rule,
        case when memory is not null then '{"hour":' || listening_hour || ',"repeat":' || listening_repeat || ',"skip":' || listening_skip || '}' end as link_evidence
      from listened ${slices === undefined ? empty : sql`where ${inSlice(sql`started_at`)}`}`,
      ...(slices === undefined ? {} : { slices })
    }
  })
})

/** `memory`, `starts`, `ends` of what rows belong to. */
const spansOf = (relation: Relation): Effect.Effect<Sql, ConfigProblem> => {
  const { columns } = relation
  // All rows of a memory tell its times alike: those that are about the slice are enough.
  const span = (memory: string, start: string, end: string) => {
    const { table } = nearSlice(relation, spanOn(relation, start, end), 0)
    return sql`select ${name(memory)} as memory, epoch_us(min(${name(start)})) as starts, epoch_us(max(${name(end)})) as ends
      from ${table} where ${name(memory)} is not null group by 1`
  }
  if (columns.has("link_relation")) {
    return Effect.as(
      requireColumns(
        relation,
        ["starts_at", "ends_at"].map((column) => ({ column, path: ["moments"] }))
      ),
      span("_id", "starts_at", "ends_at")
    )
  }
  const parts = [
    ...(columns.has("right_id") ? [span("right_id", "right_starts_at", "right_ends_at")] : []),
    ...(columns.has("moment_id") ? [span("moment_id", "moment_starts_at", "moment_ends_at")] : [])
  ]
  return parts.length > 0 || columns.size === 0
    ? Effect.succeed(join(parts, " union all "))
    : Effect.fail(
        new ConfigProblem({
          code: "no-moments",
          path: ["moments"],
          message: `"${relation.name}" has no moments: neither right_id nor moment_id.`,
          hint: "Name a relation made by link-events or group-moments, or one of memories."
        })
      )
}
