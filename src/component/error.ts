/** What can go wrong in a component, in words that say what to do next. */
import { Duration, Schema } from "effect"

/** Who has to act: it decides the exit code (I: 1 run, 2 pipeline, 3 environment). */
export const Fault = Schema.Literals(["run", "pipeline", "environment"])
export type Fault = typeof Fault.Type

/** Reading from a source failed as a whole. Single records that can't be used are rejects, not errors. */
export class SourceError extends Schema.TaggedError<SourceError>()("SourceError", {
  /** Stable, in kebab case: `archive-truncated`, `file-not-found`. */
  code: Schema.String,
  message: Schema.String,
  hint: Schema.String,
  fault: Fault,
  /** May the same call succeed later? */
  retryable: Schema.Boolean,
  /** The provider's own word on when to come back. */
  retryAfter: Schema.optionalKey(Schema.Duration),
  /** Which line of the pipeline asks for it; the engine says so. */
  at: Schema.optionalKey(Schema.Struct({ file: Schema.String, line: Schema.Number, column: Schema.Number }))
}) {}

/** A failure that trying again won't mend. */
export const sourceError = (
  code: string,
  message: string,
  hint: string,
  options: { readonly fault?: Fault; readonly retryable?: boolean; readonly retryAfter?: Duration.Duration } = {}
): SourceError =>
  new SourceError({
    code,
    message,
    hint,
    fault: options.fault ?? "environment",
    retryable: options.retryable ?? false,
    ...(options.retryAfter === undefined ? {} : { retryAfter: options.retryAfter })
  })

/** The code of a stream that waited for a person's choice, and got none: it is left out, and the run goes on. */
export const NOTHING_CHOSEN = "nothing-chosen"

/** A component refuses its configuration; `path` leads to the value in the YAML below the component. */
export class ConfigProblem extends Schema.TaggedError<ConfigProblem>()("ConfigProblem", {
  code: Schema.String,
  path: Schema.Array(Schema.Union([Schema.String, Schema.Number])),
  message: Schema.String,
  hint: Schema.String
}) {}

/** DuckDB refused a statement; the message is its own. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  code: Schema.Literals(["sql", "locked", "disk-full", "corrupt", "out-of-memory", "interrupted", "io"]),
  message: Schema.String,
  statement: Schema.String
}) {}
