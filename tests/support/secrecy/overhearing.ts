/** Notes what tests print, for the search. */
import type { Reporter } from "vitest/node"
import { noteSaid } from "./record.ts"

export class Overhearing implements Reporter {
  onUserConsoleLog({ content }: { readonly content: string }): void {
    noteSaid("console", content)
  }
}
