/** One byte of an export is another: it costs the record that it is in, and what it costs is said. */
import { randomUUID } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { EpochMillis, Uuid } from "../../src/component/column.ts"
import { type Ledger, addsUp } from "../../src/engine/ledger.ts"
import { stageSource } from "../../src/engine/stage.ts"
import { stream } from "../../src/sample/random.ts"
import { checkText, scratch, temporaryDirectory } from "../support/engine.ts"
import { photo } from "../connectors/apple-photos/shots.ts"
import { data, steps, STEPS } from "../connectors/google-fit/takeout.ts"
import {
  android,
  androidVisit,
  phoneVisit,
  placeVisit,
  record,
  records,
  semantic
} from "../connectors/google-timeline/history.ts"
import { basic, extended, history } from "../connectors/spotify-archive/entries.ts"

/** So many bytes of each file, one after the other. */
const BYTES = Number(process.env["KEEPSAKE_FUZZ"] ?? 6)

const RECORDS = 20

const each = <A>(make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: RECORDS }, (_, index) => make(index))
const at = (index: number): string => `2023-05-01T${String(index).padStart(2, "0")}`
const stay = (index: number) => ({ startTime: `${at(index)}:10:00.000Z`, endTime: `${at(index)}:40:00.000Z` })

interface Family {
  readonly type: string
  /** The file that is damaged, and its content. */
  readonly path: string
  readonly content: string
  readonly beside?: Readonly<Record<string, Uint8Array>>
}

const FAMILIES: Readonly<Record<string, Family>> = {
  "a Spotify history": {
    type: "spotify-archive.plays",
    path: "Streaming_History_Audio_2023_0.json",
    content: history(each((index) => extended({ ts: `${at(index)}:04:37Z` })))
  },
  "a basic Spotify history": {
    type: "spotify-archive.plays",
    path: "StreamingHistory0.json",
    content: history(each((index) => basic({ endTime: `${at(index).replace("T", " ")}:04` })))
  },
  "Takeout's Records.json": {
    type: "google-timeline.points",
    path: "Records.json",
    content: JSON.stringify(records(...each((index) => record({ timestamp: `${at(index)}:00:00Z` }))), null, 2)
  },
  "Takeout's visits": {
    type: "google-timeline.visits",
    path: "2023_MAY.json",
    content: JSON.stringify(
      semantic(
        ...each((index) =>
          placeVisit({ duration: { startTimestamp: `${at(index)}:10:00Z`, endTimestamp: `${at(index)}:40:00Z` } })
        )
      ),
      null,
      2
    )
  },
  "an Android phone's Timeline": {
    type: "google-timeline.visits",
    path: "Timeline.json",
    content: JSON.stringify(android(each((index) => androidVisit({}, stay(index)))), null, 2)
  },
  "an iPhone's Timeline": {
    type: "google-timeline.visits",
    path: "location-history.json",
    content: JSON.stringify(each((index) => ({ ...phoneVisit(), ...stay(index) })))
  },
  "Google Fit's data points": {
    type: "google-fit.samples",
    path: "Takeout/Fit/All Data/derived_com.google.step_count.delta.json",
    content: data(
      STEPS,
      each((index) => steps(`${at(index)}:10:00Z`, `${at(index)}:11:00Z`, index + 1))
    )
  },
  "a picture's sidecar": {
    type: "google-takeout.photos",
    path: "Takeout/Google Photos/Photos from 2023/IMG_1.jpg.json",
    content: JSON.stringify(
      {
        title: "IMG_1.jpg",
        description: "At the lake – Zürich",
        photoTakenTime: { timestamp: "1682935477", formatted: "1 May 2023, 10:04:37 UTC" },
        geoData: { latitude: 47.3769, longitude: 8.5417, altitude: 408.5 },
        people: [{ name: "Ana" }],
        url: "https://photos.google.com/photo/x"
      },
      null,
      2
    ),
    beside: Object.fromEntries(
      each((index) => [`Takeout/Google Photos/Photos from 2023/IMG_${index + 1}.jpg`, photo(String(index))])
    )
  }
}

const isSaid = ({ rejected, skipped }: Ledger): boolean => rejected + skipped > 0

it.live.each(Object.entries(FAMILIES))(
  `of %s, one byte of ${BYTES} is another`,
  ([name, { beside = {}, content, path, type }]) =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const write = (file: string, bytes: Uint8Array) => {
        mkdirSync(dirname(join(directory, file)), { recursive: true })
        writeFileSync(join(directory, file), bytes)
      }
      for (const [file, bytes] of Object.entries(beside)) write(file, bytes)
      const { plan } = yield* checkText(`
name: bytes
sources: { input: { type: ${type}, path: ${directory} } }
transforms: { none: { type: filter, from: input, where: "false" } }
sinks: { out: { type: file, from: none, path: ${join(directory, "..", "none.csv")} } }
`)
      const [source] = plan?.sources ?? []
      if (plan === null || source === undefined) return assert.fail("the pipeline is wrong")
      const staged = (pipeline: string, bytes: Uint8Array) => {
        write(path, bytes)
        const run = { runId: Uuid(randomUUID()), now: EpochMillis(1_700_000_000_000) }
        const afresh = { ...plan, pipeline: { ...plan.pipeline, name: pipeline } }
        return Effect.map(Effect.scoped(stageSource(afresh, source, run)), ({ ledger }) => ledger)
      }
      const whole = Buffer.from(content)
      assert.strictEqual((yield* staged("whole", whole)).new, RECORDS)
      const random = stream("bytes", name)
      const odd: Array<string> = []
      for (let time = 0; time < BYTES; time++) {
        const bytes = Buffer.from(whole)
        const position = random.integer(0, bytes.length - 1)
        bytes[position] = random.chance(0.5)
          ? random.integer(0, 255)
          : '"\\{}[],: \n\u0000'.charCodeAt(random.integer(0, 10))
        const ledger = yield* staged(`p${time}`, bytes)
        assert.isTrue(addsUp(ledger))
        const where = `${position}: ${JSON.stringify(bytes.toString("latin1", Math.max(0, position - 30), position + 30))} ${JSON.stringify(ledger)}`
        if (ledger.new < RECORDS && !isSaid(ledger)) odd.push(`not said ${where}`)
        if (ledger.new < RECORDS - 1) odd.push(`costs more ${where}`)
      }
      assert.deepEqual(odd, [])
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(scratch))),
  { timeout: 120_000 }
)
