import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import fc from "fast-check"
import { expect, it } from "vitest"
import { edit } from "../../src/command/edit.ts"
import { undo } from "../../src/command/undo.ts"
import { called } from "./command.ts"
import { WHEN, dump } from "./dump.ts"
import { type Photo, rowsOf, runIn, writeEvents, writePhotos } from "./home.ts"

/** What one export of photos has: of each, a title, or none, and another hour than before. */
interface Export {
  readonly photos: ReadonlyArray<{ readonly which: number; readonly title: string | undefined; readonly hour: number }>
  readonly events: ReadonlyArray<number>
}
type Step =
  | { readonly kind: "run"; readonly export: Export }
  | { readonly kind: "edit"; readonly which: number; readonly text: string }

const PHOTOS = 4
const day = (which: number): string => `2024-05-${String(10 + which * 3)}`

const exports: fc.Arbitrary<Export> = fc.record({
  photos: fc.uniqueArray(
    fc.record({
      which: fc.nat(PHOTOS - 1),
      title: fc.constantFrom(undefined, "one", "two"),
      hour: fc.constantFrom(10, 11)
    }),
    { selector: ({ which }) => which, minLength: 1 }
  ),
  events: fc.subarray([0, 1, 2])
})
const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: exports.map((found): Step => ({ kind: "run", export: found })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("edit" as const),
        which: fc.nat(PHOTOS - 1),
        text: fc.constantFrom("mine", "yours")
      })
    }
  ),
  { minLength: 2, maxLength: 5 }
)

/** Every export has a photo that no other has: what was read before isn't read again. */
const write = (directory: string, { events, photos }: Export, turn: number) => {
  const rows = photos.map(({ hour, title, which }): Photo => ({
    name: `${which}.jpg`,
    taken: `${day(which)}T${hour}:00:00Z`,
    ...(title === undefined ? {} : { title })
  }))
  writePhotos(directory, "photos.csv", [...rows, { name: `only-${turn}.jpg`, taken: `2023-0${turn + 1}-01T10:00:00Z` }])
  writeEvents(
    directory,
    events.map((which) => ({
      title: `event ${which}`,
      starts: `${day(which)}T09:30:00Z`,
      ends: `${day(which)}T10:30:00Z`
    }))
  )
}

const ids = (home: string, which: number) =>
  rowsOf(home, `select media_id from life.media where file_name = '${which}.jpg'`)

const edited = (home: string, which: number, text: string) =>
  Effect.gen(function* () {
    const [row] = yield* ids(home, which)
    if (row === undefined) return null
    const outcome = yield* called(edit, home, { id: `media:${String(row["media_id"])}`, fields: [`title=${text}`] })
    expect(outcome.error).toBeNull()
    return String(outcome.summary.run_id)
  })

it(
  "runs and edits that are undone, in any order, leave what the others alone would have made",
  { timeout: 300_000 },
  () =>
    fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat()), async (all, chance) => {
        const directory = mkdtempSync(join(tmpdir(), "keepsake-undo-"))
        try {
          await Effect.runPromise(
            Effect.gen(function* () {
              const home = join(directory, "home")
              const done: Array<{ readonly id: string; readonly turn: number; readonly step: Step }> = []
              for (const [turn, step] of all.entries()) {
                if (step.kind === "run") write(directory, step.export, turn)
                const id =
                  step.kind === "run"
                    ? (yield* runIn(directory, home)).run_id
                    : yield* edited(home, step.which, step.text)
                if (id !== null) done.push({ id, turn, step })
              }
              const left = [...done]
              for (let undos = 1 + ((chance.next().value ?? 0) % 3); undos > 0 && left.length > 0; undos--) {
                const [chosen] = left.splice((chance.next().value ?? 0) % left.length, 1)
                if (chosen === undefined) break
                const outcome = yield* called(undo, home, { run: chosen.id, yes: true })
                if (outcome.error?.code === "edit-depends") {
                  left.push(chosen)
                  left.sort((a, b) => a.turn - b.turn)
                } else expect(outcome.error).toBeNull()
              }
              const fresh = join(directory, "fresh")
              for (const { step, turn } of left) {
                if (step.kind !== "run") continue
                write(directory, step.export, turn)
                yield* runIn(directory, fresh)
              }
              // A later edit of the same field stands for both.
              for (const { step } of left) if (step.kind === "edit") yield* edited(fresh, step.which, step.text)
              const [found, wanted] = [
                yield* dump(home, ["life", "staging"], WHEN),
                yield* dump(fresh, ["life", "staging"], WHEN)
              ]
              expect(found).toEqual(wanted)
            })
          )
        } finally {
          rmSync(directory, { recursive: true, force: true })
        }
      }),
      { numRuns: Number(process.env["UNDO_RUNS"] ?? 3), seed: 7, endOnFailure: true }
    )
)
