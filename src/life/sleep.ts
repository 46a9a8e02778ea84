/** Nights, made of what several devices and apps say of them. */
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import { DAY, ahead, dateOf } from "./local-time.ts"
import { recorder, recorderClass } from "./recorder.ts"
import { firstLane, sweep } from "./sweep.ts"

const APPLE = "HKCategoryTypeIdentifierSleepAnalysis"
const GOOGLE = "com.google.sleep.segment"

/** What sources say, and what it means; all else of these types (`out of bed`) isn't sleep. */
const WORDS: ReadonlyArray<readonly [type: string, word: string, stage: string]> = [
  [APPLE, "HKCategoryValueSleepAnalysisAsleepDeep", "deep"],
  [APPLE, "HKCategoryValueSleepAnalysisAsleepREM", "rem"],
  [APPLE, "HKCategoryValueSleepAnalysisAsleepCore", "core"],
  [APPLE, "HKCategoryValueSleepAnalysisAsleepUnspecified", "asleep"],
  [APPLE, "HKCategoryValueSleepAnalysisAsleep", "asleep"],
  [APPLE, "HKCategoryValueSleepAnalysisAwake", "awake"],
  [APPLE, "HKCategoryValueSleepAnalysisInBed", "in bed"],
  [GOOGLE, "deep", "deep"],
  [GOOGLE, "rem", "rem"],
  [GOOGLE, "light", "core"],
  [GOOGLE, "sleep", "asleep"],
  [GOOGLE, "awake", "awake"]
]

/** Stages of the first 40 sources have lanes of their own; what says less stands behind, whoever says it. */
const STAGES = ["deep", "rem", "core"]
const LAST_RECORDER = 39
const ASLEEP = (LAST_RECORDER + 1) * STAGES.length
const AWAKE = ASLEEP + 1
const IN_BED = ASLEEP + 2

/** The longest pause within one sleep. */
const GAP = literal(3 * 3_600_000_000)

const isAsleep = sql`lane <= ${literal(ASLEEP)}`

/** What the minutes of a night are, by the first lane of each. */
const PARTS: ReadonlyArray<readonly [string, Sql]> = [
  ["in_bed", sql`true`],
  ["asleep", isAsleep],
  ["awake", sql`lane = ${literal(AWAKE)}`],
  ...STAGES.map(
    (stage, index) =>
      [stage, sql`lane < ${literal(ASLEEP)} and lane % ${literal(STAGES.length)} = ${literal(index)}`] as const
  ),
  ["unspecified", sql`lane = ${literal(ASLEEP)}`]
]

/**
 * `life.sleep_nights`: `local_date`, the date of waking; `starts_at` and `ends_at` in bed, `asleep_at` and `woken_at`, the
 * first and last moment asleep, all of the longest sleep; how many `sleeps`, naps included; and the minutes of all:
 * `in_bed_minutes`, `asleep_minutes`, `awake_minutes`, and those asleep by stage: `deep_`, `rem_`, `core_` (or light) and
 * `unspecified_minutes`.
 *
 * A moment is asleep if any source says so, awake if one says that and none says asleep, in bed if any says one of these.
 * Where sources name different stages, the first in rank (watch, phone, others by name) counts: the stages add up to
 * `asleep_minutes`. What is no more than three hours apart is one sleep; it belongs to the date on which it ends, by
 * `offset_minutes`, else of UTC.
 */
export const sleepNights: Sql = sql`
  create or replace view life.sleep_nights as
  with words(type, word, stage) as (
    values ${join(WORDS.map((row) => sql`(${join(row.map((text) => literal(text)))})`))}
  ),
  said as (
    select stage, ${recorder} as recorder, ${recorderClass} as class,
      epoch_us(starts_at) as starts, epoch_us(ends_at) as ends, ${ahead} as ahead
    from life.samples s join words w on s.type = w.type and s.value_text = w.word
    where starts_at < ends_at and isfinite(starts_at) and isfinite(ends_at)
  ),
  ranked as (
    select recorder, least(${literal(LAST_RECORDER)}, row_number() over (order by min(class), recorder) - 1)::integer as rank
    from said group by recorder
  ),
  lanes as (
    select starts, ends, ahead, case stage
      ${join(
        STAGES.map(
          (known, index) => sql`when ${literal(known)} then rank * ${literal(STAGES.length)} + ${literal(index)}`
        ),
        " "
      )}
      when 'asleep' then ${literal(ASLEEP)} when 'awake' then ${literal(AWAKE)} else ${literal(IN_BED)} end as lane
    from said join ranked using (recorder)
  ),
  ${sweep([])},
  sleeps as (
    select *, sum(pause::integer) over (order by starts rows between unbounded preceding and current row) as sleep
    from (
      select starts, ends, ${firstLane} as lane,
        coalesce(starts - lag(ends) over (order by starts) > ${GAP}, false) as pause
      from stretches
    )
  ),
  spans as (
    select sleep, {'length': max(ends) - min(starts), 'starts': min(starts), 'ends': max(ends),
      'asleep': min(starts) filter (${isAsleep}), 'woken': max(ends) filter (${isAsleep})} as span
    from sleeps group by sleep
  ),
  -- A sleep ends when one of its samples does, and where that was recorded.
  dated as (
    select sleep, span, ${dateOf(sql`(span.ends + max(ahead)) // ${DAY}`)} as local_date
    from spans join lanes on lanes.ends = span.ends group by sleep, span
  )
  select local_date, make_timestamptz(max(span).starts) as starts_at, make_timestamptz(max(span).ends) as ends_at,
    make_timestamptz(max(span).asleep) as asleep_at, make_timestamptz(max(span).woken) as woken_at,
    count(distinct sleep) as sleeps,
    ${join(PARTS.map(([part, which]) => sql`coalesce(sum(ends - starts) filter (${which}), 0) / 60000000.0 as ${name(`${part}_minutes`)}`))}
  from sleeps join dated using (sleep) group by local_date;`
