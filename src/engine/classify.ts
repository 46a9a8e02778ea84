/** How records that are merged stand to those that are staged under the same key. */
import type { DatabaseError } from "../component/error.ts"
import { Effect } from "effect"
import { type Sql, join, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { isFrom } from "./files.ts"
import { type Staging, hashOf } from "./staging.ts"

export interface Classifying {
  /** The rows count as they are, whatever is staged. */
  readonly weighed: boolean
  /** What is staged of other archives than these is as if it was read with them; null: none of it is. */
  readonly only: ReadonlySet<string> | null
}

/**
 * A newer export counts before an older one, whatever order they come in; within a run, the first of equals does. Rank
 * decides before that.
 */
const newer = sql`case
  when rank <> old_rank then rank > old_rank
  when _again then coalesce(as_of > old_as_of, false)
  else coalesce(as_of >= old_as_of, true) end`

/** Of two that are read at once, as `compare` has it: which is kept must not depend on what was read when (I3). */
const first = sql`case
  when rank <> old_rank then rank > old_rank
  when as_of is distinct from old_as_of then coalesce(as_of > old_as_of, old_as_of is null)
  when other then says > said
  when archive <> old_archive then archive < old_archive
  else coalesce(member < old_member, false) end`

/**
 * Makes the table `_class` of `_batch` and `_known`. For each key: `is_new`; `differs`, it is to be what the
 * batch says; `gains`, values that are unknown are to be filled; `moved`, it is to be found where the batch has it;
 * `beside`, it is staged of an archive that isn't read now; `since` and `said` of what is staged.
 */
export const classify = (
  staging: Staging,
  { only, weighed }: Classifying
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.flatMap(Warehouse, ({ database }) => {
    // I7: an archive never says that something is gone, so that an older or poorer one may still fill what is unknown.
    const fills = join(
      Object.keys(staging.columns).map((column) => sql`(s.${name(column)} is null and b.${name(column)} is not null)`),
      " or "
    )
    const beside: Sql = only === null ? sql`false` : sql`(not is_new and not ${isFrom(sql`old_archive`, only)})`
    // The columns of the source, whatever their names, stay within.
    return database.execute(sql`
      create or replace temp table _class as
        select _source_id, _again, is_new, since, said, ${beside} as beside, said is distinct from says as other,
          case when beside then ${first} else ${weighed ? sql`true` : newer} end as counts,
          other and (is_new or counts) as differs,
          coalesce(other and not is_new and not beside and not counts and (rank < old_rank or as_of < old_as_of) and fills, false)
            as gains,
          (archive is distinct from old_archive or member is distinct from old_member) and counts as moved
        from (
          select b._source_id, b._again, s._source_id is null as is_new, s._first_seen_at as since,
            case when s._source_id is not null then ${hashOf(staging, "s")} end as said, ${hashOf(staging, "b")} as says,
            b._rank as rank, coalesce(s._rank, 0) as old_rank, b._as_of as as_of, s._as_of as old_as_of,
            b._archive as archive, s._archive as old_archive, b._member as member, s._member as old_member,
            (${fills}) as fills
          from _batch b left join _known s on s._source_id = b._source_id
        )`)
  })
