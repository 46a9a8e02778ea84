/** The tables of `life`, and which of their columns identify a row. */
import { type Columns, date, double, instant, integer, json, text, uuid } from "../component/column.ts"
import { type Entity, type EntityName, entities } from "./entity.ts"

export interface LifeTable {
  readonly name: string
  /** Identifies a row. */
  readonly key: ReadonlyArray<string>
  /** All columns in order, the key's and `revision`, `run_id`, `updated_at` included. */
  readonly columns: Columns
}

/** On every row: how often it changed, which run changed it last, and when. Compared by nobody. */
const BOOKKEEPING = {
  revision: integer("1 when inserted, one more with each change."),
  run_id: uuid("The run that last changed it."),
  created_run_id: uuid("The run that inserted it."),
  updated_at: instant("When it last changed.")
}

/** Columns of bookkeeping: they say when a row changed, so they never make it changed. */
export const bookkeeping: ReadonlyArray<string> = Object.keys(BOOKKEEPING)

const table = (name: string, key: Columns, columns: Columns): LifeTable => ({
  name,
  key: Object.keys(key),
  columns: { ...key, ...columns, ...BOOKKEEPING }
})

const entityTable = (entity: Entity): LifeTable =>
  table(entity.name, { [entity.id]: uuid("UUIDv5, the same on every machine.") }, entity.columns)

export const entityTables: { readonly [N in EntityName]: LifeTable } = {
  media: entityTable(entities.media),
  events: entityTable(entities.events),
  places: entityTable(entities.places),
  people: entityTable(entities.people),
  plays: entityTable(entities.plays),
  samples: entityTable(entities.samples),
  visits: entityTable(entities.visits)
}

export const memories = table(
  "memories",
  { memory_id: uuid("The id of its event, if it has one.") },
  {
    kind: text("event or moment."),
    title: text("In words."),
    starts_at: instant("Start."),
    ends_at: instant("End."),
    local_date: date("The date where it happened."),
    time_zone: text("IANA zone."),
    latitude: double("WGS 84 degrees."),
    longitude: double("WGS 84 degrees."),
    place_id: uuid("The place."),
    cover_media_id: uuid("The picture to show."),
    confidence: double("0 to 1."),
    made_by: text("The pipeline and sink that made it.")
  }
)

export const albums = table(
  "albums",
  { album_id: uuid("By folder path and title within the account.") },
  { title: text("As its owner named it."), description: text("As its owner described it.") }
)

export const albumItems = table(
  "album_items",
  { album_id: uuid("The album."), media_id: uuid("A picture in it.") },
  { position: integer("Its place in the album.") }
)

export const links = table(
  "links",
  {
    from_type: text("memory, media, events, people…"),
    from_id: uuid("Its id."),
    relation: text("contains, taken_during, taken_at, edited_from, attends…"),
    to_type: text("What it leads to."),
    to_id: uuid("Its id.")
  },
  {
    confidence: double("0 to 1."),
    rule: text("The rule that made it, with its version."),
    evidence: json("Seconds apart, metres apart, shared people."),
    made_by: text("The pipeline and sink that made it.")
  }
)

export const provenance = table(
  "provenance",
  {
    entity_type: text("media, events…"),
    entity_id: uuid("Its id."),
    connector: text("google-takeout"),
    stream: text("photos"),
    account: text("Whose data."),
    source_id: text("The provider's own id, or path and content.")
  },
  {
    archive: text("The archive or file."),
    member: text("The member of the archive."),
    content_hash: text("SHA-256 of the file, where it is one."),
    first_seen_at: instant("First import."),
    last_seen_at: instant("Latest import that changed it."),
    gone_at: instant("When the provider no longer had it.")
  }
)

export const edits = table(
  "edits",
  { entity_type: text("media, events…"), entity_id: uuid("Its id."), field: text("The column.") },
  { value: json("What a person set."), edited_at: instant("When.") }
)

export const lifeTables: ReadonlyArray<LifeTable> = [
  ...Object.values(entityTables),
  memories,
  albums,
  albumItems,
  links,
  provenance,
  edits
]
