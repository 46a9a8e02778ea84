/** What can go wrong while a sample is written. */
import { Schema } from "effect"
import { Fault } from "../component/error.ts"

export class SampleError extends Schema.TaggedError<SampleError>()("SampleError", {
  /** `sample-arguments`, `sample-directory-taken`, `sample-not-written`. */
  code: Schema.String,
  message: Schema.String,
  hint: Schema.String,
  fault: Fault
}) {}

/** The disk or the file system refused; `cause` says how, as its message or as it is. */
export const notWritten = (cause: unknown): SampleError =>
  new SampleError({
    code: "sample-not-written",
    message: `The sample could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: "Check that the directory can be written to and that its disk has room, then run the command again.",
    fault: "environment"
  })
