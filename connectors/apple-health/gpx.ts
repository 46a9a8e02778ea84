/** Routes as GPX 1.1, by saxes. */
import { SaxesParser } from "saxes"
import { type PointBuilder, pointOf } from "./points.ts"
import type { Refused } from "./scan.ts"
import { parsable } from "./text.ts"

const ELEMENTS = {
  time: "time",
  altitude: "ele",
  accuracy: "hAcc",
  speed: "speed"
} as const

const PIECE = 1 << 16
const MOST_RAW = 1 << 16

/** Adds the points of a file's text; gives what can't be read. All before a damage is kept. */
export const readGpx = (gpx: string, points: PointBuilder): ReadonlyArray<Refused> => {
  const text = parsable(gpx)
  const parser = new SaxesParser()
  const refused: Array<Refused> = []
  const problems: Array<string> = []
  let isGpx = false
  let place: { readonly [name: string]: string } | null = null
  let told = new Map<string, string>()
  let words = ""
  const refuse = (code: string, reason: string, position: number, raw: string) =>
    refused.push({ code, reason, position, raw: Buffer.from(raw, "utf8").toString("latin1") })
  parser.on("error", (error) => void problems.push(error.message))
  parser.on("opentag", ({ attributes, name }) => {
    words = ""
    if (name === "gpx") isGpx = true
    if (name !== "trkpt") return
    place = attributes
    told = new Map()
  })
  parser.on("text", (more) => {
    words += more
  })
  parser.on("closetag", ({ name }) => {
    if (place === null || problems.length > 0) return
    told.set(name, words)
    if (name !== "trkpt") return
    const { lat, lon } = place
    place = null
    const point = pointOf((what) =>
      what === "latitude" ? (lat ?? null) : what === "longitude" ? (lon ?? null) : (told.get(ELEMENTS[what]) ?? null)
    )
    if (typeof point === "string") refuse("point-incomplete", point, parser.position, "")
    else points.add(point)
  })
  let at = 0
  for (; at < text.length && problems.length === 0; at += PIECE) parser.write(text.slice(at, at + PIECE))
  if (problems.length === 0) parser.close()
  if (problems.length > 0 || !isGpx) {
    const position = Math.max(0, at - PIECE)
    const reason = `It is damaged: ${problems[0] ?? "it is no GPX"}. The points before that are kept.`
    refuse("gpx-broken", reason, parser.position, text.slice(position, position + MOST_RAW))
  }
  return refused
}
