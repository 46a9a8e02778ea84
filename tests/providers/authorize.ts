/** Does what a person does in the browser when an app asks for consent. */

export interface Choice {
  /** Which account; by default the one that the page offers first. */
  readonly user?: string
  /** Which of the scopes that are asked for stay ticked; by default all. */
  readonly keep?: (scope: string) => boolean
  readonly deny?: boolean
}

export interface Returned {
  /** Where the browser was sent, with code and state. */
  readonly redirect: URL
  /** What the app's own page there answered. */
  readonly status: number
  readonly body: string
}

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")

const valuesOf = (page: string, pattern: RegExp): ReadonlyArray<string> =>
  [...page.matchAll(pattern)].map(([, value = ""]) => unescaped(value))

/** Where the browser is sent after the decision. Rejects with the page's text where the request is refused. */
export const decide = async (authorizationUrl: string | URL, choice: Choice = {}): Promise<URL> => {
  const asked = await fetch(authorizationUrl, { redirect: "manual" })
  const page = await asked.text()
  const sentBack = asked.headers.get("location")
  if (sentBack !== null) return new URL(sentBack)
  if (asked.status !== 200) throw new Error(`The authorization page answers ${asked.status}: ${page}`)
  const { keep = () => true, deny = false } = choice
  const form = new URLSearchParams({
    request: valuesOf(page, /name="request" value="([^"]*)"/g)[0] ?? "",
    user: choice.user ?? valuesOf(page, /<option>([^<]*)</g)[0] ?? "",
    decision: deny ? "deny" : "allow"
  })
  for (const scope of valuesOf(page, /name="scope" value="([^"]*)"/g)) if (keep(scope)) form.append("scope", scope)
  const action = valuesOf(page, /action="([^"]*)"/g)[0] ?? ""
  const decided = await fetch(new URL(action, authorizationUrl), { method: "POST", body: form, redirect: "manual" })
  const location = decided.headers.get("location")
  if (location === null) throw new Error(`The consent answers ${decided.status}: ${await decided.text()}`)
  return new URL(location)
}

/** Follows the authorization URL, grants scopes, and calls the address to return to as the browser would. */
export const authorizeAsUser = async (authorizationUrl: string | URL, choice: Choice = {}): Promise<Returned> => {
  const redirect = await decide(authorizationUrl, choice)
  const answer = await fetch(redirect)
  return { redirect, status: answer.status, body: await answer.text() }
}
