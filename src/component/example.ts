/** Examples in specs are run by the conformance tests and printed by `describe`. */
import type { Json } from "./column.ts"

export type ExampleRows = ReadonlyArray<{ readonly [column: string]: Json }>

/** A stream's or sink's example: configuration that must pass `validate`. */
export interface ConfigExample {
  readonly title: string
  /** The component's YAML, from `type:` on. */
  readonly yaml: string
}

/** A transform's example: what goes in, and what must come out (in any order; columns not named are not compared). */
export interface RowsExample extends ConfigExample {
  readonly given: { readonly [relation: string]: ExampleRows }
  readonly expect: ExampleRows
}
