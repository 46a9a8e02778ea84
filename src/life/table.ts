/** The tables of `life`, which of their columns identify a row, and which lead to another. */
import { type Columns, date, double, flag, instant, integer, json, text, uuid } from "../component/column.ts"
import { type Sql, name } from "../component/sql.ts"
import { type Entity, type EntityName, entities } from "./entity.ts"

export interface LifeTable {
  readonly name: string
  /** Identifies a row. */
  readonly key: ReadonlyArray<string>
  /** All columns in order, the key's and `revision`, `run_id`, `updated_at` included. */
  readonly columns: Columns
  /** What its rows are called where another row leads to them: `memory`, `media`, `events`… Null: nothing leads to them. */
  readonly type: string | null
  /** Columns that hold ids of other rows: of a type, or of the type that another column names. */
  readonly references: ReadonlyArray<Reference>
}

export type Reference = { readonly column: string } & ({ readonly type: string } | { readonly typeColumn: string })

/** On every row: how often it changed, which run changed it last, and when. Compared by nobody. */
const BOOKKEEPING = {
  revision: integer("1 when inserted, one more with each change."),
  run_id: uuid("The run that last changed it."),
  created_run_id: uuid("The run that inserted it."),
  updated_at: instant("When it last changed.")
}

/** Columns of bookkeeping: they say when a row changed, so they never make it changed. */
export const bookkeeping: ReadonlyArray<string> = Object.keys(BOOKKEEPING)

const table = (
  name: string,
  key: Columns,
  columns: Columns,
  { references = [], type = null }: Partial<Pick<LifeTable, "type" | "references">> = {}
): LifeTable => ({
  name,
  key: Object.keys(key),
  columns: { ...key, ...columns, ...BOOKKEEPING },
  type,
  references
})

const HIDDEN = { hidden: flag("A person wants it left out of timelines.") }

const entityTable = (entity: Entity, references: ReadonlyArray<Reference> = []): LifeTable =>
  table(
    entity.name,
    { [entity.id]: uuid("UUIDv5, the same on every machine.") },
    { ...entity.columns, ...HIDDEN },
    { type: entity.name, references: [{ column: entity.id, type: entity.name }, ...references] }
  )

export const entityTables: { readonly [N in EntityName]: LifeTable } = {
  media: entityTable(entities.media),
  events: entityTable(entities.events),
  places: entityTable(entities.places),
  people: entityTable(entities.people),
  plays: entityTable(entities.plays),
  samples: entityTable(entities.samples),
  visits: entityTable(entities.visits, [{ column: "place_id", type: "places" }])
}

/** What a memory is made with; the rest of its row is kept for it. */
export const MEMORY_COLUMNS = [
  "memory_id",
  "kind",
  "title",
  "starts_at",
  "ends_at",
  "local_date",
  "time_zone",
  "latitude",
  "longitude",
  "place_id",
  "cover_media_id",
  "confidence",
  "made_by"
]

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
    made_by: text("The pipeline and sink that made it."),
    ...HIDDEN
  },
  {
    type: "memory",
    references: [
      { column: "memory_id", type: "memory" },
      { column: "place_id", type: "places" },
      { column: "cover_media_id", type: "media" }
    ]
  }
)

export const albums = table(
  "albums",
  { album_id: uuid("By folder path and title within the account.") },
  { title: text("As its owner named it."), description: text("As its owner described it."), ...HIDDEN },
  { type: "albums", references: [{ column: "album_id", type: "albums" }] }
)

export const albumItems = table(
  "album_items",
  { album_id: uuid("The album."), media_id: uuid("A picture in it.") },
  { position: integer("Its place in the album.") },
  {
    references: [
      { column: "album_id", type: "albums" },
      { column: "media_id", type: "media" }
    ]
  }
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
  },
  {
    references: [
      { column: "from_id", typeColumn: "from_type" },
      { column: "to_id", typeColumn: "to_type" }
    ]
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
  },
  { references: [{ column: "entity_id", typeColumn: "entity_type" }] }
)

export const edits = table(
  "edits",
  { entity_type: text("media, events…"), entity_id: uuid("Its id."), field: text("The column.") },
  { value: json("What a person set."), edited_at: instant("When.") }
)

export const masked = table(
  "masked",
  { entity_type: text("media, events…"), entity_id: uuid("Its id."), field: text("The column.") },
  { value: json("What imports give where a person's value stands.") }
)

export const lifeTables: ReadonlyArray<LifeTable> = [
  ...Object.values(entityTables),
  memories,
  albums,
  albumItems,
  links,
  provenance,
  edits,
  masked
]

/** Tables whose rows have a type, by it. */
export const tablesByType: ReadonlyMap<string, LifeTable> = new Map(
  lifeTables.flatMap((candidate) => (candidate.type === null ? [] : [[candidate.type, candidate] as const]))
)

export const tableOf = ({ name: table }: Pick<LifeTable, "name">): Sql => name("life", table)

/** Rows as they were before a run changed or deleted them: the table's columns and `_undo_run` (I7). */
export const imagesOf = ({ name: table }: Pick<LifeTable, "name">): Sql => name("undo", `life.${table}`)
