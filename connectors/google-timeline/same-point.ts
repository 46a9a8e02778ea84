/** Points that several files tell of, each with its own rounding, as one. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { type Sql, join, literal, name, names, sql } from "../../src/component/sql.ts"
import { POINT_COLUMNS } from "../location/point.ts"
import { POINT_RANK } from "./points.ts"
import type { Told } from "./recall.ts"

const KEY = sql`second, lat5, lon5`
const CONTENT = Object.keys(POINT_COLUMNS)

/** Degrees: about a metre. */
const NEAR = 0.000_01

const READ = sql`_outcome is null and _known is null`

const Count = Schema.Struct({ n: Schema.Number })

/** Staged points of the minutes in which points were read. */
export const recallPoints = (rows: Sql, staged: Sql): Sql => sql`
  select _source_id as _known, -_rank as rank, second, split_part(_source_id, ' ', 2)::integer as lat5,
    split_part(_source_id, ' ', 3)::integer as lon5, ${names(CONTENT)}, _archive, _member
  from (select *, split_part(_source_id, ' ', 1)::bigint as second from ${staged})
  where second // 60 in (select second // 60 from ${rows} where _outcome is null)`

/**
 * Rounding leaves one point on both sides of a cell's edge. What is told by a lesser source is where and when a better
 * one says it was: in the same second, or for times of whole minutes in that minute, and within a metre. The better come
 * before the lesser: what a better one says is then where the best does.
 */
const intoOneCell = (table: Sql, rank: number): Sql => sql`
  with good as (select rowid as row, *, second // 60 as minute from ${table} where _outcome is null),
  target as (
    select lesser.row, arg_min(
        struct_pack(second := better.second, lat5 := better.lat5, lon5 := better.lon5),
        struct_pack(rank := better.rank, apart := better.second - lesser.second,
          off := abs(better.latitude - lesser.latitude) + abs(better.longitude - lesser.longitude),
          second := better.second, lat5 := better.lat5, lon5 := better.lon5)) as cell
    from good lesser join good better on better.minute = lesser.minute and better.rank < lesser.rank and lesser.rank = ${literal(rank)}
      and (better.second = lesser.second
        or (lesser.rank >= ${literal(POINT_RANK.path)} and lesser.second % 60 = 0))
      and abs(better.latitude - lesser.latitude) <= ${literal(NEAR)}
      and abs(better.longitude - lesser.longitude) <= ${literal(NEAR)}
    group by lesser.row
  )
  update ${table} as t set second = cell.second, lat5 = cell.lat5, lon5 = cell.lon5
  from target where t.rowid = target.row
    and (t.second, t.lat5, t.lon5) is distinct from (cell.second, cell.lat5, cell.lon5)`

/** Of several rows with one key, the best one: from the source that knows most, then the most exact. `_read`: some were read now. */
const bestOf = (table: Sql, best: Sql): Sql => sql`
  create temp table ${best} as
    with several as (select ${KEY} from ${table} where _outcome is null group by all having count(*) > 1)
    select ${KEY}, _file, rank, ${names(CONTENT)}, bool_or(_known is null) over (partition by ${KEY}) as _read
    from ${table} semi join several using (${KEY}) where _outcome is null
    qualify row_number() over (partition by ${KEY} order by rank, accuracy nulls last, recorded_at, latitude, longitude,
      altitude, speed, track, source_name, _file desc) = 1`

/** A query for the points of a table, each once, and how many copies it leaves out. */
export const pointQuery = Effect.fnUntraced(function* (
  tables: { readonly rows: Sql; readonly best: Sql },
  placed: Told["placed"]
) {
  const database = yield* Database
  const { rows, best } = tables
  const ranks = yield* database.rows(
    sql`select distinct rank as n from ${rows} where _outcome is null order by rank`,
    Count
  )
  for (const { n: rank } of ranks.slice(1)) yield* database.execute(intoOneCell(rows, rank))
  yield* database.execute(bestOf(rows, best))
  const [several] = yield* database.rows(sql`select count(*) as n from ${best}`, Count)
  const repeated = several?.n ?? 0
  const told = sql`select * exclude (_read) from ${best} where _read`
  const chosen =
    repeated === 0
      ? sql`select * from ${rows} where ${READ}`
      : sql`select * from ${rows} anti join ${best} using (${KEY}) where ${READ}
          union all by name ${told}`
  const [copies] =
    repeated === 0
      ? []
      : yield* database.rows(
          sql`select (select count(*) from ${rows} semi join ${best} using (${KEY}) where ${READ})
            - (select count(*) from (${told})) as n`,
          Count
        )
  const id = sql`concat_ws(' ', second, lat5, lon5)`
  const query = sql`
    select _source_id,
      archive as _archive, member as _member, -rank as _rank, ${join(CONTENT.map((column) => name(column)))}
    from ${placed(sql`(select ${id} as _source_id, * from (${chosen}))`)}`
  const supersedes = sql`select _known as _source_id, ${id} as _by from ${rows} where _known <> ${id}`
  return { query, copies: copies?.n ?? 0, supersedes }
})
