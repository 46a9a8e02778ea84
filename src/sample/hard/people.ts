/** Whom the person knows: namesakes, people with several addresses, and some who are but a name on pictures. */
import type { Person } from "../event.ts"
import { stream } from "../random.ts"
import { JOB_ENDS, NEXT_JOB_BEGINS, jobOn } from "./eras.ts"

export type Circle = "friends" | "first-job" | "second-job"

export interface Known {
  /** Names the person for good. */
  readonly id: string
  readonly name: string
  readonly circles: ReadonlyArray<Circle>
  /** Of these the one that an invitation is sent to; several in turn. */
  readonly addresses: ReadonlyArray<AddressUse>
  /** What pictures call them; null: nobody has tagged them. */
  readonly tag: string | null
}

interface AddressUse {
  readonly address: string
  /** Where it is used. */
  readonly circle: Circle
  /** As programs write the name beside it. */
  readonly name: string
  /** Days from and to before which it is used. */
  readonly from: number
  readonly to: number
}

const use = (address: string, name: string, circle: Circle = "friends", from = -Infinity, to = Infinity) => ({
  address,
  circle,
  name,
  from,
  to
})

const friend = (name: string, tag: string | null, ...addresses: ReadonlyArray<AddressUse>): Known => ({
  id: addresses[0]?.address ?? name,
  name,
  circles: [...new Set(addresses.map(({ circle }) => circle))],
  addresses,
  tag
})

const FIRST = "danube.example"
const SECOND = "alpine.example"

/** The person herself: a private address, and one for each job. */
export const self: Known = friend(
  "Ana Lindner",
  "Ana",
  use("ana.lindner@example.com", "Ana Lindner"),
  use(`ana.lindner@${FIRST}`, "Lindner, Ana", "first-job"),
  use(`a.lindner@${SECOND}`, "Ana Lindner", "second-job")
)

export const known: ReadonlyArray<Known> = [
  // Four addresses: private, with a tag for school, of the old employer, of the new one.
  friend(
    "Mira Novak",
    "Mira",
    use("mira.novak@example.com", "Mira Novak", "friends", -Infinity, NEXT_JOB_BEGINS - 60),
    use("mira.novak+school@example.com", "Mira Novak", "friends"),
    use("m.novak@lumen.example", "Novak, Mira", "friends", JOB_ENDS - 150),
    use(`mira.novak@${FIRST}`, "Mira Novak", "first-job", -Infinity, JOB_ENDS - 150)
  ),
  // A colleague who became a friend, and a friend who has changed the provider.
  friend(
    "Leo Steiner",
    "Leo",
    use("leo@steiner.example", "Leo Steiner"),
    use(`leo.steiner@${FIRST}`, "Steiner, Leo", "first-job")
  ),
  friend(
    "Sofia Rossi",
    "Sofia",
    use("sofia.rossi@example.org", "Sofia Rossi", "friends", -Infinity, 380),
    use("sofia@rossi.example", "Sofia Rossi", "friends", 380)
  ),
  friend("Jonas Berger", "Jonas", use("jonas.berger@example.com", "Jonas Berger")),
  friend("Nadia Haddad", "Nadia Haddad", use("nadia.haddad@example.net", "nadia.haddad@example.net")),
  friend("Tom Fischer", "Tom Fischer", use("tom.fischer@example.com", "Tom Fischer")),
  // Namesakes: a friend and a colleague, twice.
  friend("Thomas Müller", "Thomas", use("thomas.mueller@example.org", "Thomas Müller")),
  friend("Thomas Müller", null, use(`t.mueller@${FIRST}`, "Thomas Müller", "first-job")),
  friend("Anna Huber", "Anna Huber", use("anna.huber@example.net", "Anna Huber")),
  friend("Anna Huber", null, use(`anna.huber@${SECOND}`, "Huber, Anna", "second-job")),
  friend("Paul Gruber", null, use(`paul.gruber@${FIRST}`, "Gruber, Paul", "first-job")),
  friend("Eva Maier", "Eva", use(`eva.maier@${FIRST}`, "Eva Maier", "first-job")),
  friend("Ines Costa", null, use(`ines.costa@${FIRST}`, "Ines Costa", "first-job")),
  friend("David Wagner", null, use(`david.wagner@${SECOND}`, "Wagner, David", "second-job")),
  friend("Lena Hofer", "Lena", use(`lena.hofer@${SECOND}`, "Lena Hofer", "second-job")),
  friend("Marek Horák", null, use(`m.horak@${SECOND}`, "Marek Horák", "second-job"))
]

/** Only ever names on pictures. */
export const family: ReadonlyArray<Known> = [friend("Mama", "Mama"), friend("Opa", "Opa")]

export const everyone: ReadonlyArray<Known> = [self, ...known, ...family]

/** As an invitation of a circle has someone on a day; null who has no address there. `turn` chooses among several. */
export const invited = ({ addresses }: Known, circle: Circle, day: number, turn: number): Person | null => {
  const fitting = addresses.filter((one) => one.circle === circle && day >= one.from && day < one.to)
  const chosen = fitting[turn % Math.max(1, fitting.length)]
  return chosen === undefined ? null : { address: chosen.address, name: chosen.name }
}

const invitedFrom = (people: ReadonlyArray<Known>, circle: Circle, day: number, turn: number): ReadonlyArray<Person> =>
  people.flatMap((one) => {
    const person = invited(one, circle, day, turn)
    return person === null ? [] : [person]
  })

/** So many of a circle, as an invitation has them. `salt` tells apart invitations of one day. */
export const guestsOf = (
  seed: number,
  day: number,
  circle: Circle,
  count: number,
  salt = ""
): ReadonlyArray<Person> => {
  const random = stream("hard guests", seed, day, circle, salt)
  const circled = invitedFrom(known, circle, day, random.integer(0, 9))
  const first = random.integer(0, Math.max(0, circled.length - 1))
  return [...circled, ...circled].slice(first, first + Math.min(count, circled.length))
}

const namesakes: ReadonlyArray<Known> = known.filter(({ id, name }) =>
  known.some((other) => other.name === name && other.id !== id)
)

/** Both of one name: a friend, and the colleague of that day's job. */
export const namesakesOn = (day: number): ReadonlyArray<Person> => {
  const colleagues = namesakes.filter((one) => invited(one, jobOn(day), day, 0) !== null)
  const friends = namesakes.filter(
    ({ circles, name }) => circles.includes("friends") && colleagues.some((one) => one.name === name)
  )
  return [...invitedFrom(friends, "friends", day, 0), ...invitedFrom(colleagues, jobOn(day), day, 0)]
}

/** Each once. */
export const distinctGuests = (guests: ReadonlyArray<Person>): ReadonlyArray<Person> => [
  ...new Map(guests.map((one) => [ownerOf(one.address)?.id ?? one.address, one])).values()
]

/** Who has an address. */
export const ownerOf = (address: string): Known | null =>
  everyone.find(({ addresses }) => addresses.some((one) => one.address === address)) ?? null
