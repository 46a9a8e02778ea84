/** All that a DuckDB file says to who asks it: its bytes prove little, for strings in it are compressed. */
import { DuckDBInstance } from "@duckdb/node-api"

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** One query for each file: there are hundreds of small ones. Numbers and times hold no words. */
const COLUMNS = `
  select c.schema_name, c.table_name, list(c.column_name) from duckdb_columns() c join duckdb_tables() t using (table_oid)
  where not t.internal and t.estimated_size > 0 and regexp_matches(c.data_type, 'VARCHAR|JSON|BLOB') group by all`

const DEFINITIONS = `select 'definitions', sql from duckdb_tables() union all
  select 'definitions', sql from duckdb_views() where not internal`

/** Each table's rows as text, a chunk of rows at a time; and the text of tables and views themselves. */
export async function* textsOf(path: string): AsyncGenerator<readonly [place: string, text: string]> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", threads: "2" })
  const connection = await instance.connect()
  try {
    const tables = await connection.runAndReadAll(COLUMNS)
    const queries = tables.getRowsJS().map(([schema, table, columns]) => {
      const texts = (Array.isArray(columns) ? columns : []).map((column) => `${quoted(String(column))}::varchar`)
      const place = `${String(schema)}.${String(table)}`
      return `select ${literal(place)}, concat_ws(chr(10), ${texts.join(", ")}) from ${quoted(String(schema))}.${quoted(String(table))}`
    })
    const rows = await connection.stream([DEFINITIONS, ...queries].join("\nunion all "))
    for (let chunk = await rows.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await rows.fetchChunk()) {
      const [places, texts] = [chunk.getColumnValues(0), chunk.getColumnValues(1)]
      const byPlace = new Map<string, Array<string>>()
      for (const [index, place] of places.entries()) {
        const known = byPlace.get(String(place)) ?? []
        known.push(String(texts[index]))
        byPlace.set(String(place), known)
      }
      for (const [place, found] of byPlace) yield [place, found.join("\n")]
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
