/** Which files of an archive are exports, which are routes, and why the others are left out. */
import { Effect, Stream } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"

export interface Found {
  /** Files with a HealthData root, whatever their names: Apple translates them. */
  readonly exports: ReadonlyArray<Entry>
  readonly routes: ReadonlyArray<Entry>
  readonly skipped: ReadonlyArray<Skip>
  readonly rejects: ReadonlyArray<Reject>
}

/** Apple's DTD has less. */
const HEAD_BYTES = 1 << 16

const HEALTH = /<!DOCTYPE\s+HealthData|<HealthData[\s/>]/
const CLINICAL = /<ClinicalDocument[\s/>]/

const OTHERS: ReadonlyArray<readonly [pattern: RegExp, reason: string]> = [
  [/(^|\/)electrocardiograms\/.*\.csv$/i, "electrocardiograms: no stream reads them"],
  [/(^|\/)clinical[-_]records\/.*\.json$/i, "clinical records (FHIR): no stream reads them"]
]
const NOT_HEALTH = "not part of an Apple Health export"

/** Looks into the beginnings of XML files. */
export const findHealth = (set: ArchiveSet): Effect.Effect<Found, SourceError, Archives> =>
  Effect.gen(function* () {
    const exports: Array<Entry> = []
    const routes: Array<Entry> = []
    const rejects: Array<Reject> = [...set.rejects]
    const leftOut = new Map<string, Array<string>>()
    const skip = (reason: string, path: string) => {
      const paths = leftOut.get(reason)
      if (paths === undefined) leftOut.set(reason, [path])
      else paths.push(path)
    }
    for (const entry of set.entries) {
      if (/\.gpx$/i.test(entry.path)) routes.push(entry)
      else if (/\.xml$/i.test(entry.path)) {
        const head = yield* headOf(entry)
        if (head === null || !/^\s*</.test(head)) rejects.push(unreadable(entry, head))
        else if (HEALTH.test(head)) exports.push(entry)
        else if (CLINICAL.test(head)) {
          skip(
            "export_cda.xml: another format (HL7 CDA) with the same measurements, which export.xml has in full",
            entry.path
          )
        } else skip("XML of another kind", entry.path)
      } else skip(OTHERS.find(([pattern]) => pattern.test(entry.path))?.[1] ?? NOT_HEALTH, entry.path)
    }
    const skipped = Array.from(leftOut, ([reason, paths]) => ({
      reason,
      count: paths.length,
      examples: paths.slice(0, 2)
    }))
    return { exports, routes, skipped: [...set.skipped, ...skipped], rejects }
  })

/** Null: it can't be read. */
const headOf = (entry: Entry): Effect.Effect<string | null, SourceError, Archives> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    let head = ""
    return yield* archives.stream(entry).pipe(
      Stream.takeUntil((piece) => {
        head += Buffer.from(piece.subarray(0, HEAD_BYTES - head.length)).toString("latin1")
        return head.length >= HEAD_BYTES
      }),
      Stream.runDrain,
      Effect.map(() => head.replace(/^\u00ef\u00bb\u00bf/, "")),
      Effect.catch((error) => (isDamage(error) ? Effect.succeed(null) : Effect.fail(error)))
    )
  })

/** Is it this file that is broken, and not the disk or the whole archive? */
export const isDamage = ({ code }: SourceError): boolean => code === "archive-damaged" || code === "archive-truncated"

const unreadable = (entry: Entry, head: string | null): Reject => ({
  code: head === null ? "archive-damaged" : "xml-broken",
  reason:
    head === null
      ? "Its content in the archive is damaged. Export again from the Health app."
      : head === ""
        ? "The file is empty. Export again from the Health app."
        : "It is named .xml but does not begin as XML in UTF-8 does. Export again from the Health app.",
  origin: { archive: entry.archive, member: entry.path },
  position: 0,
  ...(head === null ? {} : { raw: Buffer.from(head, "latin1") })
})
