/** Who is mentioned where, as SQL: people invited to events, people tagged in pictures, and those who share albums. */
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, join, literal, sql } from "../src/component/sql.ts"
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

const parts = ({ columns, table }: Relation): ReadonlyArray<Sql> => {
  const invited = sql`
    select _id as place_id, 'events' as place, _id as occasion, ${columns.has("uid") ? sql`uid` : sql`null`}::varchar as series,
      one->>'name' as name, lower(trim(one->>'address')) as address, one->>'role' as role, one->>'response' as response,
      null::varchar as album
    from (select *, unnest(from_json(attendees, '["json"]')) as one from ${table} where attendees is not null) t`
  const occasion =
    columns.has("right_id") && columns.has("right_entity")
      ? sql`case when right_entity = 'events' then right_id end`
      : sql`null::uuid`
  const tagged = sql`
    select _id as place_id, 'media' as place, ${occasion} as occasion, null::varchar as series,
      one->>'name' as name, lower(trim(one->>'address')) as address, null::varchar as role, null::varchar as response,
      null::varchar as album
    from (select *, unnest(from_json(people, '["json"]')) as one from ${table} where people is not null) t`
  // Who shares an album needn't have been there.
  const sharing = sql`
    select _id as place_id, 'shared' as place, null::uuid as occasion, null::varchar as series,
      one->>'name' as name, lower(trim(one->>'address')) as address, null::varchar as role, null::varchar as response,
      one->>'album' as album
    from (select *, unnest(from_json(sharers, '["json"]')) as one from ${table} where sharers is not null) t`
  const all = { attendees: invited, people: tagged, sharers: sharing }
  return Object.entries(all).flatMap(([column, part]) => (columns.has(column) ? [part] : []))
}

/** Whether a relation mentions people. */
export const mentionsPeople = ({ columns }: Relation): boolean =>
  ["attendees", "people", "sharers"].some((column) => columns.has(column))

/**
 * The same few people are mentioned again and again: what is made of a name or an address is made once. Who has no name has the one that the address spells, if anyone is called that.
 * CTEs: `mentions`, each with its `alias` (the id of a mailbox, or of a name without one), and `aliases`, each with its
 * `mailbox` (null: a name only), its `names`, as they are compared, and its `addresses`.
 */
export const mentionSteps = (relations: ReadonlyArray<Relation>): Sql => sql`
  raw_mentions as materialized (
    select * exclude (address), nullif(address, '') as address from (${join(relations.flatMap(parts), " union all ")})
  ),
  plain_names as materialized (
    select name, ${plainName(sql`name`)} as plain from (select distinct name from raw_mentions where not contains(name, '@'))
  ),
  mailboxes as materialized (
    select address, ${mailbox(sql`address`)} as mailbox,
      case when ${spelled(sql`address`)} in (select plain from plain_names) then ${spelled(sql`address`)} end as spelled
    from (select distinct address from raw_mentions where address is not null)
  ),
  told as (
    select n.*, m.mailbox, coalesce(p.plain, m.spelled) as plain
    from raw_mentions n left join plain_names p using (name) left join mailboxes m using (address)
  ),
  alias_ids as materialized (
    select mailbox, plain, ${uuid5Sql(["person"], sql`coalesce('address:' || mailbox, 'name:' || plain)`)} as alias
    from (select distinct mailbox, plain from told) where coalesce(mailbox, plain) is not null
  ),
  mentions as materialized (
    select t.*, alias from told t join alias_ids a on a.mailbox is not distinct from t.mailbox and a.plain is not distinct from t.plain
  ),
  aliases as materialized (
    select alias, any_value(mailbox) as mailbox, list_sort(list(distinct plain) filter (plain is not null)) as names,
      list_sort(list(distinct address) filter (address is not null)) as addresses
    from mentions group by alias
  )`
