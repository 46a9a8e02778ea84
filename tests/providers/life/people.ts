/** Who meets whom. */
import type { NonEmpty, Random } from "../../../src/sample/random.ts"
import type { Guest, Person } from "./agenda.ts"

const NAMES: NonEmpty<string> = [
  "Ben Okafor",
  "Chiara Rossi",
  "Dmitri Wolkow",
  "Esra Yıldız",
  "Fatima Al-Sayed",
  "Goran Petrović",
  "Hana Suzuki",
  "Íris Jónsdóttir",
  "José Álvarez",
  "Kim Min-jun",
  "Léa Dubois",
  "Müller, Max"
]

const addressOf = (name: string): string =>
  `${name
    .normalize("NFD")
    .toLowerCase()
    .replaceAll("ı", "i")
    .replaceAll(/[^a-z]+/g, ".")
    .replaceAll(/^\.|\.$/g, "")}@example.org`

const RESPONSES: NonEmpty<Guest["response"]> = ["accepted", "accepted", "declined", "tentative", "needsAction"]

/** What someone with this address is called. */
export const nameOf = (address: string): string =>
  address.replace(/@.*/, "").replace(/^./, (letter) => letter.toUpperCase())

const guestOf = (random: Random, name: string): Guest => {
  const address = addressOf(name)
  return {
    name: random.chance(0.2) ? null : name,
    // People write their addresses as they like.
    address: random.chance(0.1) ? address.replace(/^./, (letter) => letter.toUpperCase()) : address,
    response: random.pick(RESPONSES),
    optional: random.chance(0.2),
    resource: false
  }
}

const ROOM: Guest = {
  name: "Room 4.07",
  address: "c_room407@resource.calendar.example.com",
  response: "accepted",
  optional: false,
  resource: true
}

export interface Party {
  readonly organizer: Person
  readonly guests: ReadonlyArray<Guest>
}

/** Alone, or with others; the owner or one of the others invites. */
export const partyOf = (random: Random, owner: Person): Party => {
  if (random.chance(0.5)) return { organizer: owner, guests: [] }
  const names = new Set(Array.from({ length: random.integer(1, 6) }, () => random.pick(NAMES)))
  const others = [...names].map((name) => guestOf(random, name))
  const host = random.chance(0.5) ? owner : (others[0] ?? owner)
  const self: Guest = { ...owner, response: random.pick(RESPONSES), optional: false, resource: false }
  const room = random.chance(0.3) ? [ROOM] : []
  return { organizer: { name: host.name, address: host.address }, guests: [self, ...others, ...room] }
}
