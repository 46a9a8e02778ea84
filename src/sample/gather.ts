/** Collects the truth day by day while the archives are written. */
import type { Calendar } from "./calendar.ts"
import type { DayExport } from "./day.ts"
import type { LifeEvent } from "./event.ts"
import { PHOTOS_ROOT } from "./day.ts"
import type { Parts } from "./parts.ts"
import type { Range } from "./takeout.ts"
import { dateOf } from "./time.ts"
import { type Truth, type TruthAlbum, type TruthFate, type TruthPhoto, truthOfEvent } from "./truth.ts"

export interface Gatherer {
  readonly addDay: (day: DayExport) => void
  readonly addIgnored: (ignored: TruthFate) => void
  readonly truth: (parts: Parts, calendars: ReadonlyArray<Calendar>, instances: ReadonlyArray<LifeEvent>) => Truth
}

const byPath = (left: { readonly path: string }, right: { readonly path: string }) =>
  left.path < right.path ? -1 : left.path > right.path ? 1 : 0

const distinct = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(values)]

const albumTruth = (title: string, folder: string, photos: ReadonlyArray<TruthPhoto>): TruthAlbum => {
  const members = photos.filter(({ path }) => path.startsWith(`${PHOTOS_ROOT}/${folder}/`)).toSorted(byPath)
  return {
    title,
    folder,
    members: distinct(members.map(({ content_hash }) => content_hash)),
    assets: distinct(members.map(({ asset }) => asset))
  }
}

/** Starts with nothing; ends, once, with the truth about all that was added. */
export const gatherer = ({ seed, from, days }: Range): Gatherer => {
  const photos: Array<TruthPhoto> = []
  const orphans: Array<string> = []
  const rejects: Array<TruthFate> = []
  const ignored: Array<TruthFate> = []
  const titles = new Map<string, string>()
  const traps: { [name: string]: number } = {}
  return {
    addDay: (day) => {
      photos.push(...day.photos)
      orphans.push(...day.orphanSidecars)
      rejects.push(...day.rejects)
      ignored.push(...day.ignored)
      for (const { folder, title } of day.albums) titles.set(folder, title)
      for (const { trap } of day.photos) if (trap !== null) traps[trap] = (traps[trap] ?? 0) + 1
    },
    addIgnored: (fate) => {
      ignored.push(fate)
    },
    truth: ({ archives, repeated }, calendars, instances) => {
      const liveVideos = photos.filter(({ live_video }) => live_video !== null).length
      const unreadable = rejects.filter(({ why }) => why === "media-empty").length
      const files = photos.length + liveVideos + unreadable
      return {
        seed,
        from,
        days,
        start: dateOf(from),
        end: dateOf(from + days),
        archives,
        media: {
          assets: distinct(photos.map(({ asset }) => asset)).length,
          files,
          entries: files + repeated.filter(({ media }) => media).length,
          rejects: unreadable,
          live_videos: liveVideos
        },
        albums: [...titles].map(([folder, title]) => albumTruth(title, folder, photos)),
        events: {
          instances: instances.length,
          cancelled: instances.filter(({ cancelled }) => cancelled).length,
          components: calendars.reduce((sum, { components }) => sum + components, 0),
          uids: calendars.flatMap(({ uids }) => uids),
          list: instances.map(truthOfEvent)
        },
        traps,
        photos: photos.toSorted(byPath),
        orphan_sidecars: orphans,
        rejects,
        ignored,
        repeated: repeated.map(({ path }) => path)
      }
    }
  }
}
