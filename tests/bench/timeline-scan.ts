/** The connector alone: a history into a table, without what staging adds. `node timeline-scan.ts FILE HOME` prints the rows. */
import { Effect, Layer, Schema } from "effect"
import { googleTimeline } from "../../connectors/google-timeline/index.ts"
import { ArchivesLive } from "../../src/archive/index.ts"
import { EpochMillis } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { sql } from "../../src/component/sql.ts"
import { mediaReaderLive } from "../../src/media/index.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { nothingStaged } from "../support/opening.ts"
import { warehouseLayer } from "../../src/warehouse/warehouse.ts"
import { noItems } from "../support/items.ts"

const [file = "", home = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const database = yield* Database
  const [points] = googleTimeline.streams
  const bound = yield* points === undefined ? Effect.die("no stream") : points.bind({ path: file })
  if (bound.reading.kind !== "scan") return yield* Effect.die("not a scan")
  const opening = {
    checkpoint: null,
    account: "bench",
    connection: null,
    items: noItems,
    timeZone: "UTC",
    now: EpochMillis(0),
    staged: nothingStaged
  }
  const { copies = 0, query } = yield* bound.reading.scan(opening, () => Effect.void, null)
  yield* database.execute(sql`create table points as select * exclude (_source_id, _archive, _member) from (${query})`)
  const [count] = yield* database.rows(sql`select count(*) as n from points`, Schema.Struct({ n: Schema.Number }))
  return (count?.n ?? 0) + copies
})

const services = Layer.mergeAll(ArchivesLive, mediaReaderLive, warehouseLayer(homeAt(home)))
console.log(await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(services))))
