/** Plain text in columns. */

const width = (text: string): number => [...text].length

/** Rows of cells, each column as wide as its widest cell. */
export const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, index) => Math.max(...rows.map((row) => width(row[index] ?? ""))))
  return rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - width(cell))))
      .join("  ")
      .trimEnd()
  )
}
