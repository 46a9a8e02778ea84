/** The page on which a person chooses an account and scopes. */
import { formOf, type Call } from "../server/call.ts"
import { type Reply, html } from "../server/reply.ts"

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const STYLE = "body{font:16px system-ui;max-width:36rem;margin:4rem auto}label{display:block;margin:.5rem 0}"

/** A page with nothing but text and a form. */
export const page = (title: string, body: string, status = 200): Reply =>
  html(
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>` +
      `<body><h1>${escaped(title)}</h1>${body}</body></html>`,
    status
  )

export interface Consent {
  readonly provider: string
  readonly client: string
  /** The query of the authorization request: it comes back with the answer. */
  readonly request: string
  readonly scopes: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
}

export const CONSENT_PATH = "/consent"

export const consentPage = ({ provider, client, request, scopes, users }: Consent): Reply =>
  page(
    `${provider} (a test server)`,
    `<p>${escaped(client)} wants to see what belongs to:</p><form method="post" action="${CONSENT_PATH}">` +
      `<input type="hidden" name="request" value="${escaped(request)}">` +
      `<select name="user">${users.map((user) => `<option>${escaped(user)}</option>`).join("")}</select>` +
      scopes
        .map(
          (scope) =>
            `<label><input type="checkbox" name="scope" value="${escaped(scope)}" checked> ${escaped(scope)}</label>`
        )
        .join("") +
      `<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`
  )

export interface Decision {
  readonly request: URLSearchParams
  readonly user: string
  readonly scopes: ReadonlyArray<string>
  readonly allowed: boolean
}

export const decisionOf = (call: Call): Decision => {
  const form = formOf(call)
  return {
    request: new URLSearchParams(form.get("request") ?? ""),
    user: form.get("user") ?? "",
    scopes: form.getAll("scope"),
    allowed: form.get("decision") === "allow"
  }
}
