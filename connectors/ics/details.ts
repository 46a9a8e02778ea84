/** What an event says beside its times: words, place, people, state. */
import { type Attendee, type Details, invited } from "../calendar/details.ts"
import { type Properties, type Property, plainText } from "../calendar/property.ts"

const COORDINATES = /^(?:geo:)?\s*([+-]?\d+(?:\.\d+)?)\s*[;,]\s*([+-]?\d+(?:\.\d+)?)/i

/** Degrees; null where the place is missing or impossible. 0,0 is what programs write that know no place. */
const coordinates = (value: string | undefined) => {
  const [, latitude, longitude] = (COORDINATES.exec(value?.replaceAll("\\", "").trim() ?? "") ?? []).map(Number)
  if (latitude === undefined || longitude === undefined) return null
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || (latitude === 0 && longitude === 0)) return null
  return { latitude, longitude }
}

/** The e-mail address, or else whatever else names the person. */
const addressOf = ({ params, value }: Property): string | null => {
  const [, mailbox] = /^mailto:(.*)$/i.exec(value.trim()) ?? []
  const address = mailbox ?? plainText(params.get("email")) ?? value
  const known = plainText(address)?.toLowerCase() ?? null
  return known === "invalid:nomail" ? null : known
}

const person = (property: Property, role: Attendee["role"]): Attendee => {
  const address = addressOf(property)
  const name = plainText(property.params.get("cn"))
  return {
    name: name?.toLowerCase() === address ? null : name,
    address,
    role,
    response: property.params.get("partstat")?.toLowerCase() ?? null
  }
}

/** Rooms and equipment are invited too, but are no people. */
const isPerson = ({ params }: Property): boolean =>
  !["ROOM", "RESOURCE"].includes(params.get("cutype")?.toUpperCase() ?? "")

const attendeesOf = (has: Properties): ReadonlyArray<Attendee> =>
  invited([
    ...has.all("ORGANIZER").map((property) => person(property, "organiser")),
    ...has
      .all("ATTENDEE")
      .filter(isPerson)
      .map((property) => person(property, "attendee"))
  ])

const statusOf = (value: string | undefined): Details["status"] => {
  const status = value?.trim().toUpperCase() ?? ""
  return status === "CANCELLED" || status === "CANCELED"
    ? "cancelled"
    : status === "TENTATIVE"
      ? "tentative"
      : "confirmed"
}

/** `cancelled`: by the whole calendar. */
export const detailsOf = (has: Properties, cancelled: boolean): Details => {
  const apple = has.first("X-APPLE-STRUCTURED-LOCATION")
  const place = coordinates(has.first("GEO")?.value) ?? coordinates(apple?.value)
  return {
    title: plainText(has.first("SUMMARY")?.value),
    description: plainText(has.first("DESCRIPTION")?.value),
    location: plainText(has.first("LOCATION")?.value) ?? plainText(apple?.params.get("x-title")),
    latitude: place?.latitude ?? null,
    longitude: place?.longitude ?? null,
    status: cancelled ? "cancelled" : statusOf(has.first("STATUS")?.value),
    attendees: attendeesOf(has)
  }
}
