/** A row in words: what it is, when and where it was. */
import type { Explanation } from "../../engine/explain/index.ts"
import { NOUNS } from "./link.ts"

/** `a memory of an event`, `a photo`. */
export const whatOf = ({ row, type }: Explanation): string => {
  const kind = typeof row["kind"] === "string" ? row["kind"] : null
  const said = kind === null ? undefined : (KINDS[type]?.[kind] ?? (KINDS[type] === undefined ? kind : undefined))
  const noun = said ?? NOUNS[type] ?? type
  const article = /^[aeiou]/.test(noun) ? "an" : "a"
  return `${article} ${noun}${row["status"] === "cancelled" ? " that was cancelled" : ""}`
}

const KINDS: { readonly [type: string]: { readonly [kind: string]: string } } = {
  memory: {
    event: "memory of an event",
    moment: "memory of a moment",
    trip: "memory of a trip",
    "day-trip": "memory of a day trip",
    day: "memory of a day",
    playlist: "memory of a time with a playlist"
  },
  plays: { music: "song played", podcast: "podcast played", audiobook: "audiobook played", video: "video played" },
  places: {
    home: "home",
    work: "place of work",
    venue: "place",
    city: "town",
    region: "region",
    country: "country"
  },
  media: { photo: "photo", video: "video", "live-photo": "live photo" }
}

export const described = ({ row, type }: Explanation): ReadonlyArray<string> => {
  const text = (column: string) => {
    const value = row[column]
    return typeof value === "string" || typeof value === "number" ? String(value) : null
  }
  const from = text("starts_at") ?? text("taken_at") ?? text("started_at")
  const until = text("ends_at") ?? text("ended_at")
  const place = text("latitude") === null ? null : `${degrees(text("latitude"))}, ${degrees(text("longitude"))}`
  const confidence = text("confidence")
  const addresses = text("addresses")
    ?.replaceAll(/[[\]"]/g, "")
    .replaceAll(",", ", ")
  const value = [text("value") ?? text("value_text"), text("unit")].filter((part) => part !== null)
  return [
    ...(addresses === undefined || addresses === "" ? [] : [`under ${addresses}`]),
    ...(type === "samples" && value.length > 0 ? [value.join(" ")] : []),
    ...(row["all_day"] === true && text("local_start_date") !== null
      ? [`${text("local_start_date")}, all day`]
      : from === null
        ? []
        : [spanText(from, until, text("time_zone"))]),
    ...(place === null ? [] : [`at ${place}${text("location_status") === "inferred" ? ", which is inferred" : ""}`]),
    ...(confidence === null || Number(confidence) === 1 ? [] : [`${Math.round(100 * Number(confidence))}% sure`]),
    ...(row["hidden"] === true ? ["hidden by you: keepsake unhide shows it again"] : [])
  ]
}

const degrees = (value: string | null): string => String(Number(Number(value).toFixed(5)))

/** `2024-05-01 18:30 to 21:00, Europe/Vienna`. */
const spanText = (from: string, until: string | null, zone: string | null): string => {
  const [start, end] = [localTime(from, zone), until === null ? null : localTime(until, zone)]
  const rest =
    end === null || end === start ? "" : ` to ${end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end}`
  return `${start}${rest}, ${zone ?? "UTC"}`
}

/** As the clocks there showed it: `2024-05-01 18:30`. */
const localTime = (time: string, zone: string | null): string =>
  new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone: zone ?? "UTC" }).format(
    new Date(time)
  )

/** A moment at which the program did something, in UTC. */
export const day = (time: string | null): string => (time === null ? "some day" : time.slice(0, 16).replace("T", " "))
