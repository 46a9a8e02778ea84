/** The plan of a folder of pictures: what to read, which files may belong together, and what is left out. */
import type { ArchiveSet, Entry } from "../../src/component/archive.ts"
import type { Skip } from "../../src/component/batch.ts"
import type { Plan, Unit } from "../media/batches.ts"
import { type Named, liveGroups } from "../media/live.ts"
import { folderOf, kindByName, nameOf } from "../media/name.ts"
import type { AlbumItem, MediaSource } from "../media/row.ts"
import type { Sidecar } from "../media/sidecar.ts"
import type { Broken } from "../media/sidecars.ts"
import { skipped, tally } from "../media/tally.ts"
import { type XmpFile, isXmp, xmpFiles, xmpSidecar, xmpWords } from "./beside.ts"
import type { XmpSidecar } from "./xmp.ts"

/** A picture to read; the halves of a live photo can only be told by their content. */
export interface Picture extends Named {
  readonly entry: Entry
  readonly kind: MediaSource["kind"]
  readonly sidecar: Sidecar | null
  readonly albums: ReadonlyArray<AlbumItem>
  readonly matched: string | null
}

export interface Group extends Unit {
  /** As many as entries, in their order. */
  readonly pictures: ReadonlyArray<Picture>
}

export interface PlanOptions {
  readonly albums: "none" | "folders"
  readonly fingerprint: string
}

/** The XMP sidecars of a set, to be read before the plan is made. */
export const xmpEntries = ({ entries }: ArchiveSet): ReadonlyArray<Entry> => entries.filter(isXmp)

// Separates what no path or title holds.
const SEPARATOR = "\u001f"

const folderAlbum = (path: string): ReadonlyArray<AlbumItem> => {
  const folder = folderOf(path)
  if (folder === "") return []
  const title = nameOf(folder)
  return [{ key: folder + SEPARATOR + title, title, description: null, position: null }]
}

/** `contents` are those of the XMP files, in their order. */
export const makePlan = (
  set: ArchiveSet,
  contents: ReadonlyArray<XmpSidecar | Broken>,
  { albums, fingerprint }: PlanOptions
): Plan<Group> => {
  const sidecars = xmpFiles(xmpEntries(set), contents)
  const left: Array<Skip> = []
  const pictures: Array<Picture> = []
  for (const entry of set.entries) {
    if (isXmp(entry)) continue
    const kind = kindByName(nameOf(entry.path))
    if (kind === null) {
      left.push(skipped("not a picture or video", entry.path))
      continue
    }
    const found = sidecars.of(entry.path)
    pictures.push({
      entry,
      name: nameOf(entry.path),
      kind,
      sidecar: xmpSidecar(found),
      albums: albums === "folders" ? folderAlbum(entry.path) : [],
      matched: wordsOf(found)
    })
  }
  for (const { path } of sidecars.unused()) left.push(skipped("sidecar without its picture", path))
  return {
    fingerprint,
    units: groupsOf(pictures),
    rejects: [...set.rejects, ...sidecars.rejects],
    skipped: tally([...set.skipped, ...left])
  }
}

const wordsOf = (file: XmpFile | undefined): string | null => {
  const found = xmpWords(file)
  return found === null ? null : `${found.isFound ? "matched" : "orphan"}: ${found.words}`
}

/** Pictures in archive order; those that may be halves of live photos stand together, where the first of them is. */
const groupsOf = (pictures: ReadonlyArray<Picture>): ReadonlyArray<Group> => {
  const groupOf = new Map<Picture, ReadonlyArray<Picture>>()
  for (const folder of Map.groupBy(pictures, ({ entry }) => folderOf(entry.path)).values())
    for (const group of liveGroups(folder)) for (const picture of group) groupOf.set(picture, group)
  return pictures.flatMap((picture) => {
    const group = groupOf.get(picture) ?? [picture]
    return group[0] === picture ? [{ pictures: group, entries: group.map(({ entry }) => entry) }] : []
  })
}
