/** A small life of which every kind of row is derived. */
import { appendFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const lines = (rows: ReadonlyArray<object>): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

const HOME = { latitude: 47.37, longitude: 8.54 }
const stay = (day: number, place: object) => ({
  starts_at: `2024-05-0${day}T18:00:00Z`,
  ends_at: `2024-05-0${day + 1}T07:00:00Z`,
  ...place
})
const ana = { name: "Ana Lindner", address: "ana@example.com" }
const track = (name: string) => ({ track_uri: `spotify:track:${name}`, track_title: name, artist_name: "Joni" })

const RELATIONS = {
  stays: [stay(1, HOME), stay(2, HOME), stay(4, { latitude: 46.95, longitude: 7.45 }), stay(6, HOME)],
  photos: [
    { file_name: "a.jpg", taken_at: "2024-05-04T20:00:00Z", people: [ana] },
    { file_name: "b.jpg", taken_at: "2024-05-09T20:00:00Z", ...HOME }
  ],
  events: [
    { title: "Dinner", starts_at: "2024-05-04T19:00:00Z", ends_at: "2024-05-04T22:00:00Z", attendees: [ana] },
    {
      title: "Call",
      starts_at: "2024-05-07T19:00:00Z",
      ends_at: "2024-05-07T22:00:00Z",
      attendees: [{ ...ana, address: "ana@work.example" }]
    }
  ],
  plays: [1, 2, 3].map((hour) => ({
    ...track(hour % 2 === 0 ? "Blue" : "River"),
    started_at: `2024-05-04T2${hour}:00:00Z`,
    ended_at: `2024-05-04T2${hour}:04:00Z`,
    played_ms: 240000
  })),
  playlists: ["Blue", "River"].map((name) => ({ playlist_id: "p1", playlist_title: "Road", ...track(name) }))
}

const PLACED = "latitude: DOUBLE, longitude: DOUBLE"
const TIMES = "starts_at: TIMESTAMPTZ, ends_at: TIMESTAMPTZ"
const TRACK = "track_uri: VARCHAR, track_title: VARCHAR, artist_name: VARCHAR"

export const derivedPipeline = (directory: string) => `
name: derived
sources:
  stays: { type: file.rows, path: "${directory}/stays.ndjson", entity: visits, columns: { ${TIMES}, ${PLACED} } }
  photos: { type: file.rows, path: "${directory}/photos.ndjson", entity: media, columns: { file_name: VARCHAR, taken_at: TIMESTAMPTZ, people: JSON, ${PLACED} } }
  events: { type: file.rows, path: "${directory}/events.ndjson", entity: events, columns: { title: VARCHAR, ${TIMES}, attendees: JSON } }
  plays: { type: file.rows, path: "${directory}/plays.ndjson", entity: plays, columns: { ${TRACK}, started_at: TIMESTAMPTZ, ended_at: TIMESTAMPTZ, played_ms: BIGINT } }
  playlists: { type: file.rows, path: "${directory}/playlists.ndjson", columns: { playlist_id: VARCHAR, playlist_title: VARCHAR, ${TRACK} } }
transforms:
  places: { type: resolve-places, from: stays, nights: 2, home: Home }
  located: { type: infer-place, from: photos, visits: stays }
  during: { type: link-events, from: located, events: events }
  people: { type: resolve-people, from: [events, during] }
  moments: { type: group-moments, from: during }
  journeys: { type: trips, from: [stays, located, events], places: places }
  days: { type: days, from: [located, events] }
  phases: { type: playlist-memories, from: plays, playlists: playlists, trips: journeys, plays: 2, tracks: 2 }
sinks:
  memories: { type: memories, from: [moments, events, stays, plays, people, places, journeys, days, phases] }
`

export const writeDerived = (directory: string) => {
  for (const [name, rows] of Object.entries(RELATIONS)) writeFileSync(join(directory, `${name}.ndjson`), lines(rows))
}

/** What the next export has besides: a picture of the dinner, and another call with someone of the same name, and its picture. */
export const addToDerived = (directory: string, turn: number) => {
  const [hour, day] = [`2024-05-04T21:${10 + turn}:00Z`, `2024-05-${10 + turn}`]
  const more = {
    photos: [
      { file_name: `dinner-${turn}.jpg`, taken_at: hour, people: [ana] },
      { file_name: `call-${turn}.jpg`, taken_at: `${day}T19:30:00Z`, ...HOME }
    ],
    events: [
      {
        title: `Call ${turn}`,
        starts_at: `${day}T19:00:00Z`,
        ends_at: `${day}T20:00:00Z`,
        attendees: [{ ...ana, address: `ana@${turn}.example` }]
      }
    ]
  }
  for (const [name, rows] of Object.entries(more)) appendFileSync(join(directory, `${name}.ndjson`), lines(rows))
}
