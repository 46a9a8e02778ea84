/** What a bench gives: figures by name, and a line for each that says what it is. */

export interface Figure {
  readonly name: string
  readonly value: number | string | boolean
  /** What was measured, with its unit. */
  readonly meaning: string
}

export interface Options {
  /** Scales the bench down (or up) from its full size. */
  readonly rows: number | undefined
  /** A directory of its own, deleted afterwards. */
  readonly directory: string
}

export interface Bench {
  readonly name: string
  readonly summary: string
  readonly run: (options: Options) => Promise<ReadonlyArray<Figure>>
}

export const line = ({ name, value, meaning }: Figure): string =>
  `  ${name.padEnd(28)} ${String(value).padStart(10)}  ${meaning}`
