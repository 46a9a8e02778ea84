/** Quantities by day. Where several devices count the same steps, each moment counts once. */
import { type Sql, join, literal, sql } from "../component/sql.ts"
import { DAY, ahead, dateOf, dayOf } from "./local-time.ts"
import { recorder, recorderClass } from "./recorder.ts"
import { LAST_LANE, firstLane, sweep } from "./sweep.ts"

/** Apple's cumulative quantities, less their prefix; all of a diet is counted too. */
const APPLE = [
  "ActiveEnergyBurned",
  "AppleExerciseTime",
  "AppleMoveTime",
  "AppleStandTime",
  "BasalEnergyBurned",
  "DistanceCrossCountrySkiing",
  "DistanceCycling",
  "DistanceDownhillSnowSports",
  "DistancePaddleSports",
  "DistanceRowing",
  "DistanceSkatingSports",
  "DistanceSwimming",
  "DistanceWalkingRunning",
  "DistanceWheelchair",
  "FlightsClimbed",
  "InhalerUsage",
  "InsulinDelivery",
  "NikeFuel",
  "NumberOfAlcoholicBeverages",
  "NumberOfTimesFallen",
  "PushCount",
  "StepCount",
  "SwimmingStrokeCount",
  "TimeInDaylight"
].map((quantity) => `HKQuantityTypeIdentifier${quantity}`)

/** Google's running counters (`….cumulative`) aren't among them: they never begin anew, so they don't add up. */
const GOOGLE = [
  "com.google.active_minutes",
  "com.google.calories.expended",
  "com.google.distance.delta",
  "com.google.heart_minutes",
  "com.google.hydration",
  "com.google.step_count.delta"
]

/** Counts, distances, energy, minutes, also of workouts: what adds up over a day. All else is measured, and has a mean. */
const isCounted: Sql = sql`(type in (${join([...APPLE, ...GOOGLE].map((type) => literal(type)))})
    or starts_with(type, 'HKQuantityTypeIdentifierDietary') or starts_with(type, 'HKWorkoutActivityType'))`

/** Typed into Apple Health by a person, who knows better than any device. */
const byHand: Sql = sql`coalesce((metadata->>'$.HKWasUserEntered') = '1', false)`

/** The recorders of each quantity in their order, as lanes: those beyond the last lane count as one. */
const RECORDERS = sql`
  select type, recorder, by_hand, count(*) over (partition by type) > 1 as contested,
    least(${literal(LAST_LANE)},
      row_number() over (partition by type order by not by_hand, min(class), recorder) - 1)::integer as lane
  from (
    select type, ${recorder} as recorder, by_hand, ${recorderClass} as class
    from (
      select distinct type, source_name, device, ${byHand} as by_hand
      from life.samples where ${isCounted} and value is not null
    )
  ) group by type, recorder, by_hand`

/** Samples with the days that they touch. Without an offset, all of a sample belongs to its date. */
const SPANS = sql`
  select *, coalesce(only_day, (starts + ahead) // ${DAY}) as first_day,
    coalesce(only_day, (greatest(starts, ends - 1) + ahead) // ${DAY}) as last_day
  from (
    select s.type, unit, value, r.recorder, lane, contested, epoch_us(starts_at) as starts,
      greatest(epoch_us(starts_at), epoch_us(coalesce(ends_at, starts_at))) as ends,
      ${ahead} as ahead,
      case when offset_minutes is null then ${dayOf(sql`local_date`)} end as only_day
    from life.samples s join recorders r
      on s.type = r.type and ${recorder} = r.recorder and ${byHand} = r.by_hand
    where value is not null and isfinite(starts_at)
  )`

const midnightBefore = sql`(day * ${DAY} - ahead)`
const midnightAfter = sql`((day + 1) * ${DAY} - ahead)`

/** Cut at local midnights, by time. */
const PIECES = sql`
  select type, unit, recorder, lane, contested, first_day as day, value, starts, ends
  from spans where first_day = last_day
  union all
  select type, unit, recorder, lane, contested, day,
    value * (least(ends, ${midnightAfter}) - greatest(starts, ${midnightBefore})) / (ends - starts),
    greatest(starts, ${midnightBefore}), least(ends, ${midnightAfter})
  from (select *, unnest(range(first_day, last_day + 1)) as day from spans where first_day < last_day)`

/** How much time a lane had won up to an instant, by the last stretch `w` that it won and that began before. */
const wonUntil = (time: Sql, of: Sql): Sql => sql`coalesce(${of}.before + least(${time}, ${of}.ends) - ${of}.starts, 0)`

/** Each piece with the share of its time in which its lane is the first. */
const SHARES = sql`
  select type, unit, recorder, day, value, 1.0 as share from pieces where lane = 0 and starts < ends
  union all
  select p.type, p.unit, p.recorder, p.day, p.value,
    (${wonUntil(sql`p.ends`, sql`b`)} - ${wonUntil(sql`p.starts`, sql`a`)}) / (p.ends - p.starts)
  from (from pieces where lane > 0 and starts < ends) p
    asof left join won a on p.type = a.type and p.lane = a.lane and p.starts >= a.starts
    asof left join won b on p.type = b.type and p.lane = b.lane and p.ends >= b.starts
  union all
  select p.type, p.unit, p.recorder, p.day, p.value,
    case when s.mask & ((1::hugeint << p.lane) - 1) <> 0 then 0 else 1 end
  from (from pieces where starts = ends qualify lane = min(lane) over (partition by type, starts)) p
    left join stretches s on p.type = s.type and p.starts = s.starts`

/**
 * `life.daily_samples`: `local_date`, `type`, `unit`; the `total` of what adds up over a day, the `mean`, `minimum` and
 * `maximum` of all else; how many `samples` count, and the `sources` (names of devices and apps) that they are from.
 *
 * Of what adds up, the sources of a type are ranked: entries by hand, what Google Fit merged, watch, phone, all others;
 * equals by name. At each moment the first that has a sample there counts, and a sample counts by the share of its time
 * in which its source does. Samples of one source add up. A sample across midnight is shared between the days. Dates
 * are local by `offset_minutes`, else as `local_date` has it, else of UTC.
 */
export const dailySamples: Sql = sql`
  create or replace view life.daily_samples as
  with recorders as (${RECORDERS}),
    spans as (${SPANS}),
    pieces as (${PIECES}),
    lanes as (select type, lane, starts, ends from pieces where contested),
    ${sweep(["type"])},
    won as (
      select *, (sum(ends - starts) over (partition by type, lane order by starts
        rows between unbounded preceding and current row) - (ends - starts))::bigint as before
      from (select type, ${firstLane} as lane, starts, ends from stretches where mask & 1 = 0)
    ),
    shares as (${SHARES})
  select ${dateOf(sql`day`)} as local_date, type, unit, sum(value * share) as total, null::double as mean,
    null::double as minimum, null::double as maximum, count(*) as samples, list_sort(list(distinct recorder)) as sources
  from shares where share > 0 group by all
  union all by name
  select ${dateOf(sql`day`)} as local_date, type, unit, avg(value) as mean, min(value) as minimum, max(value) as maximum,
    count(*) as samples, list_sort(list(distinct recorder)) as sources
  from (
    select type, unit, value, ${recorder} as recorder,
      coalesce(case when offset_minutes is null then ${dayOf(sql`local_date`)} end,
        (epoch_us(starts_at) + ${ahead}) // ${DAY}) as day
    from life.samples where value is not null and isfinite(starts_at) and not ${isCounted}
  ) group by all;`
