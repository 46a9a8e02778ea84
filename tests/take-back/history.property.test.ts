import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Option } from "effect"
import fc from "fast-check"
import { expect, it } from "vitest"
import { edit, hide, merge, split, unhide } from "../../src/command/edit.ts"
import { run } from "../../src/command/run.ts"
import { undo } from "../../src/command/undo.ts"
import { runText } from "../support/engine.ts"
import { called } from "./command.ts"
import { type Dump, WHEN, dump } from "./dump.ts"
import { rowsOf } from "./home.ts"
import { addToDerived, derivedPipeline, writeDerived } from "./derived.ts"

const TYPES = ["moments", "memory", "people", "media"] as const
type Type = (typeof TYPES)[number]

/** Something done to some of a type; `which` are places in the list of what there is then. */
interface Act {
  readonly kind: "edit" | "hide" | "unhide" | "merge" | "split" | "move"
  readonly type: Type
  readonly which: ReadonlyArray<number>
}
type Step = Act | { readonly kind: "import" } | { readonly kind: "undo" }

/** How much there is more at first. */
const BEFORE = 3

const which = fc.array(fc.nat(20), { minLength: 2, maxLength: 3 })
const type = fc.constantFrom(...TYPES)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("merge" as const, "split" as const),
      type: fc.constantFrom("moments" as const, "moments" as const, "people" as const),
      which
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("edit" as const, "hide" as const, "unhide" as const, "merge" as const, "move" as const),
      type,
      which
    })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("undo" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("import" as const) }) }
)

/** Ids of all there is of a type. */
const ALL: { readonly [T in Type]: string } = {
  moments: "select 'memory:' || memory_id as id from life.memories where kind in ('event', 'moment')",
  memory: "select 'memory:' || memory_id as id from life.memories",
  people: "select 'people:' || person_id as id from life.people",
  media: "select 'media:' || media_id as id from life.media"
}

const idsOf = (home: string, of: Type) =>
  Effect.map(rowsOf(home, `${ALL[of]} order by 1`), (rows) => rows.map(({ id }) => String(id)))

const picked = (from: ReadonlyArray<string>, which: ReadonlyArray<number>) =>
  from.length === 0 ? [] : [...new Set(which.map((at) => from[at % from.length] ?? ""))]

/** Of a whole: what was merged into it, else what it is made of. */
const partsOf = (home: string, whole: string) =>
  Effect.gen(function* () {
    const id = whole.slice(whole.indexOf(":") + 1)
    const merged = yield* rowsOf(
      home,
      `select entity_id::varchar as part from life.edits where field = 'merged_into' and (value->>'$') = '${id}' order by 1`
    )
    const members = yield* rowsOf(
      home,
      `select case when to_type = 'people' then '' else to_type || ':' end || to_id::varchar as part from life.links where from_id = '${id}' and relation in ('contains', 'same_as') order by 1`
    )
    return (merged.length > 0 ? merged : members).map(({ part }) => String(part))
  })

/** What any of them contains, hosts, attends or appears in. */
const membersOf = (home: string, ids: ReadonlyArray<string>) =>
  rowsOf(
    home,
    `select distinct relation, to_id from life.links where relation <> 'same_as'
      and from_type || ':' || from_id in (${ids.map((id) => `'${id}'`).join(", ") || "''"}) order by all`
  )

const act = (home: string, directory: string, step: Exclude<Step, { readonly kind: "undo" }>, turn: number) =>
  Effect.gen(function* () {
    if (step.kind === "import") {
      addToDerived(directory, BEFORE + turn)
      return (yield* runText(derivedPipeline(directory), home)).run_id
    }
    const ids = picked(yield* idsOf(home, step.type), step.which)
    const [first = ""] = ids
    const title = step.type === "people" ? "name" : "title"
    const before = yield* membersOf(home, ids)
    const outcome = yield* {
      edit: () => called(edit, home, { id: first, fields: [`${title}=said in turn ${turn}`] }),
      hide: () => called(hide, home, { ids: [first] }),
      unhide: () => called(unhide, home, { ids: [first] }),
      merge: () => called(merge, home, { ids }),
      move: () =>
        Effect.flatMap(idsOf(home, "moments"), (memories) =>
          called(edit, home, {
            id: first,
            fields: [`memory_id=${(picked(memories, step.which)[1] ?? "").slice("memory:".length)}`]
          })
        ),
      split: () =>
        Effect.flatMap(partsOf(home, first), (parts) =>
          called(split, home, { ids: [first, ...picked(parts, step.which.slice(1))] })
        )
    }[step.kind]()
    // Whatever they were made of is in the whole.
    if (step.kind === "merge" && outcome.exit === 0) expect(yield* membersOf(home, [first])).toEqual(before)
    return outcome.exit === 0 ? String(outcome.summary.run_id) : null
  })

it(
  "what is said is at work at once, and undone from the last to the first, everything is as it was before",
  { timeout: 300_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 6 }), async (steps) => {
        const directory = mkdtempSync(join(tmpdir(), "keepsake-history-"))
        try {
          await Effect.runPromise(
            Effect.gen(function* () {
              const home = join(directory, "home")
              writeDerived(directory)
              for (let turn = 0; turn < BEFORE; turn++) addToDerived(directory, turn)
              yield* runText(derivedPipeline(directory), home)
              let now: Dump = yield* dump(home)
              const done: Array<{ readonly run: string; readonly before: Dump; readonly step: Step }> = []
              const undoLast = Effect.gen(function* () {
                const last = done.pop()
                if (last === undefined) return
                const outcome = yield* called(undo, home, { run: last.run, yes: true })
                expect(outcome.error).toBeNull()
                now = yield* dump(home)
                expect(now).toEqual(last.before)
              })
              for (const [turn, step] of steps.entries()) {
                if (step.kind === "undo") yield* undoLast
                else {
                  const id = yield* act(home, directory, step, turn)
                  const after = yield* dump(home)
                  if (id === null) expect(after).toEqual(now)
                  else done.push({ run: id, before: now, step })
                  now = after
                }
              }
              // At once is as it would be if all were made anew.
              const file = join(directory, "derived.yaml")
              writeFileSync(file, derivedPipeline(directory))
              const atOnce = yield* dump(home, ["life"], WHEN)
              const rebuilt = yield* called(run, home, { pipeline: file, rebuild: true, budget: Option.none() })
              expect(rebuilt.error).toBeNull()
              expect(yield* dump(home, ["life"], WHEN)).toEqual(atOnce)
              while (done.length > 0) yield* undoLast
            })
          )
        } finally {
          rmSync(directory, { recursive: true, force: true })
        }
      }),
      { numRuns: Number(process.env["HISTORY_RUNS"] ?? 2), endOnFailure: true }
    )
)
