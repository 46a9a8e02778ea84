/** What commands need around them: the home, the warehouse, the components, the pipeline's text. */
import { existsSync } from "node:fs"
import { readFile, readdir } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { Effect, Layer, Option, type Scope } from "effect"
import { connectors } from "../../connectors/index.ts"
import { sinks } from "../../sinks/index.ts"
import { transforms } from "../../transforms/index.ts"
import { ArchivesLive } from "../archive/index.ts"
import { Catalogue, catalogue } from "../component/catalogue.ts"
import type { LocalServices } from "../component/connector.ts"
import type { DatabaseError } from "../component/error.ts"
import { nearest } from "../component/nearest.ts"
import { mediaReaderLive } from "../media/index.ts"
import { type Checked, check } from "../pipeline/check.ts"
import type { Plan } from "../pipeline/plan.ts"
import { noProviders } from "../provider/none.ts"
import { type Home, homeAt } from "../warehouse/home.ts"
import { type Warehouse, memoryWarehouse, readingLayer, servedWarehouse } from "../warehouse/warehouse.ts"
import { type Shared, commandError, findingsError } from "./reply.ts"

export const homeOf = ({ home }: Shared): Home =>
  homeAt(resolve(Option.getOrElse(home, () => process.env["KEEPSAKE_HOME"] ?? "./.keepsake")))

export const components = catalogue({ connectors, transforms, sinks })
export const catalogueLayer = Layer.succeed(Catalogue, components)

export const readers = Layer.mergeAll(ArchivesLive, mediaReaderLive, catalogueLayer, noProviders)

export const isHomeThere = (shared: Shared): boolean => existsSync(homeOf(shared).database)

/** For those that look at a home or change it: only what brings something in makes one. */
export const noHome = (shared: Shared) =>
  commandError(
    "no-home",
    `There is no home of Keepsake at ${homeOf(shared).directory}.`,
    Option.isSome(shared.home)
      ? "Check the path behind --home; a first run makes a home: keepsake run PIPELINE --home DIR"
      : "Go to where your home is, or name it with --home DIR; a first run makes one: keepsake run PIPELINE",
    3
  )

export const ifThere = <A, E, R>(shared: Shared, layer: Layer.Layer<A, E, R>) =>
  Layer.unwrap(Effect.suspend(() => (isHomeThere(shared) ? Effect.succeed(layer) : Effect.fail(noHome(shared)))))

/** This home's database for reading, also while a run holds it. */
export const storeLayer = (shared: Shared) =>
  ifThere(shared, readingLayer(homeOf(shared), Option.getOrUndefined(shared.memory)))

/** Everything that a local run needs, over this home's file. Meanwhile others may look on. */
export const homeLayer = (shared: Shared) =>
  Layer.mergeAll(readers, servedWarehouse(homeOf(shared), Option.getOrUndefined(shared.memory)))

/** The same, of a home that is there. */
export const keptLayer = (shared: Shared) => ifThere(shared, homeLayer(shared))

/** Does a run of it ask a provider, or the vault? */
const goesOnline = ({ pipeline }: Plan): boolean =>
  pipeline.connections !== undefined || JSON.stringify(pipeline).includes("${secret:")

/** Everything that a run of this plan needs. */
export const runLayer = (shared: Shared, plan: Plan) =>
  goesOnline(plan)
    ? Layer.provideMerge(
        Layer.unwrap(
          Effect.map(
            Effect.promise(() => import("./online.ts")),
            ({ onlineLayer }) => onlineLayer(homeOf(shared))
          )
        ),
        homeLayer(shared)
      )
    : homeLayer(shared)

/** The same over an empty database in memory: for checks. */
export const scratchLayer = Layer.mergeAll(readers, memoryWarehouse)

export const readPipeline = (file: string) =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => cause
  }).pipe(
    Effect.catch((cause) =>
      Effect.flatMap(
        Effect.promise(() => pipelinesBeside(file)),
        (beside) => {
          const near = nearest(basename(file), beside)
          const message =
            cause instanceof Error && "code" in cause && cause.code !== "ENOENT"
              ? `The pipeline file ${file} can't be read: ${cause.message}.`
              : `There is no pipeline file ${file}.`
          const hint =
            near === null
              ? "Name one, such as pipelines/memories.yaml, or write one with: keepsake init"
              : `Did you mean ${join(dirname(file), near)}?`
          return Effect.fail(commandError("file-not-found", message, hint, 2))
        }
      )
    )
  )

const pipelinesBeside = (file: string): Promise<ReadonlyArray<string>> =>
  readdir(dirname(file)).then(
    (files) => files.filter((name) => /\.ya?ml$/i.test(name)),
    () => []
  )

type Checking = Warehouse | LocalServices | Catalogue | Scope.Scope

export const checkText = (text: string, file: string): Effect.Effect<Checked, DatabaseError, Checking> =>
  check({ text, file, environment: process.env })

/** The plan of a file, checked in a scratch database; or all that is wrong with it. */
export const planOf = (file: string) =>
  Effect.gen(function* () {
    const text = yield* readPipeline(file)
    const { findings, plan } = yield* checkText(text, file).pipe(Effect.scoped, Effect.provide(scratchLayer))
    return plan === null ? yield* findingsError(findings) : { plan, findings }
  })
