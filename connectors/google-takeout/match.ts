/** Which sidecar, original and moving half belongs to which picture: pure, over all files of all parts at once. */
import { liveGroups, pairsOf, sameByName } from "../media/live.ts"
import { type FileName, folderOf, nameOf, parseName, stemOf } from "../media/name.ts"
import { originalName } from "./edited.ts"
import type { PhotoSidecar } from "./json.ts"
import { type Certainty, type SidecarName, sharedNames, sidecarNames, titleFits } from "./sidecar-name.ts"

/** A file of the export: the same path can be in several archives. */
export interface Located {
  readonly archive: string
  readonly path: string
}

export interface SidecarFile extends Located {
  /** Null: it could not be read. */
  readonly sidecar: PhotoSidecar | null
}

export type Match =
  | { readonly status: "matched"; readonly sidecar: PhotoSidecar; readonly reason: string }
  | { readonly status: "ambiguous" | "orphan"; readonly sidecar: null; readonly reason: string }

export interface MatchedMedia<F> {
  readonly file: F
  readonly match: Match
  /** Path of the original, for an edited copy. */
  readonly editedFrom: string | null
  /** The moving half of a live photo: it has no place of its own in the result. */
  readonly half: F | null
}

export interface Matching<F> {
  /** In the order of the input. */
  readonly media: ReadonlyArray<MatchedMedia<F>>
  /** Sidecars that no picture asked for. */
  readonly unused: ReadonlyArray<SidecarFile>
}

type Files<F> = ReadonlyMap<string, ReadonlyArray<F>>

/** The sidecars that a picture's name leads to; several mean that they must say the same. */
interface Claim {
  readonly names: ReadonlyArray<string>
  readonly certainty: Certainty
}

/** A picture's answer, before it is known in which archive it lies. */
interface Finding {
  readonly names: ReadonlyArray<string>
  /** How the names were found; or why there are none, or none can be used. */
  readonly reason: string
  readonly status: "found" | "ambiguous" | "orphan"
  readonly editedFrom: string | null
}

const NONE = "no sidecar of its name in its folder"

const grouped = <T>(items: ReadonlyArray<T>, keyOf: (item: T) => string): Map<string, Array<T>> => {
  const groups = new Map<string, Array<T>>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

const claimOf = (groups: ReadonlyArray<ReadonlyArray<SidecarName>>, sidecars: Files<SidecarFile>): Claim | null => {
  for (const group of groups) {
    const found = group.filter(({ name }) => sidecars.has(name))
    const [first] = found
    if (first !== undefined) return { names: [...new Set(found.map(({ name }) => name))], certainty: first.certainty }
  }
  return null
}

/** Whether a sidecar's title allows the picture, forbids it, or is silent. */
const titleSays = (files: ReadonlyArray<SidecarFile>, name: FileName): boolean | null => {
  const titles = files.flatMap(({ sidecar }) => sidecar?.title ?? [])
  return titles.length === 0 ? null : titles.some((title) => titleFits(title, name))
}

/** What stands in one folder, and what was found for the pictures in it. */
const matchFolder = <F extends Located>(media: Files<F>, sidecars: Files<SidecarFile>, folder: string) => {
  const parsed = new Map([...media.keys()].map((name) => [name, parseName(name)]))
  const claims = new Map<string, Claim>()
  for (const [name, parts] of parsed) {
    const claim = claimOf(sidecarNames(parts), sidecars)
    if (claim !== null) claims.set(name, claim)
  }

  // A half has no sidecar of its own; a clipped name may lead it to that of its picture.
  const standsAlone = (still: string, half: string): boolean => {
    const names = claims.get(still)?.names ?? []
    return claims.get(half)?.names.some((name) => !names.includes(name)) ?? false
  }
  const halves = new Map<string, string>()
  const pairs = liveGroups([...media.keys()].map((name) => ({ name }))).flatMap((group) =>
    pairsOf(group, (still, half) => sameByName(still.name, half.name) && !standsAlone(still.name, half.name))
  )
  for (const { still, half } of pairs) {
    halves.set(still.name, half.name)
    parsed.delete(half.name)
    claims.delete(half.name)
  }

  const claimants = grouped(
    [...claims].flatMap(([name, { names }]) => names.map((sidecar) => ({ name, sidecar }))),
    ({ sidecar }) => sidecar
  )
  /** Why a picture can't have what its name led to; null: it can. */
  const objection = (name: string, parts: FileName, { names, certainty }: Claim) => {
    if (certainty === "whole") return null
    for (const sidecar of names) {
      const rivals = (claimants.get(sidecar) ?? []).map((claimant) => claimant.name).filter((other) => other !== name)
      const fits = titleSays(sidecars.get(sidecar) ?? [], parts)
      const surer = rivals.find((other) => claims.get(other)?.certainty === "whole")
      if (surer !== undefined) return { status: "orphan", reason: `${sidecar} belongs to ${surer}` } as const
      if (fits === false && (certainty === "stem" || rivals.length > 0))
        return { status: "orphan", reason: `the title in ${sidecar} names another picture` } as const
      const equals = rivals.filter((other) => titleSays(sidecars.get(sidecar) ?? [], parseName(other)) === fits)
      if (equals.length > 0)
        return {
          status: "ambiguous",
          reason: `${sidecar} could belong to ${[name, ...equals].toSorted().join(" or ")}`
        } as const
    }
    return null
  }

  const findings = new Map<string, Finding>()
  const open: Array<readonly [name: string, parts: FileName, finding: Finding]> = []
  for (const [name, parts] of parsed) {
    const claim = claims.get(name)
    const refused = claim === undefined ? null : objection(name, parts, claim)
    if (claim !== undefined && refused === null) {
      findings.set(name, { names: claim.names, reason: "by its name", status: "found", editedFrom: null })
    } else {
      const { status, reason } = refused ?? { status: "orphan", reason: NONE }
      open.push([name, parts, { names: claim?.names ?? [], reason, status, editedFrom: null }])
    }
  }

  const byStem = grouped([...parsed], ([, parts]) => stemOf(parts))
  const originalOf = (original: FileName): string | null => {
    const same = stemOf(original) + original.extension
    if (parsed.has(same)) return same
    const others = byStem.get(stemOf(original)) ?? []
    return others.length === 1 ? (others[0]?.[0] ?? null) : null
  }
  const shared = (original: string, finding: Finding | undefined): Finding => ({
    names: finding?.names ?? [],
    reason: finding?.status === "found" ? `by the name of its original ${original}` : (finding?.reason ?? NONE),
    status: finding?.status ?? "orphan",
    editedFrom: folder === "" ? original : `${folder}/${original}`
  })
  const missing = open.filter(([name, parts, finding]) => {
    const original = originalName(parts)
    const present = original === null ? null : originalOf(original)
    if (original === null || present === name) return true
    if (present !== null) return false
    const claim = claimOf(sidecarNames(original).slice(0, 2), sidecars)
    if (claim === null) return true
    findings.set(name, { ...finding, names: claim.names, reason: "by the name of its original", status: "found" })
    return false
  })
  for (const [name, parts, finding] of missing) {
    const claim = finding.status === "orphan" ? claimOf([sharedNames(parts)], sidecars) : null
    findings.set(
      name,
      claim === null
        ? finding
        : { ...finding, names: claim.names, reason: "shared by pictures with one long name", status: "found" }
    )
  }
  // An edited copy of an edited copy comes after it: copies of shorter names first.
  for (const [name, parts] of open.toSorted((a, b) => a[0].length - b[0].length)) {
    const original = findings.has(name) ? null : originalName(parts)
    const present = original === null ? null : originalOf(original)
    if (present !== null) findings.set(name, shared(present, findings.get(present)))
  }
  return { findings, halves }
}

// `takeout-20240101T000000Z-003.zip` and `…-3-009.zip` are parts of one export.
const exportOf = (archive: string): string => nameOf(archive).replace(/(?:-\d+)?-\d{3,}\.\w+$/, "")

/** Of the files with one path, those nearest to an archive: in it, in its export, anywhere. */
const nearest = <F extends Located>(files: ReadonlyArray<F>, archive: string): ReadonlyArray<F> => {
  if (files.length < 2) return files
  const inside = files.filter((file) => file.archive === archive)
  if (inside.length > 0) return inside
  const beside = files.filter((file) => exportOf(file.archive) === exportOf(archive))
  return beside.length > 0 ? beside : files.toSorted((a, b) => (a.archive < b.archive ? -1 : 1))
}

const matchOf = (finding: Finding, sidecars: Files<SidecarFile>, archive: string): Match => {
  const { names, reason, status } = finding
  const none = (is: "ambiguous" | "orphan", why: string): Match => ({ status: is, sidecar: null, reason: why })
  if (status !== "found") return none(status, reason)
  const words = names.join(", ")
  const stated = names
    .flatMap((name) => nearest(sidecars.get(name) ?? [], archive))
    .flatMap(({ sidecar }) => sidecar ?? [])
  const [first] = stated
  if (first === undefined) return none("orphan", `its sidecar ${words} is broken`)
  const same = stated.length === 1 || new Set(stated.map((sidecar) => JSON.stringify(sidecar))).size === 1
  return same
    ? { status: "matched", sidecar: first, reason: `${reason}: ${words}` }
    : none("ambiguous", `its sidecars disagree: ${words}`)
}

/** Finds for each media file its sidecar, original and half. The order of the input doesn't matter. */
export const matchMedia = <F extends Located>(
  media: ReadonlyArray<F>,
  sidecars: ReadonlyArray<SidecarFile>
): Matching<F> => {
  const sidecarFolders = grouped(sidecars, ({ path }) => folderOf(path))
  const used = new Set<SidecarFile>()
  const results = new Map<F, MatchedMedia<F>>()
  for (const [folder, files] of grouped(media, ({ path }) => folderOf(path))) {
    const byName = grouped(files, ({ path }) => nameOf(path))
    const sidecarsByName = grouped(sidecarFolders.get(folder) ?? [], ({ path }) => nameOf(path))
    const { findings, halves } = matchFolder(byName, sidecarsByName, folder)
    for (const [name, finding] of findings) {
      if (finding.status !== "orphan")
        for (const sidecar of finding.names) for (const file of sidecarsByName.get(sidecar) ?? []) used.add(file)
      const half = halves.get(name)
      for (const file of byName.get(name) ?? []) {
        results.set(file, {
          file,
          match: matchOf(finding, sidecarsByName, file.archive),
          editedFrom: finding.editedFrom,
          half: half === undefined ? null : (nearest(byName.get(half) ?? [], file.archive)[0] ?? null)
        })
      }
    }
  }
  return {
    media: media.flatMap((file) => results.get(file) ?? []),
    unused: sidecars.filter((file) => file.sidecar !== null && !used.has(file))
  }
}
