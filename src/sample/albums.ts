/** Albums: folders beside the years, each with copies of its pictures and a file that says its title. */
import type { Json } from "../component/column.ts"
import { type NonEmpty, type Random, cycled } from "./random.ts"
import type { Shot } from "./shots.ts"
import { googleTime, jsonBytes } from "./sidecar.ts"
import { dayOf, instantAt, monthOf, yearOf } from "./time.ts"
import type { Days } from "./whereabouts.ts"

export interface Album {
  readonly title: string
  readonly folder: string
  readonly metadata: { readonly file: string; readonly bytes: Buffer }
}

const METADATA_FILES: NonEmpty<string> = [
  "Metadaten.json",
  "metadata.json",
  "metadata.json",
  "métadonnées.json",
  "metadata.json",
  "метаданные.json"
]

const MONTHS = "January February March April May June July August September October November December".split(" ")

/** Google puts an underscore for what file systems don't like. */
const folderOf = (title: string): string => title.replaceAll(/[&/:*?"'<>|\\]/g, "_")

interface AlbumOptions {
  readonly title: string
  readonly folder: string
  readonly day: number
  /** Decides under which of its names the metadata file appears. */
  readonly turn: number
  /** Older exports put everything below `albumData`. */
  readonly nested: boolean
}

const album = ({ title, folder, day, turn, nested }: AlbumOptions): Album => {
  const data: Json = {
    title,
    description: title === "" ? "" : `${title}, with everyone.`,
    access: "protected",
    date: googleTime(String(instantAt(day, 0, "UTC") / 1000))
  }
  const bytes = jsonBytes(nested ? { albumData: data } : data)
  return { title, folder, metadata: { file: cycled(METADATA_FILES, turn), bytes } }
}

const tripAlbum = (days: Days, day: number): Album | null => {
  const trip = days.tripOn(day)
  if (trip === null) return null
  const { block, destination, firstDay } = trip
  const title = `${destination.album}, ${MONTHS[monthOf(firstDay) - 1] ?? ""} ${yearOf(firstDay)}`
  return album({ title, folder: folderOf(title), day: firstDay, turn: block, nested: block % 4 === 2 })
}

const eventAlbum = ({ day, event }: Shot): Album | null => {
  if (event === null || event.album === null) return null
  const title = event.album
  if (title !== "") return album({ title, folder: folderOf(title), day, turn: day, nested: false })
  // All albums without a title share a folder; each year has its own, so that no two pictures in it share a name.
  const year = yearOf(day)
  const folder = year === yearOf(0) ? "Untitled" : `Untitled(${year - yearOf(0)})`
  return album({ title, folder, day: dayOf(year, 1, 1), turn: 1, nested: false })
}

const bestOf = (day: number): Album => {
  const title = `Best of ${yearOf(day)}`
  return album({ title, folder: title, day: dayOf(yearOf(day), 1, 1), turn: 1, nested: false })
}

/** The albums that a picture is in. */
export const albumsOf = (days: Days, shot: Shot, random: Random): ReadonlyArray<Album> => {
  const away = tripAlbum(days, shot.day)
  const occasion = eventAlbum(shot)
  return [
    ...(away !== null && random.chance(0.6) ? [away] : []),
    ...(occasion !== null && random.chance(0.8) ? [occasion] : []),
    ...(random.chance(0.03) ? [bestOf(shot.day)] : [])
  ]
}
