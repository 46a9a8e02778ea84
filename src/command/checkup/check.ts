/** What `doctor` finds. */

export interface Check {
  readonly about: string
  readonly status: "ok" | "warning" | "problem"
  readonly words: string
  /** What to do; empty where there is nothing to do. */
  readonly hint: string
}

export const ok = (about: string, words: string): Check => ({ about, status: "ok", words, hint: "" })
export const warning = (about: string, words: string, hint: string): Check => ({
  about,
  status: "warning",
  words,
  hint
})
export const problem = (about: string, words: string, hint: string): Check => ({
  about,
  status: "problem",
  words,
  hint
})

export const ofError = (about: string, { hint, message }: { readonly message: string; readonly hint: string }): Check =>
  problem(about, message, hint)
