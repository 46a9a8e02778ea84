/** A pipeline of one source, run over files that a test writes. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"

type Row = Readonly<Record<string, unknown>>

export interface Outcome {
  readonly ledger: Row
  readonly rows: ReadonlyArray<Row>
  /** By file and position; the file's name only. */
  readonly rejects: ReadonlyArray<Row>
  readonly skips: ReadonlyArray<Row>
}

const pipeline = (path: string, options: string): string => `
name: files
sources:
  input: { type: file.rows, path: "${path}"${options} }
transforms:
  all: { type: sql, query: select * from input }
sinks:
  out: { type: file, from: all, path: "${join(dirname(path), "..", "out.parquet")}" }
`

const REJECTS = authored(`
  select code, position, parse_filename(archive) as file, coalesce(try(decode(raw)), hex(raw)) as raw
  from state.rejects order by file, position, raw`)

/** Reads the files of a directory with `file.rows`, and gives what became of them; options are YAML. */
export const readDirectory = (
  directory: string,
  options = "",
  path = "*"
): Effect.Effect<Outcome, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const summary = yield* runText(pipeline(join(directory, path), options), home)
    return {
      ledger: { ...summary.sources["input"] },
      rows: yield* query(
        home,
        authored(`select columns(c -> not starts_with(c, '_')) from staging."files__input" order by all`)
      ),
      rejects: yield* query(home, REJECTS),
      skips: yield* query(home, authored("select reason, count from state.skips order by reason"))
    }
  })

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Files in a directory of their own. */
export const writeFiles = (files: Files): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(temporaryDirectory, (directory) => {
    const folder = join(directory, "files")
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return folder
  })

export const readFiles = (files: Files, options = "", path = "*"): Effect.Effect<Outcome, unknown, Scope.Scope> =>
  Effect.flatMap(writeFiles(files), (directory) => readDirectory(directory, options, path))

/** What a ledger says, without the zeros. */
export const counted = ({ ledger }: Outcome): Row =>
  Object.fromEntries(Object.entries(ledger).filter(([, n]) => n !== 0))

/** The words of a run that failed. */
export const failure = (
  run: Effect.Effect<unknown, unknown, Scope.Scope>
): Effect.Effect<string, unknown, Scope.Scope> =>
  Effect.map(Effect.exit(run), (exit) => (exit._tag === "Failure" ? String(exit.cause) : "it did not fail"))
