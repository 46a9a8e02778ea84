/** What Google knows about places: those of the sample's life by name, any other on land by its coordinates. */
import { iso1A2Code } from "@rapideditor/country-coder"
import {
  type Place,
  birthdayHouse,
  bookshop,
  dinners,
  holidays,
  home,
  museums,
  office,
  outings,
  stages,
  walks
} from "../../../src/sample/places.ts"

export interface Spot {
  /** The place id. */
  readonly id: string
  readonly name: string
  readonly address: string
  readonly latitude: number
  readonly longitude: number
  readonly locality: string
  /** Two letters. */
  readonly country: string
  readonly types: ReadonlyArray<string>
}

export interface Atlas {
  /** The named place within 150 metres, else an address; null at sea. */
  readonly at: (latitude: number, longitude: number) => Spot | null
  readonly get: (id: string) => Spot | null
  /** Named places within so many metres, nearest first. */
  readonly near: (latitude: number, longitude: number, metres: number) => ReadonlyArray<Spot>
}

const METRES_PER_DEGREE = 111_195

/** Good enough within a city. */
const distance = (latitude: number, longitude: number, spot: Spot): number =>
  Math.hypot(
    (spot.latitude - latitude) * METRES_PER_DEGREE,
    (spot.longitude - longitude) * METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  )

const idOf = (text: string) => `ChIJ${Buffer.from(text).toString("base64url")}`

const spotOf =
  (...types: ReadonlyArray<string>) =>
  ({ name, address, latitude, longitude }: Place): Spot => ({
    id: idOf(`${latitude},${longitude}`),
    name,
    address,
    latitude,
    longitude,
    locality: /\d{4} (?<town>[^,]+)/.exec(address)?.groups?.["town"] ?? name,
    country: iso1A2Code([longitude, latitude]) ?? "AT",
    types: [...types, "point_of_interest", "establishment"]
  })

const named = (): ReadonlyArray<Spot> => [
  ...[home, birthdayHouse].map(spotOf("premise")),
  spotOf("corporate_office")(office),
  spotOf("book_store")(bookshop),
  ...walks.map(spotOf("park")),
  ...dinners.map(spotOf("restaurant")),
  ...stages.map(spotOf("concert_hall")),
  ...museums.map(spotOf("museum")),
  ...outings.map(spotOf("tourist_attraction")),
  ...holidays.flatMap(({ sights }) => sights.map(spotOf("tourist_attraction")))
]

/** An address on a grid of about 100 metres. */
const addressAt = (latitude: number, longitude: number): Spot | null => {
  const country = iso1A2Code([longitude, latitude])
  if (country === null) return null
  const [north, east] = [latitude.toFixed(3), longitude.toFixed(3)]
  const locality = `Town ${latitude.toFixed(1)} ${longitude.toFixed(1)}`
  return {
    id: idOf(`${north},${east}`),
    name: `Street ${north} ${east}`,
    address: `Street ${north} ${east}, ${locality}`,
    latitude: Number(north),
    longitude: Number(east),
    locality,
    country,
    types: ["street_address"]
  }
}

export const atlasOf = (): Atlas => {
  const spots = named()
  const near: Atlas["near"] = (latitude, longitude, metres) =>
    spots
      .map((spot) => ({ spot, metres: distance(latitude, longitude, spot) }))
      .filter((one) => one.metres <= metres)
      .toSorted((left, right) => left.metres - right.metres)
      .map(({ spot }) => spot)
  return {
    near,
    at: (latitude, longitude) => near(latitude, longitude, 150)[0] ?? addressAt(latitude, longitude),
    get: (id) => {
      const found = spots.find((spot) => spot.id === id)
      if (found !== undefined || !id.startsWith("ChIJ")) return found ?? null
      const parts = /^(-?[\d.]+),(-?[\d.]+)$/.exec(Buffer.from(id.slice(4), "base64url").toString())
      return parts === null ? null : addressAt(Number(parts[1]), Number(parts[2]))
    }
  }
}
