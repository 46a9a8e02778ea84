/** Derived rows keep their id as long as they mean the same: they take that of the row with which they share most members. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import { type Sql, empty, literal, sql } from "../../src/component/sql.ts"
import { merged } from "../../src/life/edit.ts"

/** Which id (`kept`) stands for the one that a transform gave; ids that are not in it are kept as they are. */
export const beginRenaming: Sql = sql`create or replace temp table _renamed (entity varchar, id uuid, kept uuid)`

export interface Renaming {
  readonly entity: string
  /** `id`, `member` and `of`: what each row is now made of, and what it is of. Only rows of the same can be the same. */
  readonly wanted: Sql
  /** The same of the rows that are there. */
  readonly known: Sql
  /** Selects ids of rows that are not looked at: they keep them. */
  readonly held?: Sql
  /** Selects ids that a person's decision gave: they stay, whatever members they have. */
  readonly given?: Sql
}

/**
 * An id that another row took over makes way for a new one. Of several that a person made one, all take the id of the
 * whole, or of a part: parts are redirected to it.
 */
export const keepIds = ({
  entity,
  given,
  held,
  known,
  wanted
}: Renaming): Effect.Effect<void, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(sql`
      create or replace temp table _merged_ids as select old, id from ${merged} where type = ${literal(entity)};
      create or replace temp table _kept_ids as
        with wanted as (${wanted}),
        shared as (
          select w.id, k.id as kept, count(*) as members
          from wanted w join (${known}) k on k.member = w.member and k.of is not distinct from w.of
          -- What was merged into another keeps the id by which that is known.
          where w.id not in (select old from _merged_ids) ${given === undefined ? empty : sql`and w.id not in (${given})`}
          group by all
        ),
        best as (
          select * from shared qualify row_number() over (partition by id order by members desc, kept = id desc, kept) = 1
        ),
        ranked as (
          select id, kept, row_number() over (partition by kept order by kept = id and m.whole is not null desc, members desc, id = kept desc, id) as rank, m.part
          from best left join (select id as whole, min(old) as part from _merged_ids group by id) m on m.whole = kept
        )
        select id, case when rank = 1 then kept else part end as kept from ranked where rank = 1 or part is not null;
      insert into _renamed
        select ${literal(entity)}, id, kept from _kept_ids where id <> kept
        union all
        select distinct ${literal(entity)}, w.id, ${uuid5Sql(["again"], sql`w.id::varchar`)} from (${wanted}) w
        where w.id in (select kept from _kept_ids ${held === undefined ? empty : sql`union all ${held}`})
          and w.id not in (select id from _kept_ids)
          and w.id not in (select old from _merged_ids);
      drop table _kept_ids; drop table _merged_ids;`)
  })
