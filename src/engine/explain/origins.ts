/** Where an entity came from: archive, member and offset, or the provider's object. */
import { Effect, Schema } from "effect"
import { Archives } from "../../component/archive.ts"
import { Database } from "../../component/database.ts"
import { join, literal, sql } from "../../component/sql.ts"

export interface Origin {
  readonly connector: string
  readonly stream: string
  readonly account: string
  readonly source_id: string
  readonly archive: string | null
  readonly member: string | null
  /** Where the member's header begins in its zip; null where it isn't in one, or the archive is gone. */
  readonly offset: number | null
  /** Is the archive still where it was read? Null: it is no file. */
  readonly archive_present: boolean | null
  readonly first_seen_at: string | null
  readonly last_seen_at: string | null
  readonly gone_at: string | null
  readonly run_id: string | null
}

const Text = Schema.NullOr(Schema.String)
const Row = Schema.Struct({
  entity_type: Schema.String,
  entity_id: Schema.String,
  connector: Schema.String,
  stream: Schema.String,
  account: Schema.String,
  source_id: Schema.String,
  archive: Text,
  member: Text,
  first_seen_at: Text,
  last_seen_at: Text,
  gone_at: Text,
  run_id: Text
})

export interface Entity {
  readonly type: string
  readonly id: string
}

/** More archives than this are not opened. */
const MOST_OPENED = 20

/** The origins of each entity, by type and id. */
export const originsOf = (entities: ReadonlyArray<Entity>) =>
  Effect.gen(function* () {
    if (entities.length === 0) return () => []
    const database = yield* Database
    const rows = yield* database.rows(
      sql`select entity_type, entity_id::varchar as entity_id, connector, stream, account, source_id, archive, member,
          first_seen_at, last_seen_at, gone_at, created_run_id::varchar as run_id
        from life.provenance where (entity_type, entity_id) in (values ${join(
          entities.map(({ id, type }) => sql`(${literal(type)}, ${literal(id)}::uuid)`)
        )}) order by first_seen_at, connector, archive, member`,
      Row
    )
    const archives = [...new Set(rows.flatMap(({ archive }) => (archive !== null && isPath(archive) ? [archive] : [])))]
    const opened = new Map(
      yield* Effect.forEach(archives.slice(0, MOST_OPENED), (archive) =>
        Effect.map(offsetsIn(archive), (offsets) => [archive, offsets] as const)
      )
    )
    const located = rows.map(({ entity_id, entity_type, ...row }) => {
      const offsets = row.archive === null ? undefined : opened.get(row.archive)
      const origin: Origin = {
        ...row,
        offset: offsets?.get(row.member ?? "") ?? null,
        archive_present: offsets === undefined ? null : offsets !== null
      }
      return { entity_id, entity_type, origin }
    })
    return ({ id, type }: Entity): ReadonlyArray<Origin> =>
      located.flatMap(({ entity_id, entity_type, origin }) =>
        entity_type === type && entity_id === id ? [origin] : []
      )
  })

/** What was asked of a provider has its API's name there, and the object as member. */
const isPath = (archive: string): boolean => /[\\/]/.test(archive)

/** Where members begin in an archive, if it is still there: whoever asks wants to see for themselves. Null: it is gone. */
const offsetsIn = (archive: string) =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const set = yield* archives.open(archive).pipe(Effect.orElseSucceed(() => null))
    if (set === null) return null
    return new Map(
      set.entries.flatMap(({ location, path }) =>
        location.kind === "zip" ? [[path, location.headerOffset] as const] : []
      )
    )
  })
