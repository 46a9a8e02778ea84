/** A location history as Takeout writes it, and the same rows as DuckDB reads them best. The same on every machine. */
import { createWriteStream } from "node:fs"
import { once } from "node:events"
import { join } from "node:path"
import { type Random, stream } from "../../src/sample/random.ts"

const START = Date.UTC(2015, 0, 1)
const STEP_MS = 120_000
const KINDS = ["STILL", "ON_FOOT", "WALKING", "IN_VEHICLE", "IN_ROAD_VEHICLE", "ON_BICYCLE", "UNKNOWN"] as const

interface Place {
  at: number
  latitudeE7: number
  longitudeE7: number
}

/** Four in ten have what the phone took its owner to be doing, as real ones have; some have heights and speeds. */
const recordOf = (random: Random, place: Place) => {
  const timestamp = new Date(place.at).toISOString()
  const moving = random.chance(0.3)
  return {
    latitudeE7: place.latitudeE7,
    longitudeE7: place.longitudeE7,
    accuracy: random.integer(3, 60),
    ...(moving ? { velocity: random.integer(0, 30), heading: random.integer(0, 359) } : {}),
    ...(random.chance(0.5) ? { altitude: random.integer(200, 900), verticalAccuracy: random.integer(1, 9) } : {}),
    ...(random.chance(0.4)
      ? {
          activity: [
            {
              activity: KINDS.slice(0, random.integer(2, KINDS.length)).map((type) => ({
                type,
                confidence: random.integer(1, 100)
              })),
              timestamp
            }
          ]
        }
      : {}),
    source: moving ? "GPS" : "WIFI",
    deviceTag: -1_184_025_991,
    platformType: "ANDROID",
    timestamp
  }
}

const indented = (record: object): string =>
  JSON.stringify(record, null, 2)
    .replaceAll(/\[\n +\{/g, "[{")
    .replaceAll(/\},\n +\{/g, "}, {")
    .replaceAll("\n", "\n  ")

export interface HistoryFiles {
  /** `{"locations": [{`, indented. */
  readonly takeout: string
  /** The same array alone. */
  readonly array: string
  /** A record a line. */
  readonly lines: string
}

/** Writes so many records, a point every minute on average. */
export const makeHistory = async (directory: string, records: number): Promise<HistoryFiles> => {
  const files = {
    takeout: join(directory, "Records.json"),
    array: join(directory, "array.json"),
    lines: join(directory, "records.ndjson")
  }
  const outputs = Object.values(files).map((file) => createWriteStream(file, { highWaterMark: 2 ** 22 }))
  const [takeout, array, lines] = outputs
  if (takeout === undefined || array === undefined || lines === undefined) return files
  const write = async (output: typeof takeout, text: string) => {
    if (!output.write(text)) await once(output, "drain")
  }
  const random = stream("timeline", records)
  const place: Place = { at: START, latitudeE7: 473_769_000, longitudeE7: 85_417_000 }
  await write(takeout, '{\n  "locations": [')
  await write(array, "[")
  for (let index = 0; index < records; index++) {
    place.at += random.integer(1, STEP_MS)
    place.latitudeE7 += random.integer(-4000, 4000)
    place.longitudeE7 += random.integer(-4000, 4000)
    const record = recordOf(random, place)
    const text = `${index === 0 ? "" : ", "}${indented(record)}`
    await write(takeout, text)
    await write(array, text)
    await write(lines, `${JSON.stringify(record)}\n`)
  }
  await write(takeout, "]\n}\n")
  await write(array, "]")
  for (const output of outputs) {
    output.end()
    await once(output, "finish")
  }
  return files
}
