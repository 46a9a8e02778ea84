/** Reads one stream of an export, in a home of its own. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { zipOf } from "../../archive/zips.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"
import { type Attributes, STEPS, record } from "./exports.ts"

type Stream = "samples" | "workouts" | "routes"

export const pipeline = (path: string, stream: Stream) => `
name: health
sources:
  s: { type: apple-health.${stream}, path: "${path}" }
sinks:
  out: { type: file, from: s, path: "${dirname(path.replaceAll("*", "x"))}/out.ndjson" }
`

export const put = (directory: string, name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(directory, name)), { recursive: true })
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}

/** Runs one stream; gives its ledger, which has to add up, with its rows, rejects and skips. */
export const read = (path: string, stream: Stream, home: string) =>
  Effect.gen(function* () {
    const { sources } = yield* runText(pipeline(path, stream), home)
    const ledger = sources["s"]
    if (ledger === undefined) return yield* Effect.die("there is no ledger")
    assert.isTrue(addsUp(ledger), JSON.stringify(ledger))
    const rows = yield* query(home, authored("select * from staging.health__s order by _source_id"))
    const latest = "run_id = (select run_id from state.runs order by started_at desc limit 1)"
    const rejects = yield* query(home, authored(`select * from state.rejects where ${latest} order by position`))
    const skips = yield* query(home, authored(`select reason, count from state.skips where ${latest}`))
    assert.strictEqual(rejects.length, ledger.rejected)
    return { ledger, rows, rejects, skips: new Map(skips.map(({ count, reason }) => [String(reason), Number(count)])) }
  })

/** In a directory of its own. */
export const within = <A, E>(test: (directory: string, home: string) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(temporaryDirectory, (directory) => test(directory, join(directory, "home"))))

export const zip = (files: { readonly [name: string]: string }, compress = true) =>
  Effect.promise(() => zipOf(Object.entries(files).map(([name, content]) => ({ name, content, compress }))))

export const steps = (value: number, more: Attributes = {}) => record({ ...STEPS, value: String(value), ...more })

export const CDA = `<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="CDA.xsl"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"></ClinicalDocument>\n<component/>`
