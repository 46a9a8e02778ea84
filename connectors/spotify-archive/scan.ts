/** From the histories to what DuckDB reads: plays, what is left out, and what can't be used. */
import { Effect, Schema, type Scope } from "effect"
import type { Archives } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import type { Scan, ScanProgress } from "../../src/component/connector.ts"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type Sql, literal, name, sql } from "../../src/component/sql.ts"
import type { Histories } from "./find.ts"
import { SHARED, countCopies, countRows, playRows, sharePlays } from "./overlap.ts"
import { ENTRIES, FILES, readHistories } from "./read.ts"

const UNREADABLE_TABLE = "_spotify_unreadable"

/** Rejects, their raw bytes as text. */
const UNREADABLE = name(UNREADABLE_TABLE)

export interface Options {
  readonly privateSessions: boolean
  /** Milliseconds; 0: all are kept. */
  readonly shortest: number
}

export const scanOf = (
  histories: Histories,
  { privateSessions, shortest }: Options,
  progress: ScanProgress
): Effect.Effect<Omit<Scan, "fingerprint">, SourceError | DatabaseError, Archives | Database | Scope.Scope> =>
  Effect.gen(function* () {
    const database = yield* Database
    const unreadable = yield* readHistories(histories.entries, progress)
    yield* keepUnreadable([...histories.rejects, ...unreadable])
    yield* Effect.acquireRelease(database.execute(sharePlays), () =>
      Effect.ignore(database.execute(sql`drop table if exists ${SHARED}`))
    )
    const isPrivate = privateSessions ? sql`false` : sql`coalesce(private_session, false)`
    const isShort = sql`played_ms < ${literal(shortest)}`
    const isKept = sql`not (${isPrivate} or ${isShort})`
    const [copies] = yield* database.rows(countCopies(isKept), Schema.Struct({ n: Schema.Number }))
    return {
      query: playRows(isKept),
      copies: copies?.n ?? 0,
      ranked: true,
      rejects: rejectRows(isPrivate),
      skipped: histories.skipped,
      skips: sql`
        ${countRows(literal("a private session"), isPrivate)}
        union all
        ${countRows(literal("played for less than min_played"), sql`not ${isPrivate} and ${isShort}`)}`
    }
  })

/** Keeps what was found unreadable beside the entries, so that one query gives all rejects. */
const keepUnreadable = (rejects: ReadonlyArray<Reject>) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* Effect.acquireRelease(
      database.execute(sql`create or replace temp table ${UNREADABLE}
        (code varchar, reason varchar, archive varchar, member varchar, position double, raw varchar)`),
      () => Effect.ignore(database.execute(sql`drop table if exists ${UNREADABLE}`))
    )
    if (rejects.length === 0) return
    const utf8 = new TextDecoder()
    yield* database.append(UNREADABLE_TABLE, [
      rejects.map(({ code }) => code),
      rejects.map(({ reason }) => reason),
      rejects.map(({ origin }) => origin.archive),
      rejects.map(({ origin }) => origin.member),
      Float64Array.from(rejects, ({ position }) => position ?? Number.NaN),
      rejects.map(({ raw }) => (raw === undefined ? null : utf8.decode(raw)))
    ])
  })

/** Damage can put one member's value into another's: nothing that looks like an address (IPv4, IPv6) is kept. */
const ADDRESS = String.raw`\d{1,3}(\.\d{1,3}){3}|([0-9A-Fa-f]{0,4}:){3,}[0-9A-Fa-f]{0,4}`

const rejectRows = (isPrivate: Sql): Sql => sql`
  select code, reason, archive, member, position::bigint as position,
    encode(regexp_replace(raw, ${literal(ADDRESS)}, '…', 'g')) as raw
  from (
    select case when ended_at is null then 'spotify-no-end' else 'spotify-no-duration' end as code,
      case when ended_at is null then ${NO_END} else ${NO_DURATION} end as reason,
      archive, member, null::double as position, case when ${isPrivate} then null else _broken end as raw
    from ${ENTRIES} left join ${FILES} on file = _file where _broken is not null
    union all
    select * from ${UNREADABLE}
  )`

const NO_END = literal(
  "The entry has no time at which it ended (ts, endTime) that can be read. If your copy of the file has one, download the export again."
)
const NO_DURATION = literal(
  "The entry doesn't say for how long it was played (ms_played, msPlayed). If your copy of the file does, download the export again."
)
