/** The tables of `keepsake.duckdb`: what the engine keeps for itself, and the `life` tables and views made from the entities. */
import type { Columns } from "../component/column.ts"
import { uuid5Macros } from "../component/id.ts"
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import { healthViews } from "../life/health.ts"
import { type LifeTable, lifeTables } from "../life/table.ts"

const columnList = (columns: Columns): Sql =>
  join(Object.entries(columns).map(([column, { type }]) => sql`${name(column)} ${name(type)}`))

const lifeTable = (table: LifeTable): Sql =>
  sql`create table if not exists life.${name(table.name)} (${columnList(table.columns)});`

// No primary keys: uniqueness comes from upserts under the one owner (I9).
const STATE = sql`
  create schema if not exists state;
  create schema if not exists records;
  create schema if not exists staging;
  create schema if not exists build;
  create schema if not exists cache;
  create schema if not exists life;
  create table if not exists state.migrations (version integer, applied_at timestamptz);
  create table if not exists state.runs (
    run_id uuid, pipeline varchar, command varchar, status varchar, started_at timestamptz, ended_at timestamptz,
    summary json, error json
  );
  create table if not exists state.checkpoints (
    pipeline varchar, source varchar, config_hash varchar, checkpoint json, fingerprint varchar, complete boolean,
    run_id uuid, updated_at timestamptz
  );
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
  create table if not exists state.steps (
    pipeline varchar, step varchar, fingerprint varchar, counts json, run_id uuid,
    finished_at timestamptz
  );
  create table if not exists state.changes (
    run_id uuid, pipeline varchar, table_name varchar, row_key json, before json, changed_at timestamptz
  );
  create table if not exists state.windows (
    pipeline varchar, source varchar, starts_at timestamptz, ends_at timestamptz, status varchar, run_id uuid
  );
  create table if not exists state.consents (
    connection varchar, provider varchar, account varchar, scopes json, purpose varchar, given_at timestamptz,
    withdrawn_at timestamptz
  );`

/** Columns that came later, for files that were made before. */
const ADDED_COLUMNS = sql`
  alter table life.samples add column if not exists local_date date;
  alter table life.samples add column if not exists offset_minutes integer;`

/** Raised with every change of the tables above; older files are brought forward by `MIGRATIONS`. */
export const SCHEMA_VERSION = 1

/** Creates what is missing. Running it again changes nothing. */
export const createSchema: Sql = sql`
  ${uuid5Macros}
  ${STATE}
  ${join(lifeTables.map(lifeTable), "\n")}
  ${ADDED_COLUMNS}
  ${healthViews}
  insert into state.migrations select ${literal(SCHEMA_VERSION)}, now()
  where not exists (select 1 from state.migrations where version = ${literal(SCHEMA_VERSION)});`
