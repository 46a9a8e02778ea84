import { Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { withDefault } from "../src/component/fields.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Slices, type Span, inSlice, microsOf, withinSlice } from "../src/component/slice.ts"
import { type Sql, empty, name, sql } from "../src/component/sql.ts"
import { type Helper, listTransform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { MENTION_SPAN, callingSteps, mentionsOf, mentionsPeople, sameCalling } from "./people-mentions.ts"
import { type ByName, decisions, mergeSteps } from "./people-merge.ts"

const ANA = "00000000-0000-4000-8000-000000000001"
const BEN = "00000000-0000-4000-8000-000000000002"

/** Finds who is who: one person with many addresses, and several people of one name. */
export const resolvePeople = listTransform({
  type: "resolve-people",
  summary: "Finds the people in events and pictures: one with many addresses, or many of one name.",
  description: [
    "Reads whom events invite (`attendees`), whom pictures show (`people`), and who shares an album that holds them (`sharers`). Addresses of one mailbox are one person: without `+tag`, and at Gmail without dots. An address without a name has the one that it spells (`ana.lindner@…`), if anyone is called that.",
    "Two addresses with the same full name are one person unless two of that name are ever invited to one event: then only those with the same companions (at least two, and half of the fewer) are, and never two that were invited together.",
    "A name without an address, as pictures have it, is the only person of that name; where there are several, or for a first name, it is the one who was at the events of these pictures (`right_id`, as link-events gives it).",
    "What you have merged or split by hand stays so (`keepsake merge`, `keepsake split`): what was split off is one with nothing else unless you merge it.",
    "One row for each person and link: `attends` an event, `appears_in` a picture, `shares` a picture, by the albums in which it is (the `memories` sink also links who shares an album to it), `same_as` each other address or name of the person, with the reason as rule and evidence. `addresses` has all of a person's; `itself` has those from which its id is."
  ].join(" "),
  config: {
    by_name: Schema.Literals(["uncontested", "with-companions", "never"])
      .pipe(withDefault<ByName>("uncontested"))
      .annotate({
        description:
          "Whether the same full name makes two addresses one person: where nobody of that name is seen beside another (`uncontested`), only with the same companions, or never."
      })
  },
  examples: [
    {
      title: "One person with two addresses, and her name on a picture",
      yaml: "type: resolve-people\nfrom: [events, photos]",
      given: {
        events: [
          {
            _id: ANA,
            attendees: [{ name: "Ana Lindner", address: "a.lindner@gmail.com", role: "attendee", response: "accepted" }]
          },
          { _id: BEN, attendees: [{ name: "Lindner, Ana", address: "ana@work.example" }] }
        ],
        photos: [{ _id: ANA, people: [{ name: "Ana Lindner" }] }]
      },
      expect: [
        { name: "Ana Lindner", link_relation: "attends", right_entity: "events", right_id: ANA },
        { name: "Ana Lindner", link_relation: "attends", right_entity: "events", right_id: BEN },
        { name: "Ana Lindner", link_relation: "appears_in", right_entity: "media", right_id: ANA },
        { name: "Ana Lindner", link_relation: "same_as", link_rule: "resolve-people/1:name", link_confidence: 0.8 },
        {
          name: "Ana Lindner",
          link_relation: "same_as",
          link_rule: "resolve-people/1:name",
          addresses: '["a.lindner@gmail.com","ana@work.example"]'
        }
      ]
    },
    {
      title: "Who shares an album",
      yaml: "type: resolve-people\nfrom: [events, photos]",
      given: {
        events: [{ _id: ANA, attendees: [{ name: "Ana Lindner", address: "ana@icloud.com" }] }],
        photos: [{ _id: BEN, sharers: [{ name: "Ana Lindner", address: "ana@me.com", album: "Lisbon" }] }]
      },
      expect: [
        {
          name: "Ana Lindner",
          link_relation: "attends",
          right_id: ANA,
          link_evidence: '{"role":null,"response":null}'
        },
        { name: "Ana Lindner", link_relation: "shares", right_id: BEN, link_evidence: '{"albums":["Lisbon"]}' }
      ]
    },
    {
      title: "Two people of one name",
      yaml: "type: resolve-people\nfrom: events",
      given: {
        events: [
          {
            _id: ANA,
            attendees: [
              { name: "Tom Fischer", address: "tom@home.example" },
              { name: "Tom Fischer", address: "tom@work.example" }
            ]
          }
        ]
      },
      expect: [
        { name: "Tom Fischer", addresses: '["tom@home.example"]', link_relation: "attends" },
        { name: "Tom Fischer", addresses: '["tom@work.example"]', link_relation: "attends" }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ by_name }, { from }) {
    for (const [index, relation] of from.entries()) {
      const path = from.length === 1 ? ["from"] : ["from", index]
      yield* requireColumns(relation, [{ column: "_id", path }])
      if (relation.columns.size > 0 && !mentionsPeople(relation)) {
        return yield* new ConfigProblem({
          code: "no-people",
          path,
          message: `"${relation.name}" mentions no people: it has neither attendees nor people nor sharers.`,
          hint: "Name relations of events or pictures."
        })
      }
    }
    const { slices, ...mentions } = mentionsOf(from)
    const helpers = [slices === undefined ? mentions : { ...mentions, slices }, callings(by_name), PERSONS, SAME]
    return {
      entity: "people",
      decisions,
      helpers,
      query: linksOf(name("_mentions")),
      ...(slices === undefined ? {} : { slices: linksBy(from) })
    }
  })
})

/** Each name and address by which someone is called, and whose it is. What is counted in it changes with every mention. */
const callings = (byName: ByName): Helper => ({
  name: "_callings",
  reads: ["_mentions"],
  times: [],
  query: sql`with ${callingSteps}, ${mergeSteps(byName)}
    select c.name, c.address, c.uses, c.alias, p.person, p.main, p.rule, p.confidence, p.evidence, c.alias in (select alias from hands) as by_hand,
      to_json({'addresses': a.addresses}) as others,
      json_merge_patch('{}', {'name': a.names[1], 'addresses': a.addresses}::json)::varchar as itself
    from callings c join persons p using (alias) join aliases a using (alias)`
})

/** Who is meant by a name and an address. By a full name rather than a first name; else by the one most used. */
const PERSONS: Helper = {
  name: "_persons",
  reads: ["_callings"],
  times: [],
  query: sql`with called as (
      select person, arg_min(name, {'merged': not main, 'short': not contains(trim(name), ' '), 'uses': -uses, 'name': name}) as called
      from (select person, main, name, sum(uses) as uses from _callings where name is not null group by person, main, name) group by person
    ),
    people as (
      select person, any_value(itself) filter (alias = person) as itself,
        to_json(list_sort(list(distinct address) filter (address is not null)))::varchar as addresses
      from _callings group by person
    )
    select c.name, c.address, person, called, addresses, p.itself
    from _callings c join people p using (person) left join called using (person)`
}

/** What else someone is called by, and why it is one person. */
const SAME: Helper = {
  name: "_same",
  reads: ["_callings"],
  // It has no time: with it change the rows without one.
  times: ["right_starts_at"],
  query: sql`select distinct person, alias, null::timestamptz as right_starts_at, confidence::double as confidence,
      case rule when 'split' then 'edit/1' else 'resolve-people/1:' || rule end as rule,
      json_merge_patch(coalesce(evidence, '{}'), coalesce(others, '{}'))::varchar as evidence
    from _callings where alias <> person and not by_hand`
}

/** One row for each person and what the person is linked to, of these mentions. */
const linksOf = (mentions: Sql, having: Sql = empty, same: Sql = sql`_same`): Sql => sql`with linked as (
    select person, any_value(p.called) as name, any_value(p.addresses) as addresses, any_value(p.itself) as itself,
      case place when 'events' then 'attends' when 'media' then 'appears_in' else 'shares' end as link_relation,
      case place when 'events' then place else 'media' end as right_entity, place_id as right_id,
      min(starts_at) as right_starts_at, max(ends_at) as right_ends_at, 1.0 as link_confidence,
      case place when 'events' then 'attendee/1' when 'media' then 'tag/1' else 'album-sharer/1' end as link_rule,
      case place when 'events' then json_object('role', max(role), 'response', max(response))
        when 'shared' then to_json({'albums': list_sort(list(distinct album) filter (album is not null))}) end::varchar as link_evidence
    from ${mentions} m join _persons p on ${sameCalling("m", "p")} group by person, place, place_id ${having}
    union all
    select person, called, addresses, itself, 'same_as', 'people', alias, s.right_starts_at, null, s.confidence, s.rule, s.evidence
    from ${same} s join (select distinct person, called, addresses, itself from _persons) using (person)
  )
  select 'people' as _entity, person as _id, name, addresses, itself, link_relation, right_entity, right_id, right_starts_at,
    right_ends_at, link_confidence::double as link_confidence, link_rule, link_evidence
  from linked`

/** Several relations may mention someone for one event or picture, at times that differ: the first of them counts. */
const linksBy = (from: ReadonlyArray<Relation>): Slices => {
  const [mentions, starts] = [name("_mentions"), name(MENTION_SPAN.start)]
  const here = withinSlice({ table: mentions }, MENTION_SPAN)
  return {
    time: sql`right_starts_at`,
    inputs: new Map<string, Span | null>([
      ...from.map((relation) => [relation.name, null] as const),
      ["_mentions", MENTION_SPAN],
      ["_callings", null],
      ["_same", { start: "right_starts_at", end: null }]
    ]),
    reach: 0,
    spread: (isChanged, own) => sql`
      select ${microsOf(starts)} as moment, null::bigint as until from ${mentions} where place_id in (
        select place_id from ${mentions} where ${isChanged(starts, name(MENTION_SPAN.end))}
        union all select right_id from ${own} where ${isChanged(sql`right_starts_at`, sql`right_ends_at`)})`,
    query: linksOf(
      sql`(select * from ${mentions} where place_id in (select place_id from ${here}))`,
      sql`having ${inSlice(sql`min(starts_at)`)}`,
      sql`(select * from _same where ${inSlice(sql`right_starts_at`)})`
    )
  }
}
