import { Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { withDefault } from "../src/component/fields.ts"
import { sql } from "../src/component/sql.ts"
import { listTransform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { mentionSteps, mentionsPeople } from "./people-mentions.ts"
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
    "One row for each person and link: `attends` an event, `appears_in` a picture, `shares` a picture in an album, `same_as` each other address or name of the person, with the reason as rule and evidence. `addresses` has all of a person's; `itself` has those from which its id is."
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
        { name: "Ana Lindner", link_relation: "shares", right_id: BEN, link_evidence: '{"album":"Lisbon"}' }
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
    return { entity: "people", decisions, query: sql`with ${mentionSteps(from)}, ${mergeSteps(by_name)}, ${ROWS}` }
  })
})

const ROWS = sql`mine as (select m.*, p.person, p.main from mentions m join persons p using (alias)),
  -- A full name rather than a first name; else the one most used.
  called as (
    select person, arg_min(name, {'merged': not main, 'short': not contains(trim(name), ' '), 'uses': -uses, 'name': name}) as name
    from (select person, main, name, count(*) as uses from mine where name is not null group by person, main, name) group by person
  ),
  people as (
    select person, any_value(c.name) as name, any_value(a.itself) as itself,
      to_json(list_sort(list(distinct address) filter (address is not null)))::varchar as addresses
    from mine left join called c using (person)
      left join (select alias as person, json_merge_patch('{}', {'name': names[1], 'addresses': addresses}::json)::varchar as itself from aliases) a
        using (person)
    group by person
  ),
  linked as (
    select person, case place when 'events' then 'attends' when 'media' then 'appears_in' else 'shares' end as link_relation,
      case place when 'events' then place else 'media' end as right_entity, place_id as right_id, 1.0 as link_confidence,
      case place when 'events' then 'attendee/1' when 'media' then 'tag/1' else 'album-sharer/1' end as link_rule,
      case place when 'events' then json_object('role', max(role), 'response', max(response))
        when 'shared' then json_object('album', min(album)) end::varchar as link_evidence
    from mine group by person, place, place_id
    union all
    select person, 'same_as', 'people', alias, confidence, case rule when 'split' then 'edit/1' else 'resolve-people/1:' || rule end,
      json_merge_patch(coalesce(evidence, '{}'), coalesce(to_json({'addresses': a.addresses}), '{}'))::varchar
    from persons p join aliases a using (alias) where alias <> person and alias not in (select alias from hands)
  )
  select 'people' as _entity, person as _id, name, addresses, itself, link_relation, right_entity, right_id,
    link_confidence::double as link_confidence, link_rule, link_evidence
  from linked join people using (person)`
