/** Runs pipelines in this process, over real files and a real database. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import { connectors } from "../../connectors/index.ts"
import { sinks } from "../../sinks/index.ts"
import { ArchivesLive } from "../../src/archive/index.ts"
import { Catalogue, catalogue } from "../../src/component/catalogue.ts"
import type { Sql } from "../../src/component/sql.ts"
import { type RunSummary, run } from "../../src/engine/run.ts"
import { mediaReaderLive } from "../../src/media/index.ts"
import { type Checked, check } from "../../src/pipeline/check.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { noProviders } from "../../src/provider/none.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { Warehouse, memoryWarehouse, warehouseLayer } from "../../src/warehouse/warehouse.ts"
import { transforms } from "../../transforms/index.ts"
import { discard } from "./secrecy/record.ts"

const parts = Layer.mergeAll(
  ArchivesLive,
  mediaReaderLive,
  noProviders,
  Layer.succeed(Catalogue, catalogue({ connectors, transforms, sinks }))
)

/** Everything, over an empty database in memory. */
export const scratch = Layer.mergeAll(parts, memoryWarehouse)

/** Everything, over the database of a home directory. */
export const over = (home: string) => Layer.mergeAll(parts, warehouseLayer(homeAt(home)))

/** Does a test's directory belong to what is searched for secrets? Where a test puts one there itself, it doesn't. */
export const Searched = Context.Reference<boolean>("keepsake/tests/Searched", { defaultValue: () => true })

/** A directory that goes with the scope. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.flatMap(Searched, (searched) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "keepsake-test-"))),
    (directory) =>
      Effect.sync(() => (searched ? discard(directory) : rmSync(directory, { recursive: true, force: true })))
  )
)

export const checkText = (
  text: string,
  environment: Readonly<Record<string, string | undefined>> = {},
  file = "pipeline.yaml"
): Effect.Effect<Checked> =>
  check({ text, file, environment }).pipe(Effect.scoped, Effect.provide(scratch), Effect.orDie)

/** Checks and runs a pipeline in a home. */
export const runText = (text: string, home: string): Effect.Effect<RunSummary, unknown> =>
  Effect.gen(function* () {
    const { findings, plan } = yield* checkText(text)
    if (plan === null) return yield* Effect.die(new Error(findings.map(renderFinding).join("\n")))
    return yield* run(plan, "run").pipe(Effect.scoped, Effect.provide(over(home)))
  })

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

/** Queries a home. */
export const query = (home: string, statement: Sql): Effect.Effect<ReadonlyArray<typeof AnyRow.Type>, unknown> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    return yield* database.rows(statement, AnyRow)
  }).pipe(Effect.provide(over(home)))
