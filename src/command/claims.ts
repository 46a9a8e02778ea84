/** Which archives belong to which stream, and the line of YAML that reads them. */
import { dirname, relative, resolve, sep } from "node:path"
import type { ArchiveSet, Entry } from "../component/archive.ts"
import type { Services, StreamSpec } from "../component/connector.ts"

/** A stream with what it would read. */
export interface Claim {
  readonly stream: StreamSpec<Services>
  readonly files: number
  /** What its `path` should be. */
  readonly paths: ReadonlyArray<string>
}

export interface Claims {
  readonly claims: ReadonlyArray<Claim>
  /** Archives of which no stream knows anything. */
  readonly unclaimed: ReadonlyArray<string>
}

/** They read what no other stream knows. */
const GENERAL = new Set(["folder.photos", "file.rows", "ics.events"])

/** Special streams first; what they don't know goes to general ones. */
export const claimsOf = (set: ArchiveSet, streams: ReadonlyArray<StreamSpec<Services>>): Claims => {
  const archives = Map.groupBy(set.entries, ({ archive }) => archive)
  const found = new Map<StreamSpec<Services>, Array<Entry>>()
  const claim = (entries: ReadonlyArray<Entry>, candidates: ReadonlyArray<StreamSpec<Services>>): number => {
    let claimed = 0
    for (const stream of candidates) {
      const { recognises } = stream
      const own = recognises === undefined ? [] : entries.filter(({ path }) => recognises.test(path))
      if (own.length > 0) found.set(stream, [...(found.get(stream) ?? []), ...own])
      claimed += own.length
    }
    return claimed
  }
  const special = streams.filter(({ type }) => !GENERAL.has(type))
  const general = streams.filter(({ type }) => GENERAL.has(type))
  const unclaimed = [...archives].flatMap(([archive, entries]) =>
    claim(entries, special) > 0 || claim(entries, general) > 0 ? [] : [archive]
  )
  return {
    claims: [...found].map(([stream, entries]) => ({ stream, files: entries.length, paths: pathsOf(entries) })),
    unclaimed
  }
}

/** More plain files than this are named by their folder. */
const MOST_FILES = 3

const pathsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  const zips = new Set(entries.filter(({ location }) => location.kind === "zip").map(({ archive }) => archive))
  const files = new Set(entries.filter(({ location }) => location.kind === "file").map(({ archive }) => archive))
  return [...patterns(zips), ...(files.size > MOST_FILES ? [commonFolder([...files])] : files)].map(shown)
}

/** Parts of one export by one pattern, so that a part that is found later is read as well. */
const patterns = (zips: Iterable<string>): ReadonlyArray<string> =>
  [...Map.groupBy(zips, (zip) => zip.replace(/-\d{3}\.zip$/i, "-*.zip"))].flatMap(([pattern, parts]) =>
    parts.length === 1 ? parts : [pattern]
  )

const commonFolder = (files: ReadonlyArray<string>): string =>
  files
    .map((file) => dirname(resolve(file)))
    .reduce((common, folder) => {
      const [parts, others] = [common.split(sep), folder.split(sep)]
      const differ = parts.findIndex((part, index) => part !== others[index])
      return (differ < 0 ? parts : parts.slice(0, differ)).join(sep) || sep
    })

/** As short as it can be said from here. */
const shown = (path: string): string => {
  const near = relative(process.cwd(), resolve(path))
  return near === "" ? "." : near.startsWith("..") ? path : near
}

/** One source of a pipeline: `photos: { type: …, path: … }`. */
export const sourceLine = ({ paths, stream }: Claim): string => {
  const quoted = paths.map((path) => (/^[\w./~-][\w./~*-]*$/.test(path) ? path : JSON.stringify(path)))
  const path = quoted.length === 1 ? quoted[0] : `[${quoted.join(", ")}]`
  return `${sourceName(stream)}: { type: ${stream.type}, path: ${path} }`
}

/** `apple-health.samples` becomes `apple_health_samples`. */
export const sourceName = ({ type }: StreamSpec<Services>): string => type.replaceAll(/[^a-z0-9]+/gi, "_")
