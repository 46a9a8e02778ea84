import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkText } from "../support/engine.ts"

const PIPELINE = `
name: places
sources:
  visits: { type: google-timeline.visits, path: takeout-*.zip }
  photos: { type: google-takeout.photos, path: takeout-*.zip }
transforms:
  unique: { type: dedupe, by: picture_hash }
  located: { type: infer-place, visits: visits }
  joined: { type: join-time-place, left: located, right: visits }
sinks:
  memories: { type: memories, from: joined }
`

it.live("what is only looked into is neither counted as input nor what the rows are", () =>
  Effect.gen(function* () {
    const { findings, plan } = yield* checkText(PIPELINE)
    expect(findings).toEqual([])
    expect(
      plan?.transforms.map(({ counted, inputs, relation }) => ({ counted, inputs, entity: relation.entity }))
    ).toEqual([
      { inputs: ["photos"], counted: ["photos"], entity: "media" },
      { inputs: ["unique", "visits"], counted: ["unique"], entity: "media" },
      { inputs: ["located", "visits"], counted: ["located"], entity: "media" }
    ])
  })
)

it.live("a query over sources reads them, and its rows are still theirs", () =>
  Effect.gen(function* () {
    const { findings, plan } = yield* checkText(`
name: visits
sources:
  visits: { type: google-timeline.visits, path: takeout-*.zip }
  others: { type: google-timeline.visits, path: takeout-*.zip }
transforms:
  recent: { type: sql, query: "select * from visits where starts_at > (select max(ends_at) from others)" }
sinks:
  memories: { type: memories, from: recent }
`)
    expect(findings).toEqual([])
    expect(
      plan?.transforms.map(({ inputs, relation }) => ({ inputs: inputs.toSorted(), entity: relation.entity }))
    ).toEqual([{ inputs: ["others", "visits"], entity: "visits" }])
  })
)
