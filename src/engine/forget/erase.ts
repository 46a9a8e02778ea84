/** Erasing what was selected from staging, `life`, and all that is kept beside them (I7). */
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import type { DatabaseError } from "../../component/error.ts"
import { type Sql, authored, empty, join, literal, name, sql } from "../../component/sql.ts"
import { MERGED_INTO, SPLIT_FROM } from "../../life/edit.ts"
import { edits, imagesOf, lifeTables, masked, tableOf, tablesByType } from "../../life/table.ts"
import { stagingName } from "../../pipeline/plan.ts"
import { recordsOf } from "../staging.ts"
import { type Affected, type Selector, isPerson } from "./selection.ts"

const Table = Schema.Struct({ schema: Schema.String, table: Schema.String })
const Column = Schema.Struct({ column: Schema.String, type: Schema.String })
type Erasing<A> = Effect.Effect<A, DatabaseError, Database>

/** The records: of a whole source also its tables, and all that says where it continues. */
export const eraseRecords = (selector: Selector, affected: ReadonlyArray<Affected>): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    for (const { pipeline, source, whole } of affected) {
      const table = stagingName(pipeline, source)
      const ours = sql`pipeline = ${literal(pipeline)} and source = ${literal(source)}`
      yield* database.execute(sql`
        delete from state.checkpoints where ${ours};
        delete from state.windows where ${ours};
        delete from state.seen where ${ours};
        drop table if exists ${name("staging", `${table}-items`)};
        delete from state.steps where pipeline = ${literal(pipeline)} and step = ${literal(`source:${source}`)};`)
      if (whole) {
        yield* database.execute(sql`
          drop view if exists ${name("staging", table)}; drop table ${recordsOf({ name: table })};
          delete from state.sources where ${ours};`)
      } else if (selector.kind === "person") {
        yield* redact(table, selector.words)
      } else {
        yield* database.execute(sql`
          delete from ${recordsOf({ name: table })} where _source_id in
            (select source_id from _records where source = ${literal(table)})`)
      }
    }
  })

/** Takes a person out of the lists of people, and their addresses and full name out of all texts. */
const redact = (table: string, words: ReadonlyArray<string>): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    const columns = yield* database.rows(
      sql`select column_name as "column", data_type as type from duckdb_columns()
        where schema_name = 'records' and table_name = ${literal(table)} and not starts_with(column_name, '_')
          and data_type in ('VARCHAR', 'JSON')`,
      Column
    )
    const set = columns.map(({ column, type }) => {
      const own = name(column)
      const people = ["attendees", "people", "sharers"].includes(column)
        ? sql`to_json(list_filter(from_json(${own}, '["JSON"]'), lambda p: not coalesce(${isPerson(words, sql`p`)}, false)))`
        : own
      return sql`${own} = (${withoutWords(sql`(${people})::varchar`, words)})::${authored(type)}`
    })
    if (set.length > 0) yield* database.execute(sql`update ${recordsOf({ name: table })} set ${join(set)}`)
  })

/** A single first name may be any word: only addresses and names of several words are taken out of texts. */
const withoutWords = (text: Sql, words: ReadonlyArray<string>): Sql =>
  words
    .filter((word) => /[@\s]/.test(word.trim()))
    .reduce<Sql>((rest, word) => {
      const pattern = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
      return sql`regexp_replace(${rest}, ${literal(pattern)}, '…', 'gi')`
    }, text)

/** What was selected in `life`, and what was made of it. What has other records is made anew of them afterwards. */
export const eraseLife = (): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    // Without any record, what another account or an import brought is all there is: it stays.
    yield* database.execute(sql`
      delete from life.provenance p where exists (
        select 1 from _records r join state.sources s on r.source = s.pipeline || '__' || s.source
        where s.connector = p.connector and s.stream = p.stream and s.account = p.account and r.source_id = p.source_id);`)
    yield* eraseWith(sql`from _gone`)
  })

/** Removes rows of entities, and the links, albums, people and places that tell of them. */
const eraseWith = (gone: Sql): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(sql`
      create or replace temp table _erased as
        ${gone}
        union select to_type, to_id from life.links where (from_type, from_id) in (${gone}) and to_type in ('places', 'people')
        union select from_type, from_id from life.links where (to_type, to_id) in (${gone}) and from_type in ('places', 'people')
        union select 'albums', album_id from life.album_items where ('media', media_id) in (${gone});
      delete from life.links where (from_type, from_id) in (${gone}) or (to_type, to_id) in (${gone});
      delete from life.album_items where ('media', media_id) in (${gone});
      delete from ${tableOf(masked)} where (entity_type, entity_id) in (from _erased);`)
    for (const [type, table] of tablesByType) {
      yield* database.execute(
        sql`delete from ${tableOf(table)} where ${name(table.key[0] ?? "")} in (select id from _erased where type = ${literal(type)})`
      )
    }
    yield* database.execute(sql`drop table _erased`)
  })

/**
 * What nothing is left of: memories without members, links and edits of what isn't there. Addresses that are the same as a
 * person are no rows of their own.
 */
export const sweepLife = (): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(sql`
      delete from life.memories m where m.made_by is not null and not exists
        (select 1 from life.links l where l.from_type = 'memory' and l.from_id = m.memory_id and l.relation in ('contains', 'hosts'));`)
    for (const [type, table] of tablesByType) {
      const there = (id: string) => sql`${name(id)} in (select ${name(table.key[0] ?? "")} from ${tableOf(table)})`
      const lost = (typeColumn: string, id: string) =>
        sql`${name(typeColumn)} = ${literal(type)} and not (${there(id)})`
      yield* database.execute(sql`
        delete from life.links where ${lost("from_type", "from_id")} or ${lost("to_type", "to_id")} and relation <> 'same_as';
        delete from life.provenance where ${lost("entity_type", "entity_id")};
        delete from ${tableOf(edits)} where ${lost("entity_type", "entity_id")} and field not in (${literal(MERGED_INTO)}, ${literal(SPLIT_FROM)});
        delete from ${tableOf(masked)} where ${lost("entity_type", "entity_id")};`)
    }
    yield* database.execute(sql`
      delete from ${tableOf(edits)} where field = ${literal(SPLIT_FROM)}
        and (value->>'$.as')::uuid not in (select person_id from life.people);
      update life.memories set place_id = null where place_id not in (select place_id from life.places);
      update life.memories set cover_media_id = null where cover_media_id not in (select media_id from life.media);
      update life.visits set place_id = null where place_id not in (select place_id from life.places);`)
  })

/** Before-images, what was set aside, and the words of errors: they may hold anything. */
export const eraseTraces = (selector: Selector, affected: ReadonlyArray<Affected>): Erasing<void> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(
      join(
        lifeTables.map((table) => sql`delete from ${imagesOf(table)};`),
        "\n"
      )
    )
    yield* database.execute(sql`
      delete from undo.checkpoints; delete from state.sightings; delete from state.sighted;
      delete from state.rejects; update state.skips set examples = '[]'; update state.runs set error = null;
      update state.runs set summary = null where pipeline is null and command <> 'forget';
      update state.steps set since = null;`)
    const pipelines = new Set(affected.map(({ pipeline }) => pipeline))
    const tables = yield* database.rows(
      sql`select schema_name as schema, table_name as "table" from duckdb_tables() where schema_name in ('undo', 'build')`,
      Table
    )
    for (const { schema, table } of tables) {
      const mine = [...pipelines].some((pipeline) => table.startsWith(`${pipeline}__`))
      const goes = (schema === "undo" && /^(staging|items)\./.test(table)) || (schema === "build" && mine)
      if (goes) yield* database.execute(sql`drop table ${name(schema, table)}`)
    }
    yield* database.execute(
      join(
        [...pipelines].map(
          (pipeline) =>
            sql`delete from state.steps where pipeline = ${literal(pipeline)} and not starts_with(step, 'source:');`
        ),
        "\n"
      )
    )
    yield* database.execute(namesOf(selector))
  })

/** Of an account, its name too: wherever a pipeline's text or a consent says it. */
const namesOf = (selector: Selector): Sql => {
  switch (selector.kind) {
    case "account":
      return sql`
        update state.runs set definition = null where contains(definition, ${literal(selector.account)});
        delete from state.consents where account = ${literal(selector.account)};`
    case "connection":
      return sql`delete from state.consents where connection = ${literal(selector.connection)};`
    default:
      return empty
  }
}
