/** Forgetting as the command line does it, and what is left of words afterwards. */
import { readFileSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { Effect, Option } from "effect"
import { forget } from "../../src/command/forget.ts"
import { called } from "./command.ts"
import { dump } from "./dump.ts"
import { rowsOf } from "./home.ts"

type Flags = Partial<Record<"source" | "account" | "connection" | "place" | "person", string>> & {
  readonly between?: ReadonlyArray<string>
  readonly yes?: boolean
}

export const forgotten = (
  home: string,
  { account, between = [], connection, person, place, source, yes = true }: Flags
) =>
  called(forget, home, {
    source: Option.fromUndefinedOr(source),
    account: Option.fromUndefinedOr(account),
    connection: Option.fromUndefinedOr(connection),
    place: Option.fromUndefinedOr(place),
    person: Option.fromUndefinedOr(person),
    between,
    yes
  })

const SCHEMAS = ["main", "life", "staging", "records", "build", "state", "undo", "cache"]

/** The words that are anywhere in the home: in a table, a before-image, a view's text or another file's bytes. */
export const remaining = (home: string, words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const tables = yield* dump(home, SCHEMAS)
    const views = yield* rowsOf(
      home,
      "select sql from duckdb_views() where not internal union all select sql from duckdb_tables()"
    )
    const files = filesIn(home).filter((file) => !file.endsWith("keepsake.duckdb"))
    const texts = [
      ...Object.entries(tables).map(([table, lines]) => [table, lines.join("\n")] as const),
      ["views", views.map(({ sql }) => String(sql)).join("\n")] as const,
      ...files.map((file) => [file, readFileSync(file, "latin1")] as const)
    ]
    return texts.flatMap(([where, text]) =>
      words.filter((word) => text.includes(word)).map((word) => `${word} in ${where}`)
    )
  })

export const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory).flatMap((entry) => {
    const path = join(directory, entry)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
