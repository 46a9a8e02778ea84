/** Pictures that a home keeps, and their links to events, against the truth of a sample. */
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import type { Truth } from "../../src/sample/index.ts"
import { query } from "./engine.ts"
import { type Judged, ofSets } from "./score.ts"

/** The truth's asset for each picture that a home keeps, by the files that it came from. */
export const assetsById = (home: string, truth: Truth) =>
  Effect.gen(function* () {
    const byPath = new Map(truth.photos.map(({ asset, path }) => [path, asset]))
    const rows = yield* query(
      home,
      authored("select entity_id, member from life.provenance where entity_type = 'media' order by all")
    )
    return new Map(rows.map(({ entity_id, member }) => [String(entity_id), byPath.get(String(member))]))
  })

/** Pictures and their events; a day where it takes place for whole days, whose midnights depend on the reader's zone. */
export const eventLinks = Effect.fnUntraced(function* (home: string, truth: Truth) {
  const byId = yield* assetsById(home, truth)
  const rows = yield* query(
    home,
    authored(`select distinct from_id, uid, all_day, epoch_ms(starts_at) as starts, local_start_date::varchar as day
      from life.links join life.events on to_id = event_id where relation = 'taken_during'`)
  )
  const found = new Set(
    rows.map(
      (row) =>
        `${byId.get(String(row["from_id"]))} ${row["uid"]} ${row["all_day"] === true ? row["day"] : row["starts"]}`
    )
  )
  const starts = new Map(
    truth.events.list.map((event) => [
      `${event.uid} ${event.starts_at}`,
      event.all_day ? event.local_start_date : Date.parse(event.starts_at)
    ])
  )
  const told = new Set(
    truth.photos.flatMap(({ asset, event }) =>
      event === null ? [] : [`${asset} ${event.uid} ${starts.get(`${event.uid} ${event.starts_at}`)}`]
    )
  )
  return {
    score: ofSets(found, told),
    wrong: [
      ...[...told.difference(found)].map((link) => `missed ${link}`),
      ...[...found.difference(told)].map((link) => `false ${link}`)
    ]
  } satisfies Judged
})
