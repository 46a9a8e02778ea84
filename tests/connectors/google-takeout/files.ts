/** Files of a folder for tests of the matcher. */
import type { PhotoSidecar } from "../../../connectors/google-takeout/json.ts"
import { EpochMillis } from "../../../src/component/column.ts"

export interface File {
  readonly archive: string
  readonly name: string
}

export interface SidecarFile extends File {
  readonly sidecar: PhotoSidecar
}

const PART = "takeout-20240101T000000Z-001.zip"

export const picture = (name: string, archive = PART): File => ({ archive, name })

// No two sidecars say the same by chance.
const timeFor = (name: string): number =>
  1_500_000_000_000 + (Array.from(name).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1e9)

export const sidecar = (
  name: string,
  title: string | null = null,
  { archive = PART, ...said }: Partial<PhotoSidecar> & { readonly archive?: string } = {}
): SidecarFile => ({
  archive,
  name,
  sidecar: {
    title,
    description: null,
    takenAt: EpochMillis(timeFor(name)),
    takenLocal: null,
    position: null,
    people: [],
    trashed: false,
    fromPartner: false,
    sharers: [],
    ...said
  }
})
