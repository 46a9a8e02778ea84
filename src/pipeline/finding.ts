/** What is wrong with a pipeline, where, and what to write instead. */

export interface Position {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export interface Finding {
  readonly severity: "error" | "warning"
  /** Stable, in kebab case. */
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly at: Position
  /** The line of the file, as written: values that were filled in never show, nor do secrets that stand there (I5). */
  readonly excerpt: string
}

/** `file:line:col`, the code, the excerpt with a caret, and the hint. */
export const renderFinding = (finding: Finding): string => {
  const { at } = finding
  const gutter = String(at.line)
  const blank = " ".repeat(gutter.length)
  return [
    `${at.file}:${at.line}:${at.column} ${finding.severity} ${finding.code}`,
    `  ${finding.message}`,
    `  ${gutter} | ${finding.excerpt}`,
    `  ${blank} | ${" ".repeat(at.column - 1)}^`,
    ...(finding.hint === "" ? [] : [`  ${blank} = ${finding.hint}`])
  ].join("\n")
}
