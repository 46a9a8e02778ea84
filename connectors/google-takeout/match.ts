/** Which sidecar, original and moving half belongs to which picture: pure, over one folder of all parts at once. */
import { liveGroups, pairsOf, sameByName } from "../media/live.ts"
import { type FileName, kindByName, nameOf, parseName } from "../media/name.ts"
import { type Folder, type Member, type SidecarMember, grouped, indexFolder } from "./candidates.ts"
import { isCut, originalStems, startsAlike, titleLeadsTo } from "./naming.ts"

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

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byArchive = (a: Member, b: Member): number => byText(a.archive, b.archive)

/** A title may lack the extension, which Google then adds to the picture's name alone. */
const mayBeTitle = (title: string | null, parts: FileName): boolean =>
  title === null ||
  titleLeadsTo(title, parts) === true ||
  (kindByName(title) === null && startsAlike(title.normalize("NFC"), parts.base))

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
  const allowed = isCut(parts) ? fitting : fitting.filter(({ sidecar }) => mayBeTitle(sidecar?.title ?? null, parts))
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

/**
 * May a numbered picture have the sidecar without a number? Google loses the number where a name is so long that nothing
 * of its extension is left, and of portraits (`…_P`), whose two files have one sidecar. Else it would be a stranger's.
 */
const sharesSidecar = (parts: FileName): boolean =>
  parts.number !== "" && !parts.base.endsWith(" ") && (isCut(parts) || parts.base.endsWith("_P"))

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
      const gone = parseName(stem + parts.extension)
      const named = ownFinding(folder, gone, file.name)
      // It may have had another format.
      const sidecars = named?.status === "matched" ? named.sidecars : folder.byStem(gone)
      const reason = "by the name of its original, which is missing"
      if (sidecars.length > 0) return { finding: { status: "matched", reason, sidecars }, original }
    }
    const orphan: Found<M, S> = { finding: own ?? { status: "orphan", reason: NONE, sidecars: [] }, original: null }
    if (own !== null || !sharesSidecar(parts)) return orphan
    const first = folder.twins(parts).find(({ name }) => parseName(name).number === "")
    const bare = { ...parts, number: "" }
    const shared = first === undefined ? ownFinding(folder, bare, file.name) : ownFinding(folder, bare, first.name)
    return shared === null
      ? orphan
      : { finding: { ...shared, reason: `shared by pictures of one name, ${shared.reason}` }, original: null }
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

// Exports are named by their time; within one, the new naming is the longer.
const newestFirst = (a: Member, b: Member): number =>
  byText(exportOf(b.archive), exportOf(a.archive)) || b.name.length - a.name.length || byText(a.name, b.name)

/** Two exports may describe a picture differently, because its owner changed a caption in between. */
const isSamePicture = (a: SidecarMember, b: SidecarMember): boolean =>
  JSON.stringify(a.sidecar) === JSON.stringify(b.sidecar) ||
  (a.sidecar !== null &&
    b.sidecar !== null &&
    a.sidecar.title !== null &&
    a.sidecar.title === b.sidecar.title &&
    a.sidecar.takenAt !== null &&
    a.sidecar.takenAt === b.sidecar.takenAt)

/** Chooses among the archives. Of several sidecars of the same picture the newest counts. */
const resolve = <S extends SidecarMember>(
  { status, reason, sidecars }: Finding<S>,
  archive: string
): Omit<Match<never, S>, "original"> => {
  if (status !== "matched") return { found: null, status, words: `${status}: ${reason}` }
  const files = [...grouped(sidecars, ({ name }) => [name]).values()].flatMap((group) => nearest(group, archive))
  const readable = files.filter(({ sidecar }) => sidecar !== null).toSorted(newestFirst)
  const [first] = readable
  if (first === undefined)
    return { found: null, status: "orphan", words: `orphan: its sidecar ${list(files)} is broken` }
  if (!readable.every((other) => other === first || isSamePicture(first, other)))
    return { found: null, status: "ambiguous", words: `ambiguous: its sidecars disagree: ${list(readable)}` }
  return { found: first, status: "matched", words: `matched: ${reason}: ${list(readable)}` }
}

/** Finds for each picture of a folder its sidecar, original and half. The order of the files doesn't matter. */
export const matchFolder = <M extends Member, S extends SidecarMember>(
  pictures: ReadonlyArray<M>,
  sidecars: ReadonlyArray<S>
): FolderMatches<M, S> => {
  const whole = indexFolder(pictures, sidecars)
  const halfNames = findHalves(pictures, whole)
  const moving = new Set(halfNames.values())
  const rows = pictures.filter(({ name }) => !moving.has(name))
  const search = finder(rows.length === pictures.length ? whole : indexFolder(rows, sidecars))
  const halfFiles = grouped(
    pictures.filter(({ name }) => moving.has(name)),
    ({ name }) => [name]
  )

  const matches = new Map<M, Match<M, S>>()
  const halves = new Map<M, M>()
  const used = new Set<S>()
  for (const file of rows) {
    const { finding, original } = search(file)
    for (const sidecar of finding.sidecars) used.add(sidecar)
    matches.set(file, { ...resolve(finding, file.archive), original })
    const half = halfNames.get(file.name)
    const [near] = half === undefined ? [] : nearest(halfFiles.get(half) ?? [], file.archive)
    if (near !== undefined) halves.set(file, near)
  }
  return { matches, halves, unused: sidecars.filter((sidecar) => !used.has(sidecar)) }
}
