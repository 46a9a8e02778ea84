/** What an event says beside its times: words, place, people, state. */

/** A person invited, as the column `attendees` has it. */
export type Attendee = {
  readonly name: string | null
  readonly address: string | null
  readonly role: "organiser" | "attendee"
  /** `accepted`, `declined`, `tentative`, `needs-action`, … */
  readonly response: string | null
}

export interface Details {
  readonly title: string | null
  readonly description: string | null
  readonly location: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly status: "confirmed" | "tentative" | "cancelled"
  readonly attendees: ReadonlyArray<Attendee>
}

/** Organiser first; who is named twice is one person. */
export const invited = (people: ReadonlyArray<Attendee>): ReadonlyArray<Attendee> => {
  const merged = new Map<string, Attendee>()
  for (const each of people) {
    if (each.name === null && each.address === null) continue
    const key = each.address ?? `name:${each.name}`
    const known = merged.get(key)
    merged.set(
      key,
      known === undefined
        ? each
        : { ...known, name: known.name ?? each.name, response: known.response ?? each.response }
    )
  }
  return [...merged.values()]
}
