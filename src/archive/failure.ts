/** The errors of archives, each with what to do next. */
import type { Reject } from "../component/batch.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { ContentFailure } from "./content.ts"

const AGAIN = "Download this part of the export again, then run once more: what is stored already stays."

export const truncated = (path: string, detail: string): SourceError =>
  sourceError("archive-truncated", `${path} is cut short: ${detail}.`, AGAIN)

export const damaged = (path: string, detail: string): SourceError =>
  sourceError("archive-damaged", `${path} is damaged: ${detail}.`, AGAIN)

/** A tar archive, compressed or not: it has no directory, so its members can't be read where they lie. */
export const tarArchive = (path: string): SourceError =>
  sourceError(
    "archive-tgz",
    `${path} is a tar archive (.tgz), which can't be read in place.`,
    "Order the export again as .zip, or unpack the file and give its folder as path.",
    { fault: "pipeline" }
  )

export const notZip = (path: string, found: string): SourceError =>
  sourceError(
    "archive-not-zip",
    `${path} is named .zip but holds ${found}.`,
    "Download the archive itself again (while signed in, if the provider asks for it), or give the path of another file.",
    { fault: "pipeline" }
  )

export const splitArchive = (path: string): SourceError =>
  sourceError(
    "archive-split",
    `${path} is one disk of a zip that was split.`,
    "Join the disks to one zip (`zip -s 0 split.zip --out whole.zip`), or unpack them and give the folder as path.",
    { fault: "pipeline" }
  )

export const encryptedArchive = (path: string): SourceError =>
  sourceError(
    "archive-encrypted",
    `${path} is encrypted.`,
    "Unpack it with its password and give the folder as path.",
    { fault: "pipeline" }
  )

/** Reading or writing failed: `EACCES`, `ENOSPC`, an unplugged disk. */
export const systemFailure = (path: string, action: string, cause: unknown): SourceError => {
  const { code, text } = describe(cause)
  if (code === "ENOENT") return changed(path, "it is gone")
  if (code === "EACCES" || code === "EPERM")
    return sourceError(
      "file-not-readable",
      `${path} can't be ${action}: permission denied.`,
      "Grant read access to it."
    )
  if (code === "ENOSPC")
    return sourceError("disk-full", `${path} can't be ${action}: the disk is full.`, "Free some space and run again.")
  return sourceError(
    "file-io",
    `${path} can't be ${action}: ${text}.`,
    "Check that its disk is connected and sound, then run again.",
    { retryable: true }
  )
}

/** What the directory said no longer holds. */
export const changed = (path: string, detail: string): SourceError =>
  sourceError(
    "file-changed",
    `${path} changed since it was listed: ${detail}.`,
    "Wait until nothing writes there any more, then run again."
  )

export const tooLarge = (path: string, bytes: number, limit: number): SourceError =>
  sourceError(
    "entry-too-large",
    `${path} has ${bytes} bytes; at most ${limit} can be read at once here.`,
    "Take the file out of the archive, or split it."
  )

/** An entry's content can't be read, or isn't what the archive's directory says. */
export const entryFailure = (file: string, path: string, cause: unknown): SourceError => {
  if (!(cause instanceof ContentFailure)) return systemFailure(file, "read", cause)
  return cause.cut ? truncated(file, `${path} is not in it any more`) : damaged(file, `of ${path}, ${cause.message}`)
}

/** An archive, or a member of one, that is left aside for what is wrong with it. */
export const rejectOf = (error: SourceError, archive: string, member: string | null): Reject => ({
  code: error.code,
  reason: `${error.message} ${error.hint}`,
  origin: { archive, member }
})

const describe = (cause: unknown): { readonly code: string | null; readonly text: string } =>
  cause instanceof Error
    ? { code: "code" in cause && typeof cause.code === "string" ? cause.code : null, text: cause.message }
    : { code: null, text: String(cause) }
