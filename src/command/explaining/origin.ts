/** Origins in words: the member of an archive, or the object of a provider. */
import { isAbsolute, relative } from "node:path"
import type { Origin } from "../../engine/explain/origins.ts"
import { day } from "./row.ts"

/** Where it is. */
export const placeText = ({
  account,
  archive,
  archive_present,
  connector,
  member,
  offset,
  source_id,
  stream
}: Origin) =>
  [
    `${connector}.${stream}${account === "default" ? "" : ` of ${account}`}: ${memberText(archive, member ?? shortened(source_id))}`,
    ...(offset === null ? [] : [`at byte ${offset}`]),
    ...(archive_present === false ? ["which is no longer there"] : [])
  ].join(", ")

/** Where it is, and since when it is known. */
export const originText = (origin: Origin): string => {
  const { first_seen_at, gone_at, run_id } = origin
  return [
    placeText(origin),
    `first read ${day(first_seen_at)}${run_id === null ? "" : ` by run ${run_id.slice(0, 8)}`}`,
    ...(gone_at === null ? [] : [`gone there since ${day(gone_at)}`])
  ].join(", ")
}

/** Rows without a key are known by all that they say. */
const shortened = (id: string): string => (id.length > LONGEST ? `${id.slice(0, LONGEST - 1)}…` : id)
const LONGEST = 80

/** A file by itself is its own member. */
const memberText = (archive: string | null, member: string): string =>
  archive === null ? member : archive.endsWith(`/${member}`) ? near(archive) : `${member} in ${near(archive)}`

/** Below where the command was given, paths are told from there. */
const near = (path: string): string => {
  if (!isAbsolute(path)) return path
  const short = relative(process.cwd(), path)
  return short.startsWith("..") || short === "" ? path : short
}
