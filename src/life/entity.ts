/**
 * The canonical entities of a life: what memories are made of. The columns are the contract that SQL users rely on;
 * connectors fill them, `life.*` keeps them.
 */
import { type Columns, bigint, date, double, flag, instant, integer, json, text, uuid } from "../component/column.ts"

export type EntityName = "media" | "events" | "places" | "people" | "plays" | "samples" | "visits"

export interface Entity {
  /** Table in `life`, and the name in `entity:` of a pipeline. */
  readonly name: EntityName
  /** The id column. */
  readonly id: string
  readonly summary: string
  /** Kept in `life.<name>`. */
  readonly columns: Columns
  /** Only on staged records: they become rows of other tables (albums, people, links). */
  readonly relations: Columns
}

const PLACE_IN_TIME = {
  local_date: date("The date on the wall calendar of the place."),
  time_zone: text("IANA zone of the place, such as Europe/Zurich.")
}

const COORDINATES = {
  latitude: double("WGS 84 degrees, north positive."),
  longitude: double("WGS 84 degrees, east positive.")
}

const media = {
  name: "media",
  id: "media_id",
  summary: "Photos, videos and live photos.",
  columns: {
    kind: text("photo, video or live-photo."),
    file_name: text("The file's own name."),
    mime_type: text("By content, not by extension."),
    bytes: bigint("Size of the file."),
    content_hash: text("SHA-256 of the file, hexadecimal."),
    picture_hash: text("SHA-256 of the picture without its metadata."),
    taken_at: instant("When it was taken."),
    ...PLACE_IN_TIME,
    ...COORDINATES,
    location_status: text("known, inferred, unknown, or withheld by the provider."),
    altitude: double("Metres above sea level."),
    width: integer("Pixels, as seen."),
    height: integer("Pixels, as seen."),
    camera: text("Make and model."),
    title: text("The title that its owner or the provider gave it."),
    description: text("The caption.")
  },
  relations: {
    albums: json('Albums that hold it: [{"key", "title", "description", "position"}].'),
    people: json('People on it: [{"name"}].'),
    sharers: json('People who share an album that holds it: [{"name", "address", "album"}].'),
    edited_from: text("Path of the original, for an edited copy."),
    live_member: text("Path of the moving half of a live photo."),
    matched: text("How its sidecar was found, in words.")
  }
} as const satisfies Entity

const events = {
  name: "events",
  id: "event_id",
  summary: "Calendar events, one row per occurrence.",
  columns: {
    title: text("The summary."),
    description: text("The notes."),
    starts_at: instant("Start; of an all-day event, midnight in its zone."),
    ends_at: instant("End, exclusive."),
    all_day: flag("Has dates, not times."),
    local_start_date: date("The date on which it starts, where it takes place."),
    local_end_date: date("The last date, inclusive."),
    time_zone: text("IANA zone, such as Europe/Zurich."),
    location_text: text("The place, as written."),
    ...COORDINATES,
    status: text("confirmed, tentative or cancelled."),
    uid: text("iCalendar's identity of the series."),
    recurrence_id: text("Which occurrence of the series: its original start."),
    calendar: text("The calendar's name.")
  },
  relations: {
    attendees: json('People invited: [{"name", "address", "role", "response"}]; role is organiser or attendee.')
  }
} as const satisfies Entity

const places = {
  name: "places",
  id: "place_id",
  summary: "Named places.",
  columns: {
    name: text("What people call it."),
    kind: text("city, address, venue, home, work…"),
    ...COORDINATES,
    locality: text("City, town or village."),
    region: text("State, canton or province."),
    country_code: text("ISO 3166-1 alpha-2.")
  },
  relations: {}
} as const satisfies Entity

const people = {
  name: "people",
  id: "person_id",
  summary: "People in events and pictures.",
  columns: {
    name: text("The name most used."),
    addresses: json("E-mail addresses.")
  },
  relations: {}
} as const satisfies Entity

const plays = {
  name: "plays",
  id: "play_id",
  summary: "Music, podcasts and videos played.",
  columns: {
    track_title: text("Track, episode or chapter."),
    artist_name: text("Artist, show or author."),
    album_title: text("Album or book."),
    track_uri: text("The provider's URI."),
    started_at: instant("End less the time played."),
    ended_at: instant("When it stopped."),
    played_ms: bigint("Milliseconds played."),
    kind: text("music, podcast, audiobook or video.")
  },
  relations: {}
} as const satisfies Entity

const samples = {
  name: "samples",
  id: "sample_id",
  summary: "Measurements of body and movement.",
  columns: {
    type: text("As the source names it, such as HKQuantityTypeIdentifierStepCount."),
    unit: text("As the source writes it."),
    value: double("Quantities."),
    value_text: text("Categories."),
    starts_at: instant("Start."),
    ends_at: instant("End."),
    local_date: date("The date on which it starts, by its local time."),
    offset_minutes: integer("How far its local time is ahead of UTC."),
    device: text("The device, without volatile parts."),
    source_name: text("The app or device that recorded it."),
    metadata: json("Anything else that the source says.")
  },
  relations: {}
} as const satisfies Entity

const visits = {
  name: "visits",
  id: "visit_id",
  summary: "Stays at a place.",
  columns: {
    place_id: uuid("The place, when it is known."),
    ...COORDINATES,
    starts_at: instant("Arrival."),
    ends_at: instant("Departure."),
    name: text("The place's name, as the source gives it.")
  },
  relations: {}
} as const satisfies Entity

export const entities = { media, events, places, people, plays, samples, visits } as const satisfies {
  readonly [N in EntityName]: Entity
}

/** All columns that a staged record of an entity may have. */
export const recordColumns = (name: EntityName): Columns => ({
  ...entities[name].columns,
  ...entities[name].relations
})
