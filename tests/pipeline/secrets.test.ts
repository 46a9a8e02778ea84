/** A secret that stands in a pipeline's file is used, and said nowhere (I5). */
import { assert, expect, it } from "@effect/vitest"
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
    assert.isNotNull((yield* checkText(text)).plan)
  })
)

it.effect("nor is it in the words about what is wrong beside it", () =>
  Effect.gen(function* () {
    const broken = pipeline().replace("connections:", "connections:\n  odd: { account: ${OF_MINE} }")
    const texts = [broken, ...[", account_name: x", ", client_id: twice", ", ]"].map(pipeline)]
    for (const wrong of texts) {
      const { findings } = yield* checkText(wrong)
      const words = findings.map(renderFinding).join("\n")
      assert.include(words, wrong === broken ? "variables stand in quotes" : "provider: google")
      assert.notInclude(words, "GOCSPX", wrong)
    }
  })
)

it.effect("validate warns of each, says where exactly, and how to keep it in the vault", () =>
  Effect.gen(function* () {
    const text = `
name: open
connections:
  me: { provider: google, account: ana@example.com, client_id: id, client_secret: ${SECRET} }
  maps:
    provider: google
    account: ana@example.com
    api_key: >-
      ${KEY}
  stored: { provider: google, account: ana@example.com, client_secret: "\${secret:NAME}", api_key: "\${KEY_OF_MINE}" }
  default: { provider: google, account: ana@example.com, api_key: "\${KEY_OF_MINE:-AIzaSyDefault}" }
sources:
  meetings: { type: google-calendar.events, connection: me }
  # The names of columns are no fields.
  rows: { type: file.rows, path: "https://ana:hunter2@example.com/rows.csv", columns: { token: VARCHAR, password: VARCHAR } }
sinks:
  memories: { type: memories, from: meetings }
`
    const { findings } = yield* checkText(text, { KEY_OF_MINE: "AIzaSyOfMine" })
    const words = findings.map(renderFinding).join("\n\n")
    for (const said of ["GOCSPX", "AIzaSy", "hunter2"]) assert.notInclude(words, said)
    expect(words).toMatchSnapshot()
  })
)
