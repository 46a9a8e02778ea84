/** What became of a hard sample, against its truth: links, people, trips, homes, and places that had to be inferred. */
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import type { HardEra, HardTruth } from "../../src/sample/hard/truth.ts"
import type { Truth } from "../../src/sample/index.ts"
import { metres } from "../sample/support.ts"
import { query } from "./engine.ts"
import { type Judged, type Span, matched, ofPairs } from "./score.ts"
import { assetsById, eventLinks } from "./links.ts"

export interface HardScore {
  /** Pictures and their events. */
  readonly links: Judged
  /** Pairs of mentions of one person: each once for an event or series, and once for a picture. */
  readonly people: Judged
  /** Of one kind, and with half or more of the dates that either has in common. */
  readonly trips: Judged
  /** Homes and places of work to 200 m, and none that is none. */
  readonly homes: Judged
  /** Pictures without a place of their own: right to 500 m, and marked as inferred. */
  readonly places: Judged
}

const DAY = 86_400_000
const LEAST_OVERLAP = 0.5
const HOME_METRES = 200
const PLACE_METRES = 500

const located = (row: { readonly [column: string]: unknown }) => ({
  latitude: Number(row["latitude"] ?? Number.NaN),
  longitude: Number(row["longitude"] ?? Number.NaN)
})

interface Named {
  readonly id: string
  readonly addresses: ReadonlySet<string>
}

const peopleScore = Effect.fnUntraced(function* (
  home: string,
  hard: HardTruth,
  byId: ReadonlyMap<string, string | undefined>
) {
  const rows = yield* query(
    home,
    authored(`select person_id, unnest(coalesce(addresses::varchar[], []))::varchar as address from life.people`)
  )
  const attending = yield* query(
    home,
    authored(`select distinct from_id, uid from life.links join life.events on to_id = event_id
      where relation = 'attends' and from_type = 'people'`)
  )
  const appearing = yield* query(
    home,
    authored(`select distinct from_id, to_id from life.links where relation = 'appears_in' and from_type = 'people'`)
  )
  const attends = new Set(attending.map(({ from_id, uid }) => `${from_id} ${uid}`))
  const holders = Map.groupBy(rows, ({ address }) => String(address).toLowerCase())
  const people = [...Map.groupBy(rows, ({ person_id }) => String(person_id))].map(([id, own]): Named => ({
    id,
    addresses: new Set(own.map(({ address }) => String(address).toLowerCase()))
  }))
  const invited = hard.mentions.flatMap((mention) => {
    if ("asset" in mention) return []
    const id = holders.get(mention.address)?.find(({ person_id }) => attends.has(`${person_id} ${mention.uid}`))
    return [
      {
        told: mention.person,
        found: id === undefined ? `none ${mention.uid} ${mention.address}` : String(id["person_id"])
      }
    ]
  })
  // Of the people on one picture, those are taken for the tagged ones with whom most agrees.
  const addressesOf = new Map(hard.people.map(({ addresses, person }) => [person, new Set(addresses)]))
  const isRight = (person: string, id: string) => {
    const told = addressesOf.get(person)
    const named = people.find((one) => one.id === id)
    return told !== undefined && named !== undefined && !named.addresses.isDisjointFrom(told)
  }
  const onPicture = Map.groupBy(appearing, ({ to_id }) => byId.get(String(to_id)))
  const tags = Map.groupBy(
    hard.mentions.flatMap((mention) => ("asset" in mention ? [mention] : [])),
    ({ asset }) => asset
  )
  const tagged = [...tags].flatMap(([asset, mentions]) => {
    const left = new Set((onPicture.get(asset) ?? []).map(({ from_id }) => String(from_id)))
    const sure = mentions.map(({ person }) => {
      const id = [...left].find((one) => isRight(person, one))
      if (id !== undefined) left.delete(id)
      return id
    })
    return mentions.map(({ person, tag }, index) => {
      const id = sure[index] ?? [...left][0]
      if (id !== undefined) left.delete(id)
      return { told: person, found: id ?? `none ${asset} ${tag}` }
    })
  })
  const members = [...invited, ...tagged]
  const wrong = [...Map.groupBy(members, ({ told }) => told)].flatMap(([person, own]) => {
    const groups = [...Map.groupBy(own, ({ found }) => (found.startsWith("none") ? "nobody" : found))]
    return groups.length > 1
      ? [`${person} is ${groups.map(([id, group]) => `${id.slice(0, 8)} (${group.length})`).join(", ")}`]
      : []
  })
  const mixed = [...Map.groupBy(members, ({ found }) => found)].flatMap(([id, own]) => {
    const groups = [...Map.groupBy(own, ({ told }) => told)]
    return groups.length > 1
      ? [`${id.slice(0, 8)} mixes ${groups.map(([person, group]) => `${person} (${group.length})`).join(", ")}`]
      : []
  })
  return { score: ofPairs(members), wrong: [...mixed, ...wrong] } satisfies Judged
})

interface Dated extends Span {
  readonly kind: string
  readonly words: string
}

const dated = (kind: string, first: string, last: string, words: string): Dated => ({
  kind,
  start: Date.parse(first),
  end: Date.parse(last) + DAY,
  words: `${kind} ${first} to ${last} ${words}`
})

const tripsScore = Effect.fnUntraced(function* (home: string, hard: HardTruth) {
  const rows = yield* query(
    home,
    authored(`select kind, coalesce(title, '') as title, local_date::varchar as first,
        greatest(local_date, ends_at::date)::varchar as last
      from life.memories where kind in ('trip', 'day-trip')`)
  )
  const found = rows.map((row) =>
    dated(String(row["kind"]), String(row["first"]), String(row["last"]), String(row["title"]))
  )
  const told = hard.trips.map((trip) => dated(trip.kind, trip.first_date, trip.last_date, trip.main.name))
  const kinds = ["trip", "day-trip"]
  const of = (trips: ReadonlyArray<Dated>, wanted: string) => trips.filter(({ kind }) => kind === wanted)
  const right = kinds.flatMap((kind) => matched(of(found, kind), of(told, kind), LEAST_OVERLAP))
  const [seen, known] = [new Set(right.map(([one]) => one)), new Set(right.map(([, one]) => one))]
  return {
    score: { right: right.length, found: found.length, told: told.length },
    wrong: [
      ...told.filter((trip) => !known.has(trip)).map(({ words }) => `missed ${words}`),
      ...found.filter((trip) => !seen.has(trip)).map(({ words }) => `false ${words}`)
    ]
  } satisfies Judged
})

const homesScore = Effect.fnUntraced(function* (home: string, hard: HardTruth) {
  const rows = yield* query(
    home,
    authored(
      "select kind, coalesce(name, '') as name, latitude, longitude from life.places where kind in ('home', 'second-home', 'work')"
    )
  )
  const told = [...hard.homes, ...hard.works]
  const isSame = (row: (typeof rows)[number], era: HardEra) =>
    row["kind"] === era.kind && metres(located(row), era) <= HOME_METRES
  const right = told.filter((era) => rows.some((row) => isSame(row, era)))
  return {
    score: { right: right.length, found: rows.length, told: told.length },
    wrong: [
      ...told.filter((era) => !right.includes(era)).map(({ kind, name }) => `missed ${kind} ${name}`),
      ...rows
        .filter((row) => !told.some((era) => isSame(row, era)))
        .map((row) => `false ${row["kind"]} ${row["name"]} ${row["latitude"]}, ${row["longitude"]}`)
    ]
  } satisfies Judged
})

const placesScore = Effect.fnUntraced(function* (
  home: string,
  hard: HardTruth,
  byId: ReadonlyMap<string, string | undefined>
) {
  const rows = yield* query(home, authored("select media_id, latitude, longitude, location_status from life.media"))
  const found = new Map(rows.map((row) => [byId.get(String(row["media_id"])), row]))
  const told = hard.photos.filter(({ place }) => place === "to-infer")
  const judged = told.map((photo) => {
    const row = found.get(photo.asset)
    const off = row === undefined ? Number.NaN : metres(located(row), photo)
    return { photo, row, off, right: off <= PLACE_METRES && row?.["location_status"] === "inferred" }
  })
  return {
    score: {
      right: judged.filter(({ right }) => right).length,
      found: judged.filter(({ row }) => row?.["location_status"] === "inferred").length,
      told: told.length
    },
    wrong: judged
      .filter(({ right }) => !right)
      .map(
        ({ off, photo, row }) =>
          `${photo.path} ${row?.["location_status"]}, ${Math.round(off)} m off, clock ${photo.clock_seconds} s`
      )
  } satisfies Judged
})

/** Judges a home after a run over a hard sample. */
export const hardScore = Effect.fnUntraced(function* (home: string, truth: Truth) {
  const { hard } = truth
  if (hard === undefined) return yield* Effect.die("this sample isn't a hard one")
  const byId = yield* assetsById(home, truth)
  return {
    links: yield* eventLinks(home, truth),
    people: yield* peopleScore(home, hard, byId),
    trips: yield* tripsScore(home, hard),
    homes: yield* homesScore(home, hard),
    places: yield* placesScore(home, hard, byId)
  } satisfies HardScore
})
