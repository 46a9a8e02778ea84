/** Albums: which folders are albums, and what they are called. */
import type { Skip } from "../../src/component/batch.ts"
import { nameOf } from "../media/name.ts"
import type { AlbumItem, MediaSource } from "../media/row.ts"
import type { AlbumMetadata } from "./json.ts"
import { isDateFolder } from "./layout.ts"
import { startsAlike } from "./naming.ts"

export interface AlbumFile {
  /** Folder below the root of the photos. */
  readonly folder: string
  readonly path: string
  readonly album: AlbumMetadata
}

/** An album, and who shares it. */
export interface SharedAlbum {
  readonly item: AlbumItem
  readonly sharers: ReadonlyArray<string>
}

/** Who shares a picture: with an album, or by what they said of the picture itself. */
export const sharersOf = (album: SharedAlbum | null, said: ReadonlyArray<string>): MediaSource["sharers"] =>
  [...new Set([...(album?.sharers ?? []), ...said])]
    .toSorted()
    .map((name) => ({ name, address: null, album: album?.item.title ?? null }))

// Separates what no path or title holds.
const SEPARATOR = "\u001f"

const itemOf = (folder: string, { title, description }: AlbumMetadata): AlbumItem => ({
  key: [folder, title ?? ""].join(SEPARATOR),
  title,
  description,
  position: null
})

const isNamedAfter = (folder: string, title: string | null): boolean =>
  title?.length === folder.length && startsAlike(title.normalize("NFC"), folder)

/** Of several albums in one folder, the one that it is named after, else the first by title. */
const chosen = (files: ReadonlyArray<AlbumFile>): AlbumFile | undefined => {
  const sorted = files.toSorted((a, b) => ((a.album.title ?? "") < (b.album.title ?? "") ? -1 : 1))
  return sorted.find(({ folder, album }) => isNamedAfter(nameOf(folder), album.title)) ?? sorted[0]
}

/**
 * The album of each folder that has one, by folder. Untitled albums, and albums of like names, may share a folder: their
 * pictures can't be told apart, so they count as one album, and the others are skipped with the reason.
 */
export const albumsOf = (
  files: ReadonlyArray<AlbumFile>
): { readonly albums: ReadonlyMap<string, SharedAlbum>; readonly skipped: ReadonlyArray<Skip> } => {
  const byFolder = Map.groupBy(files, ({ folder }) => folder)
  const albums = new Map<string, SharedAlbum>()
  const skipped: Array<Skip> = []
  for (const [folder, group] of byFolder) {
    const album = chosen(group)
    if (album === undefined || isDateFolder(folder)) continue
    // The newest of several exports describes the album best.
    const newest = group.findLast((other) => other.album.title === album.album.title) ?? album
    const others = group.filter((other) => other.album.title !== album.album.title)
    const same = group.filter((other) => !others.includes(other))
    albums.set(folder, { item: itemOf(folder, newest.album), sharers: same.flatMap((file) => file.album.sharers) })
    if (others.length > 0)
      skipped.push({
        reason: "album in the folder of another: its pictures can't be told from the other's",
        count: others.length,
        examples: others.slice(0, 2).map(({ path }) => path)
      })
  }
  return { albums, skipped }
}
