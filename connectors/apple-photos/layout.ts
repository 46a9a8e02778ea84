/** Where things are in an iCloud privacy export, whatever its parts are named and wherever they were unpacked. */
import type { Entry } from "../../src/component/archive.ts"
import { folderOf, nameOf } from "../media/name.ts"

/** `library`: the pictures themselves; `shared`: albums of several people; `other`: any folder. */
export type Area = "library" | "deleted" | "shared" | "other"

export interface Place {
  /** Below the part's own folder: the same in each export. */
  readonly path: string
  readonly area: Area
  readonly name: string
  /** The folder and the part of the export that it lies in, as they are on this disk. */
  readonly folder: string
  readonly part: string
}

/** What the whole set of files says about its layout. */
export interface Layout {
  readonly isExport: boolean
  /** Folders with tables of details, as `Place.folder` has them: pictures lie there, whatever their language. */
  readonly detailFolders: ReadonlySet<string>
}

// `iCloud Photos Part 1 of 6`, `iCloud-bilder Del 1 av 6`, `Photos iCloud Partie 1 sur 6 (2)`, as folder or zip.
const PART = /icloud\D{0,40}\d{1,3}\D{1,20}\d{1,3}\D{0,20}(?:\d{1,2}\)?)?$/i
const SHARED = /^(?:icloud )?shared albums?(?:[ -]*\d+)?(?:\.zip)?$/i
// Within the archives of shared albums.
const SHARED_ROOTS = /^(?:my|subscribed) albums$/i
const DELETED = /^recently deleted$/i
const LIBRARY = /^photos$/i
const LISTS = /^(?:albums|memories)$/i

const withoutZip = (name: string): string => name.replace(/\.zip$/i, "")

const isPart = (segment: string): boolean => PART.test(withoutZip(segment))

const isOfExport = (segment: string): boolean => SHARED.test(segment) || isPart(segment)

const isContainer = (segment: string): boolean => SHARED.test(segment) || (/\.zip$/i.test(segment) && !isPart(segment))

/** Two zips may have folders of the same path. */
export const folderKey = ({ archive, location, path }: Pick<Entry, "archive" | "location" | "path">): string =>
  `${location.kind === "zip" ? archive : ""}\n${folderOf(path)}`

/** An export shows by its names, or by files that only exports have: `signs`, and `details` among them. */
export const layoutOf = (
  entries: ReadonlyArray<Entry>,
  signs: ReadonlyArray<Entry>,
  details: ReadonlyArray<Entry>
): Layout => ({
  isExport:
    signs.length > 0 ||
    entries.some(({ archive, path }) => isOfExport(nameOf(archive)) || path.split("/").slice(0, -1).some(isOfExport)),
  detailFolders: new Set(details.map(folderKey))
})

const SHARED_ALBUMS = "Shared Albums"

/** Is this place of a shared file no album: `Shared Albums`, or `Shared Albums/My Albums`? */
export const isAboveSharedAlbums = (folder: string): boolean => {
  const [, root, ...rest] = folder.split("/")
  return root === undefined || (SHARED_ROOTS.test(root) && rest.length === 0)
}

/** Where the path becomes the same in each export, and what lies there. */
const anchorOf = (
  folders: ReadonlyArray<string>,
  hasDetails: boolean
): { readonly at: number; readonly area: Area; readonly prefix: ReadonlyArray<string> } => {
  const container = folders.findLastIndex(isContainer)
  const root = folders.findIndex((segment, index) => index > container && SHARED_ROOTS.test(segment))
  if (container >= 0 || root >= 0) return { at: Math.max(container + 1, root), area: "shared", prefix: [SHARED_ALBUMS] }
  const deleted = folders.findLastIndex((segment) => DELETED.test(segment))
  if (deleted >= 0) return { at: deleted, area: "deleted", prefix: [] }
  if (hasDetails && folders.length === 0) return { at: 0, area: "library", prefix: ["Photos"] }
  const library = hasDetails ? folders.length - 1 : folders.findLastIndex((segment) => LIBRARY.test(segment))
  const at = Math.max(
    library,
    folders.findLastIndex((segment) => LISTS.test(segment))
  )
  if (at >= 0) return { at, area: at === library ? "library" : "other", prefix: [] }
  return { at: folders.findLastIndex(isPart) + 1, area: "other", prefix: [] }
}

/** Of a folder: where it lies in each export, and what its files are. */
type Home = Pick<Place, "area" | "part"> & { readonly below: string }

const homeOf = (entry: Entry, folder: string, { isExport, detailFolders }: Layout): Home => {
  const path = folderOf(entry.path)
  const withSlash = (segments: ReadonlyArray<string>) => segments.map((segment) => `${segment}/`).join("")
  const folders = path === "" ? [] : path.split("/")
  if (!isExport) return { area: "other", part: "", below: withSlash(folders) }
  const { at, area, prefix } = anchorOf(folders, detailFolders.has(folder))
  const above = folders.slice(0, at).join("/")
  return {
    area,
    part: `${folder.slice(0, folder.indexOf("\n"))}\n${above}`,
    below: withSlash([...prefix, ...folders.slice(at)])
  }
}

/** Finds the places of files; each folder is looked at once. */
export const placesOf = (layout: Layout): ((entry: Entry) => Place) => {
  const homes = new Map<string, Home>()
  return (entry) => {
    const folder = folderKey(entry)
    const home = homes.get(folder) ?? homeOf(entry, folder, layout)
    homes.set(folder, home)
    const name = nameOf(entry.path)
    return { path: home.below + name, area: home.area, name, folder, part: home.part }
  }
}
