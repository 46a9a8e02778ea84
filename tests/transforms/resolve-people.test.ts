import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { sql } from "../../src/component/sql.ts"
import { resolvePeople } from "../../transforms/resolve-people.ts"
import { property, relation, run, services } from "./harness.ts"

const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

interface Guest {
  readonly name: string | null
  readonly address: string
}

/** Who knows whom is up to chance: a few names, each with a few mailboxes. */
const guests: ReadonlyArray<Guest> = ["Ana Li", "Tom Fi", "Leo Ro", "Eva Ma"].flatMap((name, index) =>
  Array.from({ length: index === 3 ? 1 : 3 }, (_, box) => ({ name, address: `${name[0]?.toLowerCase()}${box}@x.org` }))
)
const worlds = fc.array(fc.uniqueArray(fc.nat(guests.length - 1), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 9
})

const eventsOf = (events: ReadonlyArray<ReadonlyArray<Guest>>) =>
  relation(
    "events",
    sql`select * replace (attendees::json as attendees) from (${exampleTable(
      events.map((attendees, index) => ({ _id: id(index), attendees: attendees.map((one) => ({ ...one })) }))
    )})`
  )

const photosOf = (photos: ReadonlyArray<{ readonly name: string; readonly event: number | null }>) =>
  relation(
    "photos",
    exampleTable(
      photos.map(({ event, name }, index) => ({
        _id: id(100 + index),
        people: [{ name }],
        right_entity: "events",
        right_id: event === null ? null : id(event)
      }))
    )
  )

/** The groups of addresses that were taken for one person each. */
const groups = (rows: ReadonlyArray<{ readonly [column: string]: unknown }>) =>
  [...new Set(rows.map((row) => String(row["addresses"])))].toSorted()

/** The rule as it is stated, by looking at every pair. */
const expected = (events: ReadonlyArray<ReadonlyArray<Guest>>) => {
  const seen = [...new Set(events.flat())]
  const beside = (a: Guest, b: Guest) => events.some((event) => event.includes(a) && event.includes(b))
  const namesakes = (name: string | null) => seen.filter((one) => one.name === name)
  const contested = (name: string | null) =>
    namesakes(name).some((a) => namesakes(name).some((b) => a !== b && beside(a, b)))
  const companions = (one: Guest) =>
    new Set(
      events
        .filter((event) => event.includes(one))
        .flatMap((event) => event.map(({ name }) => name))
        .filter((name) => name !== one.name)
    )
  const alike = (a: Guest, b: Guest) => {
    if (a.name !== b.name || beside(a, b)) return false
    if (!contested(a.name)) return true
    const [first, second] = [companions(a), companions(b)]
    const shared = first.intersection(second).size
    return shared >= 2 && shared >= 0.5 * Math.min(first.size, second.size)
  }
  const reach = (start: Guest): ReadonlySet<Guest> => {
    const found = new Set([start])
    for (const one of found) for (const other of seen) if (other !== one && alike(one, other)) found.add(other)
    return found
  }
  const whole = seen.map((one) => reach(one))
  return [
    ...new Set(
      whole.flatMap((group) => {
        const members = [...group]
        const impossible = members.some((a) => members.some((b) => a !== b && beside(a, b)))
        const parts = impossible ? members.map((one) => [one]) : [members]
        return parts.map((part) => JSON.stringify(part.map(({ address }) => address).toSorted()))
      })
    )
  ].toSorted()
}

const resolve = (...relations: Parameters<typeof run>[2]) =>
  run(resolvePeople, `type: resolve-people\nfrom: [${relations.map(({ name }) => name).join(", ")}]`, relations)

layer(services)("resolve-people", (it) => {
  it.effect(
    "merges as a look at every pair does",
    () =>
      property(
        worlds,
        (world) =>
          Effect.gen(function* () {
            const events = world.map((event) =>
              event.flatMap((guest) => {
                const one = guests[guest]
                return one === undefined ? [] : [one]
              })
            )
            const rows = yield* resolve(yield* eventsOf(events))
            expect(groups(rows)).toEqual(expected(events))
            const attended = rows.filter((row) => row["link_relation"] === "attends")
            expect(attended).toHaveLength(
              events.flatMap((event) => [...new Set(event.map((one) => groupOf(rows, one.address)))]).length
            )
          }),
        60
      ),
    120_000
  )

  it.effect("takes the addresses of one mailbox for one", () =>
    Effect.gen(function* () {
      const boxes = ["a.n.a@gmail.com", "ana+x@googlemail.com", "ANA@gmail.com", "ana@me.com", "ana+news@icloud.com"]
      const rows = yield* resolve(yield* eventsOf(boxes.map((address) => [{ name: null, address }])))
      expect(groups(rows)).toEqual([
        '["a.n.a@gmail.com","ana+x@googlemail.com","ana@gmail.com"]',
        '["ana+news@icloud.com","ana@me.com"]'
      ])
      const tagged = yield* resolve(
        yield* eventsOf([
          [{ name: "Ana Li", address: "ana@x.org" }],
          [{ name: "Ana Li", address: "ana+club@x.org" }],
          [{ name: "Ben Ho", address: "ana+ben@x.org" }]
        ])
      )
      expect(groups(tagged)).toEqual(['["ana+ben@x.org"]', '["ana+club@x.org","ana@x.org"]'])
    })
  )

  it.effect("gives a first name to who was at the events of its pictures, and to nobody where that is unclear", () =>
    Effect.gen(function* () {
      const tom = { name: "Tom Fi", address: "tom@x.org" }
      const other = { name: "Tom Ro", address: "tom@y.org" }
      const events = yield* eventsOf([[tom], [tom], [other], [other], [tom, other]])
      const photos = [
        { name: "Tom", event: 0 },
        { name: "Tom", event: 1 },
        { name: "Tom", event: null }
      ]
      const clear = yield* resolve(events, yield* photosOf(photos))
      expect(clear.find((row) => row["link_relation"] === "same_as")).toMatchObject({
        name: "Tom Fi",
        link_rule: "resolve-people/1:pictures",
        link_evidence: '{"name":"tom","events":2,"of":2}'
      })
      expect(clear.filter((row) => row["link_relation"] === "appears_in" && row["name"] === "Tom Fi")).toHaveLength(3)
      const unclear = yield* resolve(
        events,
        yield* photosOf([...photos, { name: "Tom", event: 2 }, { name: "Tom", event: 3 }])
      )
      expect(unclear.filter((row) => row["link_relation"] === "same_as")).toEqual([])
      expect(unclear.filter((row) => row["name"] === "Tom")).toHaveLength(5)
    })
  )

  it.effect("reads a name from an address that has none, where someone is called that", () =>
    Effect.gen(function* () {
      const nobody = (address: string) => ({ name: address, address })
      const rows = yield* resolve(
        yield* eventsOf([[nobody("ana.li@x.org")], [nobody("no.reply@x.org")], [nobody("no.reply@y.org")]]),
        yield* photosOf([{ name: "Ana Li", event: null }])
      )
      expect(groups(rows)).toEqual(['["ana.li@x.org"]', '["no.reply@x.org"]', '["no.reply@y.org"]'])
      expect(rows.filter((row) => row["link_relation"] === "appears_in")).toMatchObject([
        { addresses: '["ana.li@x.org"]', name: "Ana Li" }
      ])
    })
  )

  it.effect("refuses what mentions nobody", () =>
    Effect.gen(function* () {
      const rows = yield* relation("rows", [{ _id: id(1), title: "x" }])
      expect(yield* Effect.flip(resolve(rows))).toMatchObject({ code: "no-people", path: ["from"] })
    })
  )
})

/** Which person an address is, by all of that person's addresses. */
const groupOf = (rows: ReadonlyArray<{ readonly [column: string]: unknown }>, address: string) =>
  rows.find((row) => String(row["addresses"]).includes(`"${address}"`))?.["addresses"]
