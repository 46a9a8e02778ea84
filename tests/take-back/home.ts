/** Homes to edit, undo and forget in: small lives in CSV files, run for real. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import type { Uuid } from "../../src/component/column.ts"
import { authored } from "../../src/component/sql.ts"
import { query, runText } from "../support/engine.ts"

export interface Photo {
  readonly name: string
  readonly taken: string
  readonly latitude?: number
  readonly longitude?: number
  readonly title?: string
}

export interface Event {
  readonly title: string
  readonly starts: string
  readonly ends: string
}

const cell = (value: string | number | undefined): string =>
  value === undefined ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)

const csv = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number | undefined>>): string =>
  [header, ...rows]
    .map((row) => row.map(cell).join(","))
    .join("\n")
    .concat("\n")

export const writePhotos = (directory: string, file: string, photos: ReadonlyArray<Photo>) => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, file),
    csv(
      ["file_name", "taken_at", "local_date", "latitude", "longitude", "title"],
      photos.map(({ latitude, longitude, name, taken, title }) => [
        name,
        taken,
        taken.slice(0, 10),
        latitude ?? 47.5576,
        longitude ?? 7.5887,
        title
      ])
    )
  )
}

export const writeEvents = (directory: string, events: ReadonlyArray<Event>) => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, "events.csv"),
    csv(
      ["title", "starts_at", "ends_at", "all_day", "local_start_date", "local_end_date"],
      events.map(({ ends, starts, title }) => [title, starts, ends, "false", starts.slice(0, 10), ends.slice(0, 10)])
    )
  )
}

const MEDIA = `{ file_name: VARCHAR, taken_at: TIMESTAMPTZ, local_date: DATE, latitude: DOUBLE, longitude: DOUBLE, title: VARCHAR }`
const EVENTS = `{ title: VARCHAR, starts_at: TIMESTAMPTZ, ends_at: TIMESTAMPTZ, all_day: BOOLEAN, local_start_date: DATE, local_end_date: DATE }`

/** Photos by name, events by title; what was taken during an event, or within an hour, is one memory. */
export const pipelineOf = (directory: string, name = "lives") => `
name: ${name}
sources:
  photos: { type: file.rows, path: "${join(directory, "photos*.csv")}", key: [file_name], entity: media, columns: ${MEDIA} }
  events: { type: file.rows, path: "${join(directory, "events.csv")}", key: [title], entity: events, columns: ${EVENTS} }
transforms:
  placed: { type: reverse-geocode, from: photos }
  during: { type: join-time-place, left: placed, right: events, time: { within: 10m } }
  moments: { type: group-moments, from: during }
sinks:
  memories: { type: memories, from: [moments, events] }
`

/** A sample's pictures and calendar, as `directory` holds them; each picture once, and moments of what is left. */
export const zipsPipeline = (directory: string) => `
name: zips
sources:
  photos: { type: google-takeout.photos, path: "${directory}/takeout-*.zip" }
  events: { type: ics.events, path: "${directory}/calendar.ics" }
transforms:
  unique: { type: dedupe, from: photos, by: picture_hash }
  during: { type: join-time-place, left: unique, right: events, time: { within: 30m } }
  moments: { type: group-moments, from: during }
sinks:
  memories: { type: memories, from: [moments, events] }
`

export const runIn = (directory: string, home: string, name?: string) => runText(pipelineOf(directory, name), home)

export const rowsOf = (home: string, statement: string) => query(home, authored(statement))

export const idOf = (home: string, statement: string): Effect.Effect<Uuid, unknown> =>
  Effect.map(rowsOf(home, statement), ([row]) => {
    const [id] = Object.values(row ?? {})
    if (typeof id !== "string") throw new Error(`nothing found: ${statement}`)
    return id as Uuid
  })
