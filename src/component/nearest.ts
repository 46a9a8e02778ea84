/** The candidate closest to a mistyped name, for "did you mean"; the first of equals, null if none is close enough. */
export const nearest = (name: string, candidates: Iterable<string>): string | null => {
  const wanted = letters(name)
  let best: string | null = null
  let least = Math.max(2, wanted.length / 3)
  for (const candidate of candidates) {
    const found = distance(wanted, letters(candidate))
    if (found < least || (best === null && found === least)) {
      best = candidate
      least = found
    }
  }
  return best
}

const letters = (text: string): ReadonlyArray<string> => Array.from(text.normalize("NFC").toLowerCase())

// Damerau-Levenshtein without the restriction that a transposed pair can't be edited again: "ca" to "abc" is 2.
const distance = (from: ReadonlyArray<string>, to: ReadonlyArray<string>): number => {
  // rows[i][j] is the distance between the first i letters of `from` and the first j of `to`.
  const rows: Array<Array<number>> = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  const lastRow = new Map<string, number>()
  for (const [i, a] of from.entries()) {
    const row = [i + 1]
    rows.push(row)
    let lastColumn = 0
    for (const [j, b] of to.entries()) {
      const matchRow = lastRow.get(b) ?? 0
      const matchColumn = lastColumn
      row.push(
        Math.min(
          at(i, j + 1) + 1,
          at(i + 1, j) + 1,
          at(i, j) + (a === b ? 0 : 1),
          // Swap the two letters, deleting and inserting what lies between them; at(-1, …) is out of reach.
          at(matchRow - 1, matchColumn - 1) + (i - matchRow) + 1 + (j - matchColumn)
        )
      )
      if (a === b) lastColumn = j + 1
    }
    lastRow.set(a, i + 1)
  }
  return at(from.length, to.length)
}
