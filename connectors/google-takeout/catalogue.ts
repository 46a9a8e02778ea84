/**
 * The catalogue of a Takeout, cut into parts that can be matched apart. Whatever meets by name, a picture with its
 * sidecar, original, copies and moving half, has its folder and the beginning of its name in common.
 */
import { Effect } from "effect"
import type { Archives, ArchiveSet, Entry } from "../../src/component/archive.ts"
import { kindByName } from "../media/name.ts"
import type { Parts } from "../media/batches.ts"
import { readSidecars } from "../media/sidecars.ts"
import { tally } from "../media/tally.ts"
import { type AlbumFile, albumsOf } from "./album.ts"
import { readJson } from "./json.ts"
import { type Place, placeOf } from "./layout.ts"
import { sidecarBase } from "./naming.ts"
import { type Picture, type PlanOptions, photoProductsOf, planPart, roleOf, sortEntries } from "./plan.ts"

/** So many entries make a part: its pictures keep the threads busy while the next part is matched. */
const PART_ENTRIES = 2048

/** Shorter than any cut that Google makes. */
const BEGINNING = 16

/** What names that belong together have in common: suffixes begin with one of these, numbers too. */
export const beginningOf = (name: string): string => {
  const folded = name.normalize("NFC").toLowerCase()
  const end = folded.search(/[-.( ~]/)
  return folded.slice(0, end < 0 ? BEGINNING : Math.min(end, BEGINNING))
}

interface Bucket {
  readonly entries: Array<Entry>
  pictures: number
  /** Where its first picture is among all entries. */
  first: number
}

interface Catalogue {
  /** In the order of the archives, so that neighbours are read together. */
  readonly parts: ReadonlyArray<{ readonly entries: ReadonlyArray<Entry>; readonly pictures: number }>
  readonly products: ReadonlySet<string | null>
  /** JSON files that may describe an album. */
  readonly albumFiles: ReadonlyArray<Entry>
}

const catalogueOf = (entries: ReadonlyArray<Entry>): Catalogue => {
  const products = photoProductsOf(entries)
  const buckets = new Map<string, Bucket>()
  const albumFiles: Array<Entry> = []
  for (const [index, entry] of entries.entries()) {
    const place = placeOf(entry.path)
    const { kind } = roleOf(place, products)
    const key = kind === "skipped" ? "" : bucketKey(place)
    const bucket = buckets.get(key) ?? { entries: [], pictures: 0, first: entries.length }
    if (kind === "picture") {
      bucket.pictures++
      bucket.first = Math.min(bucket.first, index)
    }
    if (kind === "json" && kindByName(sidecarBase(place.name)) === null) albumFiles.push(entry)
    bucket.entries.push(entry)
    buckets.set(key, bucket)
  }
  const inOrder = [...buckets.values()].sort((a, b) => a.first - b.first)
  return { parts: partsOf(inOrder), products, albumFiles }
}

const bucketKey = ({ folder, name, product }: Place): string => [product, folder, beginningOf(name)].join("\0")

const partsOf = (buckets: ReadonlyArray<Bucket>): ReadonlyArray<Bucket> => {
  const parts: Array<Bucket> = []
  for (const bucket of buckets) {
    const last = parts.at(-1)
    if (last === undefined || last.entries.length + bucket.entries.length > PART_ENTRIES) parts.push(bucket)
    else {
      for (const entry of bucket.entries) last.entries.push(entry)
      last.pictures += bucket.pictures
    }
  }
  return parts.length === 0 ? [{ entries: [], pictures: 0, first: 0 }] : parts
}

/** The albums by folder. Their files are found by content, since every language names them differently. */
const findAlbums = Effect.fnUntraced(function* (files: ReadonlyArray<Entry>) {
  const contents = yield* readSidecars(files, readJson)
  return albumsOf(
    files.flatMap(({ path }, index): ReadonlyArray<AlbumFile> => {
      const content = contents[index]
      const place = placeOf(path)
      return content?.kind === "album" ? [{ folder: place.folder, path: place.path, album: content.album }] : []
    })
  )
})

/** The plan of an export, whose parts are matched when it is their turn. */
export const planExport = Effect.fnUntraced(function* (set: ArchiveSet, fingerprint: string, options: PlanOptions) {
  const { albumFiles, parts, products } = catalogueOf(set.entries)
  const { albums, skipped } = yield* findAlbums(albumFiles)
  const before = { rejects: set.rejects, skipped: [...set.skipped, ...skipped] }
  const plan: Parts<Picture, Archives> = {
    fingerprint,
    sizes: parts.map(({ pictures }) => pictures),
    part: (index) =>
      Effect.gen(function* () {
        const sorted = sortEntries(parts[index]?.entries ?? [], products)
        const contents = yield* readSidecars(
          sorted.jsons.map(({ entry }) => entry),
          readJson
        )
        const part = planPart(sorted, contents, albums, options)
        return index > 0
          ? part
          : {
              ...part,
              rejects: [...before.rejects, ...part.rejects],
              skipped: tally([...before.skipped, ...part.skipped])
            }
      })
  }
  return plan
})
