/** Which sidecar, original and moving half belongs to which picture: pure, over one folder of all parts at once. */
import { liveGroups, pairsOf, sameByName } from "../media/live.ts"
import { type FileName, nameOf, parseName } from "../media/name.ts"
import { type Folder, type Member, type SidecarMember, grouped, indexFolder } from "./candidates.ts"
import { isCut, originalStems, titleLeadsTo } from "./naming.ts"

export type MatchStatus = "matched" | "ambiguous" | "orphan"

export interface Match<M, S> {
  /** Its sidecar; null: there is none, or it can't be told which. */
  readonly found: S | null
  /** Of an edited copy. */
  readonly original: M | null
  readonly status: MatchStatus
  /** `matched: …`, `ambiguous: …` or `orphan: …`, with the reason. */
  readonly words: string
}

export interface FolderMatches<M, S> {
  /** For every picture that isn't the moving half of another. */
  readonly matches: ReadonlyMap<M, Match<M, S>>
  readonly halves: ReadonlyMap<M, M>
  /** Sidecars that no picture asked for. */
  readonly unused: ReadonlyArray<S>
}

/** What was found by name, before it is known which archive's sidecar counts. */
interface Finding<S> {
  readonly status: MatchStatus
  readonly reason: string
  /** If matched, all must say the same. */
  readonly sidecars: ReadonlyArray<S>
}

interface Found<M, S> {
  readonly finding: Finding<S>
  readonly original: M | null
}

const NONE = "no sidecar of its name in its folder"

const list = (members: ReadonlyArray<Member>): string =>
  [...new Set(members.map(({ name }) => name))].toSorted().join(", ")

const byArchive = (a: Member, b: Member): number => (a.archive < b.archive ? -1 : a.archive > b.archive ? 1 : 0)

/** What a picture's own name leads to; null: nothing. */
const ownFinding = <M extends Member, S extends SidecarMember>(
  folder: Folder<M, S>,
  parts: FileName,
  name: string
): Finding<S> | null => {
  const by = (sidecars: ReadonlyArray<S>, reason: string): Finding<S> | null =>
    sidecars.length === 0 ? null : { status: "matched", reason, sidecars }
  const exact = by(folder.exact(parts), "by its name")
  if (exact !== null) return exact
  const { fitting, contested } = folder.loose(parts, name)
  if (contested.length > 0)
    return { status: "ambiguous", reason: `${list(contested)} fits other pictures as well`, sidecars: contested }
  // Of a short name the title must not name another file, such as one of another format.
  const allowed = isCut(parts)
    ? fitting
    : fitting.filter(({ sidecar }) => titleLeadsTo(sidecar?.title ?? null, parts) !== false)
  return by(allowed, "by its name, which is cut") ?? by(folder.short(parts), "by its name and title, both cut")
}

/** The half of each still. A half has no sidecar of its own; a cut name may lead it to that of its still. */
const findHalves = <M extends Member, S extends SidecarMember>(pictures: ReadonlyArray<M>, folder: Folder<M, S>) => {
  const sidecarsOf = (name: string): ReadonlyArray<S> => ownFinding(folder, parseName(name), name)?.sidecars ?? []
  const standsAlone = (still: string, half: string): boolean => {
    const stills = new Set(sidecarsOf(still))
    return sidecarsOf(half).some((sidecar) => !stills.has(sidecar))
  }
  const names = [...new Set(pictures.map(({ name }) => name))].map((name) => ({ name }))
  const pairs = liveGroups(names).flatMap((group) =>
    pairsOf(group, (still, half) => sameByName(still.name, half.name) && !standsAlone(still.name, half.name))
  )
  return new Map(pairs.map(({ still, half }) => [still.name, half.name]))
}

/** Finds by name: its own, else its original's, else that of the pictures whose long name it shares. */
const finder = <M extends Member, S extends SidecarMember>(folder: Folder<M, S>) => {
  const search = (file: M): Found<M, S> => {
    const parts = parseName(file.name)
    const own = ownFinding(folder, parts, file.name)
    if (own?.status === "matched") return { finding: own, original: null }
    // Originals have shorter names, so that this ends.
    for (const stem of originalStems(parts)) {
      const original = folder.original(stem, file)
      if (original !== null) {
        const { finding } = search(original)
        return { finding: { ...finding, reason: `as its original ${original.name}, ${finding.reason}` }, original }
      }
      const sidecars = folder.exact(parseName(stem + parts.extension))
      const reason = "by the name of its original, which is missing"
      if (sidecars.length > 0) return { finding: { status: "matched", reason, sidecars }, original }
    }
    const orphan: Found<M, S> = { finding: own ?? { status: "orphan", reason: NONE, sidecars: [] }, original: null }
    if (own !== null || parts.number === "" || parts.base.endsWith(" ") || !isCut(parts)) return orphan
    // Numbers are lost where names are so long that nothing of the extension is left.
    const first = folder.twins(parts).find(({ name }) => parseName(name).number === "")
    const bare = { ...parts, number: "" }
    const shared = first === undefined ? ownFinding(folder, bare, file.name) : ownFinding(folder, bare, first.name)
    return shared === null
      ? orphan
      : { finding: { ...shared, reason: `shared by pictures of one long name, ${shared.reason}` }, original: null }
  }
  return search
}

// `takeout-20240101T000000Z-003.zip` and `…-3-009.zip` are parts of one export.
const exportOf = (archive: string): string => nameOf(archive).replace(/(?:-\d+)?-\d{3,}\.\w+$/, "")

/** Of the files with one name, those nearest to an archive: in it, in its export, anywhere. */
const nearest = <A extends Member>(files: ReadonlyArray<A>, archive: string): ReadonlyArray<A> => {
  if (files.length < 2) return files
  const inside = files.filter((file) => file.archive === archive)
  if (inside.length > 0) return inside
  const beside = files.filter((file) => exportOf(file.archive) === exportOf(archive))
  return (beside.length > 0 ? beside : files).toSorted(byArchive)
}

/** Chooses among the archives. Sidecars that say the same count as one. */
const resolve = <S extends SidecarMember>(
  { status, reason, sidecars }: Finding<S>,
  archive: string
): Omit<Match<never, S>, "original"> => {
  if (status !== "matched") return { found: null, status, words: `${status}: ${reason}` }
  const files = [...grouped(sidecars, ({ name }) => [name]).values()].flatMap((group) => nearest(group, archive))
  const readable = files.filter(({ sidecar }) => sidecar !== null).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const [first] = readable
  if (first === undefined)
    return { found: null, status: "orphan", words: `orphan: its sidecar ${list(files)} is broken` }
  const agree = readable.length === 1 || new Set(readable.map(({ sidecar }) => JSON.stringify(sidecar))).size === 1
  return agree
    ? { found: first, status: "matched", words: `matched: ${reason}: ${list(readable)}` }
    : { found: null, status: "ambiguous", words: `ambiguous: its sidecars disagree: ${list(readable)}` }
}

/** Finds for each picture of a folder its sidecar, original and half. The order of the files doesn't matter. */
export const matchFolder = <M extends Member, S extends SidecarMember>(
  pictures: ReadonlyArray<M>,
  sidecars: ReadonlyArray<S>
): FolderMatches<M, S> => {
  const halfNames = findHalves(pictures, indexFolder(pictures, sidecars))
  const moving = new Set(halfNames.values())
  const rows = pictures.filter(({ name }) => !moving.has(name))
  const search = finder(indexFolder(rows, sidecars))
  const files = grouped(pictures, ({ name }) => [name])

  const matches = new Map<M, Match<M, S>>()
  const halves = new Map<M, M>()
  const used = new Set<S>()
  for (const file of rows) {
    const { finding, original } = search(file)
    for (const sidecar of finding.sidecars) used.add(sidecar)
    matches.set(file, { ...resolve(finding, file.archive), original })
    const half = halfNames.get(file.name)
    const [near] = half === undefined ? [] : nearest(files.get(half) ?? [], file.archive)
    if (near !== undefined) halves.set(file, near)
  }
  return { matches, halves, unused: sidecars.filter((sidecar) => !used.has(sidecar)) }
}
