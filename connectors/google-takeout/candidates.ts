/** The files of one folder by all names under which a picture may look for its sidecar, original or twins. */
import { type FileName, kindByName, parseName, stemOf } from "../media/name.ts"
import type { PhotoSidecar } from "./json.ts"
import {
  type SidecarKey,
  keysByStem,
  looseKeys,
  ownKeys,
  shortKey,
  sidecarKeys,
  startsAlike,
  stemKeys,
  titleLeadsTo
} from "./naming.ts"

/** A file of the folder, in one of the parts of the export. */
export interface Member {
  readonly archive: string
  readonly name: string
}

export interface SidecarMember extends Member {
  /** Null: the file is broken. */
  readonly sidecar: PhotoSidecar | null
}

export interface Candidates<S> {
  readonly fitting: ReadonlyArray<S>
  /** Those that other pictures may claim with equal right. */
  readonly contested: ReadonlyArray<S>
}

export interface Folder<M, S> {
  /** Sidecars whose name shows the picture's whole name. */
  readonly exact: (name: FileName) => ReadonlyArray<S>
  /** Sidecars whose name shows a part of it, and whose title isn't another's. `self` is no rival of its own. */
  readonly loose: (name: FileName, self: string) => Candidates<S>
  /** Sidecars that were cut with their picture, to less than the usual length; only the title shows what belongs to what. */
  readonly short: (name: FileName) => ReadonlyArray<S>
  /** Sidecars of a picture with this stem, whatever its extension. */
  readonly byStem: (name: FileName) => ReadonlyArray<S>
  /** The picture with this stem that `copy` most probably is an edited copy of. */
  readonly original: (stem: string, copy: M) => M | null
  /** Pictures of this name but for the number. */
  readonly twins: (name: FileName) => ReadonlyArray<M>
}

/** Items by each of their keys, in their order. */
export const grouped = <A>(items: ReadonlyArray<A>, keysOf: (item: A) => ReadonlyArray<string>) => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [item])
      else group.push(item)
    }
  }
  return groups
}

const lookUp = <A>(
  groups: ReadonlyMap<string, ReadonlyArray<A>>,
  keys: ReadonlyArray<SidecarKey>
): ReadonlyArray<A> => {
  const found = keys.flatMap((key) => groups.get(key) ?? [])
  return found.length > 1 ? [...new Set(found)] : found
}

/** Computed when it is first asked for. */
const once = <A>(compute: () => A): (() => A) => {
  let known: { readonly value: A } | null = null
  return () => (known ??= { value: compute() }).value
}

const nameKey = ({ base, extension }: FileName): string => base + extension

/** Effects make videos of pictures; the other way round it is chance. */
const isPhotoOfVideo = (copy: Member, original: Member): boolean =>
  kindByName(copy.name) === "photo" && kindByName(original.name) === "video"

const likeness = (copy: Member, original: Member): number =>
  (parseName(copy.name).extension.toLowerCase() === parseName(original.name).extension.toLowerCase() ? 4 : 0) +
  (kindByName(copy.name) === kindByName(original.name) ? 2 : 0) +
  (copy.archive === original.archive ? 1 : 0)

export const indexFolder = <M extends Member, S extends SidecarMember>(
  pictures: ReadonlyArray<M>,
  sidecars: ReadonlyArray<S>
): Folder<M, S> => {
  const byKey = grouped(sidecars, ({ name }) => sidecarKeys(name))
  // Most pictures have a sidecar that shows their whole name: the rest is indexed when it is first asked for.
  const bySidecarStem = once(() => grouped(sidecars, ({ name }) => stemKeys(name)))
  const byStem = once(() => grouped(pictures, ({ name }) => [stemOf(parseName(name))]))
  const byName = once(() => grouped(pictures, ({ name }) => [nameKey(parseName(name))]))
  const rivals = once(() =>
    grouped([...new Set(pictures.map(({ name }) => name))], (name) => looseKeys(parseName(name)))
  )
  const exact = (name: FileName) => lookUp(byKey, ownKeys(name))

  const verdict = (name: FileName, self: string, key: SidecarKey, sidecar: S): keyof Candidates<S> | "others" => {
    const title = sidecar.sidecar?.title ?? null
    const others = (rivals().get(key) ?? [])
      .filter((other) => other !== self)
      .map(parseName)
      .filter((other) => exact(other).length === 0)
    if (others.length === 0) return "fitting"
    const leadsElsewhere = others.some((other) => titleLeadsTo(title, other) === true)
    if (titleLeadsTo(title, name) === true) return leadsElsewhere ? "contested" : "fitting"
    return leadsElsewhere ? "others" : "contested"
  }

  return {
    exact,
    loose: (name, self) => {
      const judged = { fitting: new Set<S>(), contested: new Set<S>(), others: new Set<S>() }
      for (const key of looseKeys(name))
        for (const sidecar of byKey.get(key) ?? []) judged[verdict(name, self, key, sidecar)].add(sidecar)
      return { fitting: [...judged.fitting], contested: [...judged.contested] }
    },
    short: (name) => {
      const key = shortKey(name)
      return (key === null ? [] : (byKey.get(key) ?? [])).filter(({ sidecar }) => {
        const title = sidecar?.title?.normalize("NFC") ?? ""
        return parseName(title).base.length > name.base.length && startsAlike(title, name.base)
      })
    },
    byStem: (name) => lookUp(bySidecarStem(), keysByStem(name)),
    original: (stem, copy) => {
      const [first] = (byStem().get(stem) ?? [])
        .filter((candidate) => candidate.name !== copy.name && !isPhotoOfVideo(copy, candidate))
        .toSorted((a, b) => likeness(copy, b) - likeness(copy, a) || (a.name < b.name ? -1 : 1))
      return first ?? null
    },
    twins: (name) => byName().get(nameKey(name)) ?? []
  }
}
