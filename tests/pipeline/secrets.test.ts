/** A secret that stands in a pipeline's file is used, and said nowhere (I5). */
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { checkText } from "../support/engine.ts"

const SECRET = "GOCSPX-it-stands-in-the-file"
const KEY = "AIzaSy it has: {odd} #characters"

const pipeline = (wrong = "") => `
name: open
connections:
  plain: { provider: google, account: ana@example.com, client_id: id, client_secret: ${SECRET}${wrong} }
  quoted:
    provider: google
    account: ana@example.com
    api_key: "${KEY}"
  stored: { provider: google, account: ana@example.com, client_secret: "\${secret:NAME}", client_id: "\${ID:-id}" }
sources:
  meetings: { type: google-calendar.events, connection: plain }
sinks:
  memories: { type: memories, from: meetings }
`

it.effect("what is kept of a pipeline's text has dots in its place, and is read as well", () =>
  Effect.gen(function* () {
    const { plan } = yield* checkText(pipeline())
    const { clientSecret = null } = plan?.connections.get("plain") ?? {}
    assert.strictEqual(clientSecret === null ? null : Redacted.value(clientSecret), SECRET)
    const text = plan?.text ?? ""
    for (const said of [SECRET, "GOCSPX", "AIzaSy", "odd"]) assert.notInclude(text, said)
    assert.include(text, "${secret:NAME}")
    assert.strictEqual(text.length, pipeline().length)
    assert.deepEqual((yield* checkText(text)).findings, [])
  })
)

it.effect("nor is it in the words about what is wrong beside it", () =>
  Effect.gen(function* () {
    for (const wrong of [", account_name: x", ", client_id: twice", ", ]"]) {
      const { findings } = yield* checkText(pipeline(wrong))
      const words = findings.map(renderFinding).join("\n")
      assert.include(words, "provider: google")
      assert.notInclude(words, "GOCSPX", wrong)
    }
  })
)
