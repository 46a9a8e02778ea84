/** DuckDB alone: the columns of a location history into a table. `node timeline-read.ts FORMAT FILE DATABASE` prints the rows. */
import { DuckDBInstance } from "@duckdb/node-api"

const [format = "array", file = "", database = ":memory:"] = process.argv.slice(2)

const instance = await DuckDBInstance.create(database, { preserve_insertion_order: "false" })
const connection = await instance.connect()
await connection.run("set TimeZone = 'UTC'")
await connection.run(`
  create table points as
    select "timestamp" as recorded_at, latitudeE7 / 1e7 as latitude, longitudeE7 / 1e7 as longitude, altitude, accuracy,
      velocity as speed, deviceTag as track, source as source_name
    from read_json('${file.replaceAll("'", "''")}', format = '${format}', columns = {
      latitudeE7: 'BIGINT', longitudeE7: 'BIGINT', accuracy: 'DOUBLE', altitude: 'DOUBLE', velocity: 'DOUBLE',
      "timestamp": 'TIMESTAMPTZ', deviceTag: 'VARCHAR', source: 'VARCHAR'})`)
const [count] = (await connection.runAndReadAll("select count(*) from points")).getRows()
console.log(String(count?.[0]))
connection.closeSync()
instance.closeSync()
