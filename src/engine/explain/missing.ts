/** Why a picture is in no memory: the first station at which its way ended. */
import { Effect, Schema } from "effect"
import { Archives } from "../../component/archive.ts"
import { Database } from "../../component/database.ts"
import { MediaReader } from "../../component/media.ts"
import { type Sql, join, literal, name, sql } from "../../component/sql.ts"
import { MOMENT_KINDS } from "../../life/edit.ts"
import { type Station, sourcesRead, wayOf } from "./way.ts"

/** A staged record that is the file, or seems to be. */
export interface Candidate {
  readonly pipeline: string
  readonly source: string
  readonly archive: string | null
  readonly member: string | null
  readonly media_id: string
  /** What it has in common with the file: all bytes, the picture without its metadata, or only the name. */
  readonly by: "content" | "picture" | "name"
  readonly taken_at: string | null
}

export interface Missing {
  readonly file: string
  readonly verdict:
    | "in-memory"
    | "hidden"
    | "not-read"
    | "rejected"
    | "skipped"
    | "not-kept"
    | "without-time"
    | "without-moment"
  /** In words, with what to do about it. */
  readonly because: string
  readonly candidates: ReadonlyArray<Candidate>
  readonly memories: ReadonlyArray<{ readonly memory_id: string; readonly title: string | null }>
  readonly way: ReadonlyArray<Station>
}

export const explainMissing = (file: string) =>
  Effect.gen(function* () {
    const hashes = yield* hashesOf(file)
    const candidates = yield* candidatesOf(file, hashes)
    const ids = [...new Set(candidates.map(({ media_id }) => media_id))]
    const found = { file, candidates, way: yield* wayOf(ids) }
    if (candidates.length === 0) {
      return { ...found, memories: [], ...(yield* neverStaged(file, hashes !== null)) } satisfies Missing
    }
    const memories = yield* memoriesOf(ids)
    return { ...found, memories, ...(yield* afterStaging(found.way, candidates, memories)) } satisfies Missing
  })

interface Hashes {
  readonly content: string
  readonly picture: string
}

/** Null where there is no such file: then its name has to do. */
const hashesOf = (file: string) =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const reader = yield* MediaReader
    const set = yield* archives.open(file).pipe(Effect.orElseSucceed(() => null))
    const [entry] = set?.entries ?? []
    if (entry === undefined || set?.entries.length !== 1 || entry.location.kind !== "file") return null
    const [result] = yield* reader.read([entry])
    return result?._tag === "Facts"
      ? ({ content: result.facts.contentHash, picture: result.facts.pictureHash } satisfies Hashes)
      : null
  })

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

const CandidateRow = Schema.Struct({
  archive: Schema.NullOr(Schema.String),
  member: Schema.NullOr(Schema.String),
  media_id: Schema.String,
  by: Schema.Literals(["content", "picture", "name"]),
  taken_at: Schema.NullOr(Schema.String)
})

/** Equal bytes before equal pictures before equal names: only the best kind counts. */
const candidatesOf = (file: string, hashes: Hashes | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const candidates: Array<Candidate> = []
    for (const { pipeline, source, table } of yield* sourcesRead) {
      const columns = yield* database.describe(sql`from ${name("staging", table)}`)
      if (!columns.has("file_name") && !columns.has("content_hash")) continue
      const has = (column: string, test: (value: Sql) => Sql): Sql =>
        columns.has(column) ? test(name(column)) : sql`false`
      const equal = (column: string, value: string | undefined): Sql =>
        value === undefined ? sql`false` : has(column, (own) => sql`${own} = ${literal(value)}`)
      const base = literal(baseName(file))
      const rows = yield* database.rows(
        sql`select * from (
            select _archive as archive, _member as member, _id::varchar as media_id,
              case when ${equal("content_hash", hashes?.content)} then 'content'
                when ${equal("picture_hash", hashes?.picture)} then 'picture'
                when ${has("file_name", (own) => sql`lower(${own}) = lower(${base})`)}
                  or lower(_member) = lower(${base}) or ends_with(lower(_member), lower('/' || ${base})) then 'name' end as "by",
              ${columns.has("taken_at") ? sql`taken_at` : sql`null`}::timestamptz as taken_at
            from ${name("staging", table)} where _id is not null
          ) where "by" is not null order by all`,
        CandidateRow
      )
      candidates.push(...rows.map((row) => ({ pipeline, source, ...row })))
    }
    const best = (["content", "picture", "name"] as const).find((kind) => candidates.some(({ by }) => by === kind))
    return candidates.filter(({ by }) => by === best)
  })

const Memory = Schema.Struct({
  memory_id: Schema.String,
  title: Schema.NullOr(Schema.String),
  hidden: Schema.NullOr(Schema.Boolean)
})

const memoriesOf = (ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows(
      sql`select memory_id::varchar as memory_id, title, hidden from life.links l
          join life.memories m on m.memory_id = l.from_id
        where from_type = 'memory' and relation = 'contains' and to_type = 'media'
          and to_id in (${join(ids.map((id) => literal(id)))})
        group by memory_id, title, hidden order by any_value(kind) not in (${join(MOMENT_KINDS.map((kind) => literal(kind)))}), title`,
      Memory
    )
  })

const Left = Schema.Struct({
  what: Schema.Literals(["rejected", "skipped"]),
  source: Schema.String,
  reason: Schema.String,
  member: Schema.NullOr(Schema.String)
})
const Archive = Schema.Struct({ archive: Schema.String })

/** It has no record: it was put aside, left out, or is in no archive that was read. */
const neverStaged = (file: string, present: boolean) =>
  Effect.gen(function* () {
    const database = yield* Database
    const base = literal(baseName(file))
    const named = (text: Sql) =>
      sql`(lower(${text}) = lower(${base}) or ends_with(lower(${text}), lower('/' || ${base})))`
    const [left] = yield* database.rows(
      sql`select * from (
          select 'rejected' as what, source, reason, coalesce(member, archive) as member, rejected_at as since from state.rejects
          where ${named(sql`coalesce(member, archive)`)}
          union all
          select 'skipped', k.source, reason, example, r.started_at from (
            select *, unnest(from_json(examples, '["varchar"]')) as example from state.skips
          ) k join state.runs r using (run_id) where ${named(sql`example`)}
        ) order by what, since desc limit 1`,
      Left
    )
    if (left !== undefined) {
      const because =
        left.what === "rejected"
          ? `${left.member} could not be used by source "${left.source}": ${left.reason}`
          : `${left.member} was left out on purpose by source "${left.source}": ${left.reason}.`
      return { verdict: left.what, because } as const
    }
    const read = yield* database.rows(
      sql`select distinct archive from life.provenance where archive is not null order by 1 limit 6`,
      Archive
    )
    const where =
      read.length === 0
        ? "Nothing was read yet: run a pipeline first."
        : `Read were: ${read
            .slice(0, 5)
            .map(({ archive }) => archive)
            .join(
              ", "
            )}${read.length > 5 ? "…" : ""}. Name the archive or folder that it is in as \`path\` of a source, and run again.`
    const what = present
      ? "No archive that was read holds this picture, under any name."
      : "There is no such file here, and no archive that was read holds one of this name."
    return { verdict: "not-read", because: `${what} ${where}` } as const
  })

const Kept = Schema.Struct({ n: Schema.Number, hidden: Schema.NullOr(Schema.Boolean) })

const afterStaging = (
  way: ReadonlyArray<Station>,
  candidates: ReadonlyArray<Candidate>,
  memories: ReadonlyArray<typeof Memory.Type>
) =>
  Effect.gen(function* () {
    const database = yield* Database
    const [first] = candidates
    const copies = candidates.length > 1 ? ` It was read ${candidates.length} times; equal pictures are one.` : ""
    const onlyName = first?.by === "name" ? " (By its name only: the bytes couldn't be compared, or differ.)" : ""
    const [shown] = memories.filter(({ hidden }) => hidden !== true)
    if (shown !== undefined) {
      return {
        verdict: "in-memory",
        because: `It is in the memory "${shown.title ?? shown.memory_id}".${copies}${onlyName}`
      } as const
    }
    const [hidden] = memories
    if (hidden !== undefined) {
      return {
        verdict: "hidden",
        because: `Its memory "${hidden.title ?? hidden.memory_id}" is hidden. Show it with: keepsake unhide ${hidden.memory_id}`
      } as const
    }
    const [kept] = yield* database.rows(
      sql`select count(*) as n, bool_or(hidden) as hidden from life.media
        where media_id in (${join(candidates.map(({ media_id }) => literal(media_id)))})`,
      Kept
    )
    if ((kept?.n ?? 0) === 0) {
      const dropped = way.find(({ kind, rows }) => kind === "transform" && rows === 0)
      return {
        verdict: "not-kept",
        because:
          dropped === undefined
            ? `Source "${first?.source}" read it, but no \`memories\` sink is fed from it. Add the relation to the sink's \`from\`.${onlyName}`
            : `Source "${first?.source}" read it; transform "${dropped.relation}" (${dropped.type}) leaves it out. ${dropped.does}${onlyName}`
      } as const
    }
    if (candidates.every(({ taken_at }) => taken_at === null)) {
      return {
        verdict: "without-time",
        because: `It is among life.media, but nothing says when it was taken, so it belongs to no moment. Set it with: keepsake edit ${first?.media_id} taken_at=2024-05-01T18:30+02:00${onlyName}`
      } as const
    }
    return {
      verdict: "without-moment",
      because: `It is among life.media, but no event was near it in time and place, and no transform groups what is left: add \`group-moments\` behind the join.${copies}${onlyName}`
    } as const
  })
