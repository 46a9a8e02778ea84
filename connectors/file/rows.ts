/** What a scan of files gives: rows that know who they are, and those that can't be used. */
import type { Columns } from "../../src/component/column.ts"
import { type Sql, join, literal, name, names, sql } from "../../src/component/sql.ts"
import type { EntityName } from "../../src/life/entity.ts"
import { pictureId, rowId } from "./identity.ts"
import type { Loaded, Unreadable } from "./survey.ts"

export interface Keyed {
  readonly account: string
  readonly columns: Columns
  readonly entity: EntityName | undefined
  readonly key: ReadonlyArray<string> | undefined
}

/** Does a row lack all of its key? */
const keyless = (key: ReadonlyArray<string>): Sql =>
  join(
    key.map((column) => sql`${name(column)} is null`),
    " and "
  )

export const rowsOf = ({ rows }: Loaded, { account, columns, entity, key }: Keyed): Sql => sql`
  select ${rowId(columns, key)} as _source_id,
    ${entity === "media" ? sql`${pictureId(columns, account, sql`_source_id`)} as _id,` : sql``}
    _row_file as _archive, null::varchar as _member, ${names(Object.keys(columns))}
  from ${rows} ${key === undefined ? sql`` : sql`where not (${keyless(key)})`}`

const REJECTS = sql`code, reason, archive, member, position, raw`

export const rejectsOf = (
  { rejects, rows }: Loaded,
  { columns, key }: Keyed,
  unreadable: ReadonlyArray<Unreadable>
): Sql =>
  join(
    [
      sql`select null::varchar as code, null::varchar as reason, null::varchar as archive, null::varchar as member,
        null::bigint as position, null::blob as raw where false`,
      ...unreadable.map(
        ({ error, file }) => sql`select 'file-unreadable', ${literal(`${error.message} ${error.hint}`)},
          ${literal(file.path)}, null, null, null`
      ),
      ...rejects.map((query) => sql`select ${REJECTS} from (${query})`),
      ...(key === undefined ? [] : [withoutKey(rows, columns, key)])
    ],
    " union all "
  )

const withoutKey = (rows: Sql, columns: Columns, key: ReadonlyArray<string>): Sql => {
  const reason = `The row has no value in ${key.map((column) => `"${column}"`).join(", ")}, by which rows are told apart. Add one, or choose another \`key\`.`
  const raw = join(Object.keys(columns).map((column) => sql`${name(column)} := ${name(column)}`))
  return sql`select 'row-without-key', ${literal(reason)}, _row_file, null, null, encode(to_json(struct_pack(${raw}))::varchar)
    from ${rows} where ${keyless(key)}`
}
