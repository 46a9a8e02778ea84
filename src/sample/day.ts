/** A day as an export has it: its files, and what is true about each of them. */
import { createHash } from "node:crypto"
import { type Album, albumsOf } from "./albums.ts"
import { contentTraps } from "./content-traps.ts"
import { type Look, liveBytes, mediaBytes, plainLook } from "./look.ts"
import { nameTraps } from "./name-traps.ts"
import type { Palette } from "./picture.ts"
import { type NonEmpty, cycled, stream } from "./random.ts"
import type { Shot } from "./shots.ts"
import { fileName, sidecarBytes } from "./sidecar.ts"
import { isoTime, yearOf } from "./time.ts"
import { type OtherFile, type Piece, type Trap, piece } from "./trap.ts"
import type { TruthFate, TruthPhoto } from "./truth.ts"
import type { Days } from "./whereabouts.ts"

export const PHOTOS_ROOT = "Takeout/Google Photos"

export interface ExportedFile {
  readonly path: string
  readonly bytes: Uint8Array
  readonly media: boolean
}

/** A picture of the life as a file of its year has it. */
export interface Shown {
  readonly photo: TruthPhoto
  readonly shot: Shot
}

export interface DayExport {
  /** Without repetition: a sidecar that serves several files is here once. */
  readonly files: ReadonlyArray<ExportedFile>
  readonly photos: ReadonlyArray<TruthPhoto>
  /** Without the copies in albums. */
  readonly shown: ReadonlyArray<Shown>
  readonly orphanSidecars: ReadonlyArray<string>
  readonly rejects: ReadonlyArray<TruthFate>
  readonly ignored: ReadonlyArray<TruthFate>
  /** The albums that a photo of the day is in. */
  readonly albums: ReadonlyArray<Album>
}

const plain: Trap = { name: "none", hidesPlace: false, make: (look) => piece(look) }

const [firstTrap = plain, ...otherTraps] = [...nameTraps, ...contentTraps]
const traps: NonEmpty<Trap> = [firstTrap, ...otherTraps]

/** All traps, by the names that `truth.json` gives them. */
export const trapNames: ReadonlyArray<string> = traps.map(({ name }) => name)

/** Every fourth picture falls into a trap. A day's first two are new ones, so that a month meets nearly all of them. */
const trapFor = ({ day, index, needsPlace }: Shot): Trap => {
  if (index % 4 !== 0) return plain
  const turn = index / 4
  const chosen = cycled(traps, day * 2 + (turn % 2) + Math.floor(turn / 2) * 17)
  return chosen.hidesPlace && needsPlace ? plain : chosen
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** The latest time that can be a photo's: beyond it, Google's figures are corrupt. */
const isPlausible = (timestamp: string): boolean => timestamp !== "0" && Number(timestamp) < 4_102_444_800

/** What a careful reader can know of a picture: from its sidecar where that speaks, else from the file. */
const knownOf = ({ shot, exif, sidecar }: Look) => {
  const readable = sidecar !== null && !sidecar.broken ? sidecar : null
  const dated = (readable !== null && isPlausible(readable.timestamp)) || (exif !== null && exif.localTime !== null)
  return {
    takenAt: dated ? shot.at : null,
    position: readable?.place ?? readable?.cameraPlace ?? exif?.position ?? null,
    sidecar: readable
  }
}

const kindOf = ({ format, liveVideo }: Look): TruthPhoto["kind"] =>
  format === "video" ? "video" : liveVideo === null ? "photo" : "live-photo"

const truthOf = (look: Look, folder: string, hash: string, trapName: string): TruthPhoto => {
  const { takenAt, position, sidecar } = knownOf(look)
  const { event } = look.shot
  const within = (file: string | null | undefined) => (file === null || file === undefined ? null : `${folder}/${file}`)
  return {
    path: `${folder}/${fileName(look.name)}`,
    kind: kindOf(look),
    content_hash: hash,
    asset: look.asset,
    trap: trapName === plain.name ? null : trapName,
    taken_at: takenAt === null ? null : isoTime(takenAt),
    latitude: position?.latitude ?? null,
    longitude: position?.longitude ?? null,
    location_status: position === null ? "unknown" : "known",
    event:
      takenAt === null || event === null
        ? null
        : {
            uid: event.uid,
            recurrence_id: event.recurrenceId === null ? null : isoTime(event.recurrenceId),
            starts_at: isoTime(event.start)
          },
    edited_from: within(look.editedFrom),
    live_video: within(look.liveVideo),
    sidecar: within(sidecar?.file)
  }
}

interface Rendered {
  readonly look: Look
  readonly bytes: Uint8Array
  readonly hash: string
}

const placedIn = (folder: string, rendered: ReadonlyArray<Rendered>): ReadonlyArray<ExportedFile> => {
  const files = rendered.flatMap(({ look, bytes }) => [
    { path: `${folder}/${fileName(look.name)}`, bytes, media: true },
    ...(look.liveVideo === null ? [] : [{ path: `${folder}/${look.liveVideo}`, bytes: liveBytes(look), media: true }]),
    ...(look.sidecar === null
      ? []
      : [{ path: `${folder}/${look.sidecar.file}`, bytes: sidecarBytes(look.sidecar), media: false }])
  ])
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

const brokenSidecars = (folder: string, looks: ReadonlyArray<Look>): ReadonlyArray<TruthFate> =>
  looks.flatMap(({ sidecar }) =>
    sidecar !== null && sidecar.broken ? [{ path: `${folder}/${sidecar.file}`, why: "sidecar-broken" }] : []
  )

const exportPiece = (
  { looks, others }: Piece,
  palette: Palette,
  year: string,
  albums: ReadonlyArray<Album>,
  name: string
): DayExport => {
  const rendered = looks.map((look) => {
    const bytes = mediaBytes(palette, look)
    return { look, bytes, hash: sha256(bytes) }
  })
  const folders = [year, ...albums.map(({ folder }) => `${PHOTOS_ROOT}/${folder}`)]
  const fate = (wanted: OtherFile["fate"]) =>
    others.flatMap((other) => (other.fate === wanted ? [{ path: `${year}/${other.name}`, why: other.why }] : []))
  return {
    files: [
      ...folders.flatMap((folder) => placedIn(folder, rendered)),
      ...others.map((other) => ({ path: `${year}/${other.name}`, bytes: other.bytes, media: other.fate === "reject" }))
    ],
    photos: folders.flatMap((folder) => rendered.map(({ look, hash }) => truthOf(look, folder, hash, name))),
    shown: rendered.map(({ look, hash }) => ({ photo: truthOf(look, year, hash, name), shot: look.shot })),
    orphanSidecars: fate("orphan-sidecar").map(({ path }) => path),
    rejects: [...fate("reject"), ...folders.flatMap((folder) => brokenSidecars(folder, looks))],
    ignored: fate("ignored"),
    albums
  }
}

/** The folder of the year in which a day's pictures were taken. */
const yearFolder = (day: number): string => `${PHOTOS_ROOT}/Photos from ${yearOf(day)}`

/** The day's part of an export: the same whichever days surround it. */
export const exportDay = (palette: Palette, days: Days, day: number): DayExport => {
  const pieces = days.shots(day).map((shot) => {
    const random = stream("look", shot.id)
    const chosen = trapFor(shot)
    const made = chosen.make(plainLook(shot, random), random)
    return exportPiece(made, palette, yearFolder(day), albumsOf(days, shot, random), chosen.name)
  })
  return {
    files: pieces.flatMap(({ files }) => files),
    photos: pieces.flatMap(({ photos }) => photos),
    shown: pieces.flatMap(({ shown }) => shown),
    orphanSidecars: pieces.flatMap(({ orphanSidecars }) => orphanSidecars),
    rejects: pieces.flatMap(({ rejects }) => rejects),
    ignored: pieces.flatMap(({ ignored }) => ignored),
    albums: pieces.flatMap(({ albums }) => albums)
  }
}
