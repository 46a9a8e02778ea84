/** Who is mentioned where, as SQL: people invited to events, people tagged in pictures, and those who share albums. */
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Span, spanOf, spansOf, withinSlice } from "../src/component/slice.ts"
import { type Sql, join, literal, name, sql } from "../src/component/sql.ts"
import type { Helper } from "../src/component/transform.ts"
import { plainName } from "./people-names.ts"

/** Mail providers whose domains are one, and who deliver `name+tag@` to `name@`. */
const PROVIDERS = [
  ["gmail.com", ["googlemail.com"]],
  ["icloud.com", ["me.com", "mac.com"]],
  ["proton.me", ["protonmail.com", "protonmail.ch", "pm.me"]],
  ["outlook.com", []],
  ["hotmail.com", []],
  ["live.com", []],
  ["fastmail.com", []]
] as const satisfies ReadonlyArray<readonly [string, ReadonlyArray<string>]>

const DOMAINS = sql`map {${join(
  PROVIDERS.flatMap(([domain, others]) => [domain, ...others].map((one) => sql`${literal(one)}: ${literal(domain)}`))
)}}`

/** The mailbox behind an address: the domain's first name, without tags, and at Gmail without dots. */
export const mailbox = (address: Sql): Sql => {
  const domain = sql`split_part(${address}, '@', 2)`
  const local = sql`split_part(split_part(${address}, '@', 1), '+', 1)`
  const provider = sql`${DOMAINS}[${domain}]`
  return sql`case when ${provider} is null or ${local} = '' then ${address}
    when ${provider} = 'gmail.com' then replace(${local}, '.', '') || '@gmail.com'
    else ${local} || '@' || ${provider} end`
}

/** `Ana Lindner` of `ana.lindner@…`; null where an address has no such form. It may be no name: `team.lead@…` isn't one. */
const spelled = (address: Sql): Sql => {
  const local = sql`split_part(split_part(${address}, '@', 1), '+', 1)`
  return sql`case when regexp_matches(${local}, '^[a-z]{2,}[._][a-z]{2,}$') then replace(replace(${local}, '.', ' '), '_', ' ') end`
}

/** Whether two rows have the same name and address. */
export const sameCalling = (left: string, right: string): Sql =>
  sql`${name(left, "name")} is not distinct from ${name(right, "name")} and ${name(left, "address")} is not distinct from ${name(right, "address")}`

/** When a mention is: with the event, or the picture. */
const whenOf = (relation: Relation): { readonly starts: Sql; readonly ends: Sql } => {
  const span = spanOf(relation)
  const starts = span === null ? sql`null::timestamptz` : name(span.start)
  return { starts, ends: span?.end == null ? starts : sql`coalesce(${name(span.end)}, ${starts})` }
}

/** Each mention in a relation, one row for each list that has it. */
const mentionsIn = (relation: Relation): ReadonlyArray<Sql> => {
  const { columns, table } = relation
  const { ends, starts } = whenOf(relation)
  const met =
    columns.has("right_id") && columns.has("right_entity")
      ? sql`case when right_entity = 'events' then right_id end`
      : sql`null::uuid`
  const lists = {
    attendees: { place: "events", occasion: sql`_id` },
    people: { place: "media", occasion: met },
    // Who shares an album needn't have been there.
    sharers: { place: "shared", occasion: sql`null::uuid` }
  }
  return Object.entries(lists).flatMap(([column, { occasion, place }]) =>
    columns.has(column)
      ? [
          sql`select ${literal(place)} as place, _id as place_id, ${occasion} as occasion, ${starts} as starts_at, ${ends} as ends_at,
              one->>'name' as name, nullif(lower(trim(one->>'address')), '') as address, one->>'role' as role,
              one->>'response' as response, one->>'album' as album
            from (select *, unnest(from_json(${name(column)}, '["json"]')) as one from ${table} where ${name(column)} is not null) t`
        ]
      : []
  )
}

/** Whether a relation mentions people. */
export const mentionsPeople = ({ columns }: Relation): boolean =>
  ["attendees", "people", "sharers"].some((column) => columns.has(column))

const MENTIONS = "_mentions"

/** How mentions lie in time: by these columns. */
export const MENTION_SPAN: Span & { readonly end: string } = { start: "starts_at", end: "ends_at" }

/** All mentions: whom events invite, whom pictures show, who shares the album that holds them. */
export const mentionsOf = (relations: ReadonlyArray<Relation>): Helper => {
  const spans = spansOf(relations)
  const near = (relation: Relation): Relation => {
    const span = spanOf(relation)
    return span === null ? relation : { ...relation, table: withinSlice(relation, span) }
  }
  return {
    name: MENTIONS,
    reads: relations.map((relation) => relation.name),
    query: join((spans === null ? relations : relations.map(near)).flatMap(mentionsIn), " union all "),
    times: spans === null ? [] : [MENTION_SPAN.start, MENTION_SPAN.end],
    ...(spans === null ? {} : { slices: { time: name(MENTION_SPAN.start), inputs: new Map(spans), reach: 0 } })
  }
}

/**
 * The same few people are mentioned again and again: what is made of a name or an address is made once. Who has no name has
 * the one that the address spells, if anyone is called that.
 * CTEs: `callings`, each pair of name and address with its `alias` (the id of a mailbox, or of a name without one), `mentions`
 * at an occasion, and `aliases`, each with its `mailbox` (null: a name only), its `names`, as they are compared, and its `addresses`.
 */
export const callingSteps: Sql = sql`
  called as materialized (select name, address, count(*) as uses from ${name(MENTIONS)} group by name, address),
  plain_names as materialized (
    select name, ${plainName(sql`name`)} as plain from (select distinct name from called where not contains(name, '@'))
  ),
  mailboxes as materialized (
    select address, ${mailbox(sql`address`)} as mailbox,
      case when ${spelled(sql`address`)} in (select plain from plain_names) then ${spelled(sql`address`)} end as spelled
    from (select distinct address from called where address is not null)
  ),
  told as (
    select c.*, m.mailbox, coalesce(p.plain, m.spelled) as plain
    from called c left join plain_names p using (name) left join mailboxes m using (address)
  ),
  callings as materialized (
    select *, ${uuid5Sql(["person"], sql`coalesce('address:' || mailbox, 'name:' || plain)`)} as alias
    from told where coalesce(mailbox, plain) is not null
  ),
  mentions as materialized (
    select m.place, m.occasion, c.alias from ${name(MENTIONS)} m join callings c on ${sameCalling("m", "c")}
    where m.occasion is not null
  ),
  aliases as materialized (
    select alias, any_value(mailbox) as mailbox, list_sort(list(distinct plain) filter (plain is not null)) as names,
      list_sort(list(distinct address) filter (address is not null)) as addresses
    from callings group by alias
  )`
