/** The Takeout of a range of days as a sequence of entries, and what is true of them. */
import type { Json } from "../component/column.ts"
import { type DayExport, PHOTOS_ROOT, exportDay } from "./day.ts"
import type { PartEntry } from "./parts.ts"
import type { Palette } from "./picture.ts"
import { jsonBytes } from "./sidecar.ts"
import { compactTime, instantAt } from "./time.ts"
import type { TruthFate } from "./truth.ts"
import { videoFile } from "./video.ts"
import type { Days } from "./whereabouts.ts"

export interface Range {
  readonly seed: number
  readonly from: number
  readonly days: number
}

/** Exports are made in the morning after the last day. */
const exportTime = ({ from, days }: Range) => instantAt(from + days, (9 * 60 + 15) * 60, "UTC")

export const archiveName =
  (range: Range) =>
  (part: number): string =>
    `takeout-${compactTime(exportTime(range))}Z-${String(part).padStart(3, "0")}.zip`

/** The export's time as clocks show it on the machine, so that zips hold the same digits everywhere. */
export const modifiedTime = (range: Range): Date => {
  const time = new Date(exportTime(range))
  return new Date(
    time.getUTCFullYear(),
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes()
  )
}

/** About four parts, whatever the number of days. */
export const partLimit = ({ days }: Range): number => Math.max(64, days * 7) * 1024

const BROWSER = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Takeout</title></head>
<body><h1>Your Google Photos export</h1></body></html>
`

interface Extra extends TruthFate {
  readonly bytes: Uint8Array
  readonly media: boolean
  readonly lies: PartEntry["lies"]
}

/** What every export has besides pictures. */
const extras = ({ seed, from }: Range): ReadonlyArray<Extra> => {
  const about = (file: string, value: Json): Extra => ({
    path: `${PHOTOS_ROOT}/${file}`,
    bytes: jsonBytes(value),
    media: false,
    lies: "here",
    why: "not-a-picture"
  })
  const failed = videoFile(`${seed} failed`, instantAt(from, 0, "UTC"), null)
  return [
    {
      path: "Takeout/archive_browser.html",
      bytes: Buffer.from(BROWSER),
      media: false,
      lies: "both",
      why: "not-a-picture"
    },
    about("print-subscriptions.json", { printSubscriptions: [] }),
    about("user-generated-memory-titles.json", { userGeneratedMemoryTitles: [{ title: "A spring to remember" }] }),
    about("shared_album_comments.json", { comments: [{ text: "Lovely!", contentOwnerName: "Mira Novak" }] }),
    {
      path: `${PHOTOS_ROOT}/Failed Videos/VID_${compactTime(instantAt(from, 0, "UTC")).slice(0, 8)}.mp4`,
      bytes: failed,
      media: true,
      lies: "here",
      why: "failed-video"
    }
  ]
}

/** Every so many sidecars one lies in the part after its picture's; every so many pictures one lies in two parts. */
const STRAY_SIDECAR = 13
const REPEATED_PICTURE = 89

/**
 * The entries, made as they are asked for: days in their order, each album's file with its first picture. `onDay` and
 * `onIgnored` learn what became of a day once its entries are about to be read.
 */
export function* takeoutEntries(
  palette: Palette,
  days: Days,
  range: Range,
  onDay: (day: DayExport) => void,
  onIgnored: (ignored: TruthFate) => void
): Generator<PartEntry> {
  for (const { why, ...entry } of extras(range)) {
    onIgnored({ path: entry.path, why })
    yield entry
  }
  const folders = new Set<string>()
  let sidecars = 0
  let pictures = 0
  for (let day = range.from; day < range.from + range.days; day++) {
    const exported = exportDay(palette, days, day)
    onDay(exported)
    for (const { folder, metadata } of exported.albums) {
      if (folders.has(folder)) continue
      folders.add(folder)
      const path = `${PHOTOS_ROOT}/${folder}/${metadata.file}`
      onIgnored({ path, why: "album-metadata" })
      yield { path, bytes: metadata.bytes, media: false, lies: "here" }
    }
    for (const file of exported.files) {
      const stray = !file.media && ++sidecars % STRAY_SIDECAR === 0
      const repeated = file.media && ++pictures % REPEATED_PICTURE === 0
      yield { ...file, lies: stray ? "next" : repeated ? "both" : "here" }
    }
  }
}
