import { existsSync } from "node:fs"
import { Effect, Layer, Option } from "effect"
import { memoryWarehouse } from "../warehouse/warehouse.ts"
import { type Check, ok } from "./checkup/check.ts"
import { checkConnections } from "./checkup/connections.ts"
import { checkDatabase } from "./checkup/database.ts"
import { checkMachine } from "./checkup/machine.ts"
import { checkVault } from "./checkup/vault.ts"
import { accountParts } from "./online.ts"
import { CommandError, type Shared, answer } from "./reply.ts"
import type { DoctorInput } from "./flags/accounts.ts"
import { homeOf, planOf, storeLayer } from "./session.ts"
import { aligned } from "./text.ts"

const SIGNS = { ok: "✓", warning: "!", problem: "✗" } as const

/** Checks all that a run relies on, and changes nothing. */
export const doctor = (shared: Shared, { pipeline }: DoctorInput) =>
  answer(
    "doctor",
    shared,
    Effect.gen(function* () {
      const home = homeOf(shared)
      const plan = Option.isNone(pipeline) ? null : (yield* planOf(pipeline.value)).plan
      const machine = yield* checkMachine(home)
      const there = existsSync(home.database)
      const stored = yield* Effect.gen(function* () {
        return [
          ...(there ? yield* checkDatabase : [ok("database", "There is none yet: the first run makes it.")]),
          ...(yield* checkVault(home)),
          ...(plan === null ? [] : yield* checkConnections(plan))
        ]
      }).pipe(Effect.provide(Layer.merge(accountParts(home), there ? storeLayer(shared) : memoryWarehouse)))
      const checks = [...machine, ...stored]
      const count = (status: Check["status"]) => checks.filter((check) => check.status === status).length
      const text = words(checks)
      const [first] = checks.filter(({ status }) => status === "problem")
      if (first !== undefined) {
        return yield* new CommandError({
          code: "doctor-found-problems",
          message: `${first.about}: ${first.words}`,
          hint: first.hint,
          exit: 3,
          at: null,
          details: text,
          findings: checks
        })
      }
      return { summary: { warnings: count("warning"), problems: 0 }, result: { findings: checks }, text }
    })
  )

const words = (checks: ReadonlyArray<Check>): string =>
  aligned(checks.map((check) => [SIGNS[check.status], check.about, check.words]))
    .flatMap((line, index) => {
      const hint = checks[index]?.hint ?? ""
      return hint === "" ? [line] : [line, ...hint.split("\n").map((part) => `    ${part}`)]
    })
    .join("\n")
