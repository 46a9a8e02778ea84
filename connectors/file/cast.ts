/** Rows that have types already, as rows of the types that are wanted. */
import type { Columns, SqlType } from "../../src/component/column.ts"
import { type Sql, join, name, sql } from "../../src/component/sql.ts"
import type { Types } from "./columns.ts"
import { misfits } from "./salvage.ts"
import type { Loaded } from "./survey.ts"

interface Cast {
  readonly value: Sql
  /** Holds where the value doesn't fit; null: all do. */
  readonly misfit: Sql | null
}

/** DuckDB types of which every value fits. */
const ALWAYS: { readonly [T in SqlType]?: RegExp } = {
  VARCHAR: /./,
  BIGINT: /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER|BOOLEAN)$/,
  INTEGER: /^(TINYINT|SMALLINT|UTINYINT|USMALLINT|BOOLEAN)$/,
  DOUBLE: /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DECIMAL\(.*\))$/,
  JSON: /\]$|^(STRUCT|MAP|UNION|BOOLEAN|DATE|TIMESTAMP|U?(TINY|SMALL|BIG)?INT|U?INTEGER|DOUBLE|FLOAT|UUID)/,
  TIMESTAMP: /^TIMESTAMP|^DATE$/,
  TIMESTAMPTZ: /^TIMESTAMP|^DATE$/,
  DATE: /^TIMESTAMP/
}

const castTo = (value: Sql, from: string, to: SqlType, there: Sql | undefined): Cast => {
  const lost = there === undefined ? null : sql`(${value} is null and ${there})`
  if (from === to) return { value, misfit: lost }
  if (ALWAYS[to]?.test(from) === true) return { value: sql`${value}::${name(to)}`, misfit: lost }
  const cast = sql`try_cast(${value} as ${name(to)})`
  return { value: cast, misfit: sql`(${cast} is null and ${there ?? sql`${value} is not null`})` }
}

/** Where rows of some types are. */
export interface Typed {
  /** With `_row_file`. */
  readonly rows: Sql
  /** With `_row_file`, and what it takes to tell their numbers. */
  readonly numbered: Sql
  /** The number of a row in its file, counted from 1. */
  readonly number: Sql
  /** Columns that are null where a value could not be told, with what holds where there is one. */
  readonly unsure?: ReadonlyMap<string, Sql>
}

/** A second look is taken only where a value may not fit. */
export const castRows = ({ number, numbered, rows, unsure }: Typed, types: Types, columns: Columns): Loaded => {
  const casts = Object.entries(columns).map(([column, { type }]) => {
    const from = types.get(column)
    if (from === undefined) return { column, type, value: sql`null::${name(type)}`, misfit: null }
    return { column, type, ...castTo(name(column), from, type, unsure?.get(column)) }
  })
  const wrong = casts.flatMap(({ column, misfit, type }) => (misfit === null ? [] : [{ column, misfit, type }]))
  const values = join([...casts.map(({ column, value }) => sql`${value} as ${name(column)}`), sql`_row_file`])
  if (wrong.length === 0) return { rows: sql`(select ${values} from ${rows})`, rejects: [] }
  const misfit = join(
    wrong.map((each) => each.misfit),
    " or "
  )
  const raw = join([...types.keys()].map((column) => sql`${name(column)} := ${name(column)}`))
  return {
    rows: sql`(select ${values} from ${rows} where not (${misfit}))`,
    rejects: [
      sql`select 'value-unfit' as code, ${misfits(wrong)} as reason, _row_file as archive, null::varchar as member,
        (${number})::bigint as position, encode(to_json(struct_pack(${raw}))::varchar) as raw
        from ${numbered} where ${misfit}`
    ]
  }
}
