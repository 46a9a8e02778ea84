/** The tables of `keepsake.duckdb`: what the engine keeps for itself, and the `life` tables and views made from the entities. */
import { createHash } from "node:crypto"
import type { Columns } from "../component/column.ts"
import { uuid5Macros } from "../component/id.ts"
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import { healthViews } from "../life/health.ts"
import { type LifeTable, imagesOf, lifeTables, tableOf } from "../life/table.ts"

const columnList = (columns: Columns): Sql =>
  join(Object.entries(columns).map(([column, { type }]) => sql`${name(column)} ${name(type)}`))

const lifeTable = (table: LifeTable): Sql => sql`
  create table if not exists ${tableOf(table)} (${columnList(table.columns)});
  create table if not exists ${imagesOf(table)} (${columnList(table.columns)}, _undo_run uuid);`

const structOf = (columns: ReadonlyArray<string>): Sql =>
  sql`to_json(struct_pack(${join(columns.map((column) => sql`${name(column)} := t.${name(column)}`))}))`

/** The before-images of all tables as one (I7). */
const CHANGES = sql`
  create or replace view state.changes as ${join(
    lifeTables.map(
      (table) => sql`
        select _undo_run as run_id, r.pipeline, ${literal(table.name)} as table_name, ${structOf(table.key)} as row_key,
          ${structOf(Object.keys(table.columns))} as before, r.started_at as changed_at
        from ${imagesOf(table)} t left join state.runs r on r.run_id = _undo_run`
    ),
    " union all "
  )};`

// No primary keys: uniqueness comes from upserts under the one owner (I9).
const STATE = sql`
  create schema if not exists state;
  create schema if not exists records;
  create schema if not exists staging;
  create schema if not exists build;
  create schema if not exists cache;
  create schema if not exists undo;
  create schema if not exists life;
  create table if not exists state.migrations (version integer, applied_at timestamptz);
  create table if not exists state.runs (
    run_id uuid, pipeline varchar, command varchar, status varchar, started_at timestamptz, ended_at timestamptz,
    summary json, error json, definition varchar, adopted boolean
  );
  create table if not exists state.sources (
    pipeline varchar, source varchar, connector varchar, stream varchar, account varchar, connection varchar,
    entity varchar, time_column varchar
  );
  create table if not exists state.checkpoints (
    pipeline varchar, source varchar, config_hash varchar, checkpoint json, fingerprint varchar, complete boolean,
    run_id uuid, updated_at timestamptz
  );
  create table if not exists undo.checkpoints (
    pipeline varchar, source varchar, config_hash varchar, checkpoint json, fingerprint varchar, complete boolean,
    run_id uuid, updated_at timestamptz, _undo_run uuid
  );
  create table if not exists state.sightings (run_id uuid, pipeline varchar, source varchar, all_but boolean);
  create table if not exists state.sighted (run_id uuid, pipeline varchar, source varchar, key uhugeint);
  create table if not exists state.ledger (
    run_id uuid, pipeline varchar, source varchar, read bigint, new bigint, changed bigint, unchanged bigint,
    duplicate bigint, skipped bigint, rejected bigint, deleted bigint, requests bigint, retries bigint
  );
  create table if not exists state.skips (
    run_id uuid, pipeline varchar, source varchar, reason varchar, count bigint, examples json
  );
  create table if not exists state.rejects (
    run_id uuid, pipeline varchar, source varchar, code varchar, reason varchar, archive varchar, member varchar,
    position bigint, raw blob, rejected_at timestamptz
  );
  create table if not exists state.superseded (
    pipeline varchar, source varchar, entity varchar, id uuid, successor uuid, run_id uuid
  );
  create table if not exists state.steps (
    pipeline varchar, step varchar, fingerprint varchar, counts json, run_id uuid,
    finished_at timestamptz, type varchar, inputs varchar[], query varchar, version varchar, since json, made varchar, read json
  );
  create table if not exists state.seen (pipeline varchar, source varchar, scope varchar, key uhugeint);
  create table if not exists state.windows (
    pipeline varchar, source varchar, starts_at timestamptz, ends_at timestamptz, status varchar, run_id uuid
  );
  create table if not exists state.consents (
    connection varchar, provider varchar, account varchar, scopes json, purpose varchar, given_at timestamptz,
    withdrawn_at timestamptz
  );`

/** Columns that came later, for files that were made before. */
const ADDED_COLUMNS = sql`
  alter table state.migrations add column if not exists stamp varchar;
  alter table state.runs add column if not exists definition varchar;
  alter table state.runs add column if not exists adopted boolean;
  alter table state.steps add column if not exists type varchar;
  alter table state.steps add column if not exists inputs varchar[];
  alter table state.steps add column if not exists query varchar;
  alter table state.steps add column if not exists version varchar;
  alter table state.steps add column if not exists since json;
  alter table state.steps add column if not exists made varchar;
  alter table state.steps add column if not exists read json;
  ${join(
    lifeTables
      .filter((table) => "hidden" in table.columns)
      .map((table) => sql`alter table ${tableOf(table)} add column if not exists hidden boolean;`),
    "\n"
  )}
  alter table life.samples add column if not exists local_date date;
  alter table life.samples add column if not exists offset_minutes integer;`

/** Raised with every change of the tables above. */
export const SCHEMA_VERSION = 2

/** Files of version 1 kept before-images as JSON in a table that is now a view. */
export const fromVersion1 = (create: Sql): Sql => sql`
  alter table state.changes rename to changes_1;
  ${create}
  ${join(
    lifeTables.map(
      (table) => sql`
        insert into ${imagesOf(table)} select ${join(
          Object.entries(table.columns).map(
            ([column, { type }]) => sql`(before->>${literal(column)})::${name(type)} as ${name(column)}`
          )
        )}, run_id from state.changes_1 where table_name = ${literal(table.name)};`
    ),
    "\n"
  )}
  drop table state.changes_1;`

const SCHEMA = sql`
  ${uuid5Macros}
  ${STATE}
  ${join(lifeTables.map(lifeTable), "\n")}
  ${ADDED_COLUMNS}
  ${CHANGES}
  ${healthViews}`

const stamp = literal(createHash("sha256").update(SCHEMA).digest("hex"))

/** Creates what is missing. Running it again changes nothing. */
export const createSchema: Sql = sql`
  ${SCHEMA}
  insert into state.migrations (version, applied_at) select ${literal(SCHEMA_VERSION)}, now()
  where not exists (select 1 from state.migrations where version = ${literal(SCHEMA_VERSION)});
  update state.migrations set stamp = ${stamp} where version = ${literal(SCHEMA_VERSION)};`

/** Counts 1 where this very schema is what a file has: most of the time that it takes to open one. Fails in an empty one. */
export const countStamps: Sql = sql`
  select count(*) as n from state.migrations where version = ${literal(SCHEMA_VERSION)} and stamp = ${stamp}`
