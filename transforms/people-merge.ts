/** Which mailboxes and names are one person, as SQL over `mentions` and `aliases`. */
import { type Sql, literal, sql } from "../src/component/sql.ts"
import { MERGED_INTO, SPLIT_FROM, edited } from "../src/life/edit.ts"

/** Whether a name alone may merge: `uncontested` where nobody else of that name is ever seen beside it. */
export type ByName = "uncontested" | "with-companions" | "never"

/** Contexts in which someone is nearly always present don't tell people apart: theirs is the calendar. */
const OFTEN = literal(0.4)
/** Fewer events than this tell nothing about who is always present. */
const FEW = literal(10)
const SHARED = literal(2)
const SHARE = literal(0.5)

/** A full name: at least two words. */
const isFull = (name: Sql): Sql => sql`contains(${name}, ' ')`

/** What a person has said of who is who: `alias`, and the `person` that it is (`merged_into`) or is split off as. */
export const decisions: Sql = sql`
  select entity_id as alias, field, case when field = ${literal(MERGED_INTO)} then (value->>'$')::uuid else (value->>'$.as')::uuid end as person
  from (${edited("people", [MERGED_INTO, SPLIT_FROM])})`

/**
 * CTEs, the last of them `persons`: `alias`, `person` (the least alias of its group, unless a person decided) and why it
 * belongs there (`rule`, `confidence`, `evidence`: null for an alias that is a person by itself). Whose names count is
 * `main`: others were merged into them by hand.
 */
export const mergeSteps = (byName: ByName): Sql => sql`
  -- What was split off stays by itself; what was merged is one, whatever the rules say (I8).
  decided as materialized (${decisions}),
  apart as (select alias, person as apart from decided where field = ${literal(SPLIT_FROM)}),
  parted as (select apart, min(alias) as alias from apart group by apart),
  -- The same mailbox with a tag at any other provider: if the names agree.
  tagged as (
    select b.alias as a, t.alias as b, 'tag' as rule, 0.95 as confidence, {'address': t.mailbox} as evidence
    from aliases t join aliases b
      on b.mailbox = split_part(split_part(t.mailbox, '@', 1), '+', 1) || '@' || split_part(t.mailbox, '@', 2)
      left join apart x on x.alias = b.alias left join apart y on y.alias = t.alias
    where x.apart is not distinct from y.apart and contains(split_part(t.mailbox, '@', 1), '+')
      and (t.names is null or b.names is null or list_has_any(t.names, b.names))
  ),
  boxes as materialized (
    select a.alias, coalesce(min(t.a), a.alias) as box, any_value(a.names) as names, any_value(a.mailbox) as mailbox,
      any_value(x.apart) as apart
    from aliases a left join tagged t on t.b = a.alias left join apart x on x.alias = a.alias group by a.alias
  ),
  named as materialized (
    select distinct box, apart, unnest(names) as name from boxes where mailbox is not null
  ),
  attended as materialized (
    select distinct m.occasion, b.box from mentions m join boxes b using (alias)
    where m.place = 'events' and b.mailbox is not null
  ),
  contested as materialized (
    select distinct name from (
      select occasion, name from attended join named using (box) where ${isFull(sql`name`)}
      group by occasion, name having count(*) >= 2
    )
  ),
  plain_edges as (
    select min(box) over (partition by name, apart) as a, box as b, 'name' as rule, 0.85 as confidence, {'name': name} as evidence
    from named where ${isFull(sql`name`)} and name not in (select name from contested) and ${literal(byName === "uncontested")}
  ),
  -- Who else was there: by name, so that others' addresses don't matter; but not who always is.
  faces as (
    select occasion, box, coalesce(name, box::varchar) as face from attended
      left join (select box, min(name) as name from named where ${isFull(sql`name`)} group by box) using (box)
  ),
  usual as (
    select face from faces group by face
    having count(distinct occasion) >= ${FEW} and count(distinct occasion) >= ${OFTEN} * (select count(distinct occasion) from attended)
  ),
  doubtful as materialized (
    select box, apart, name from named where ${isFull(sql`name`)}
      and ${byName === "uncontested" ? sql`name in (select name from contested)` : literal(byName === "with-companions")}
      and name in (select name from named group by name having count(*) > 1)
  ),
  companions as materialized (
    select distinct d.box, d.apart, d.name, f.face from doubtful d join attended a using (box) join faces f using (occasion)
    where f.face <> d.name and f.box <> d.box and f.face not in (select face from usual)
  ),
  together as (
    select distinct a.box as a, b.box as b from doubtful d join attended a using (box) join attended b using (occasion)
      join doubtful e on e.box = b.box and e.name = d.name where a.box < b.box
  ),
  alike as (
    select c.box as a, d.box as b, c.name, list_sort(list(c.face)) as shared
    from companions c join companions d on d.name = c.name and d.face = c.face and c.box < d.box
      and d.apart is not distinct from c.apart
    where not exists (select 1 from together t where t.a = c.box and t.b = d.box)
    group by c.box, d.box, c.name
    having count(*) >= ${SHARED} and count(*) >= ${SHARE} * least(
      (select count(*) from companions x where x.box = c.box), (select count(*) from companions x where x.box = d.box))
  ),
  careful_edges as (
    select a, b, 'companions' as rule, 0.8 as confidence, {'name': name, 'companions': shared} as evidence from alike
  ),
  edges as materialized (
    select a, b, rule, confidence, to_json(evidence) as evidence from plain_edges where a <> b
    union all select a, b, rule, confidence, to_json(evidence) from careful_edges
  ),
  -- Two who were seen side by side are two, whatever chain leads from one to the other: then none of the chain holds.
  ${components(sql`roots`, sql`select distinct box as node from boxes`, sql`edges`)},
  broken as (
    select distinct r.root from together t join roots r on r.node = t.a join roots s on s.node = t.b where r.root = s.root
  ),
  kept as materialized (
    select e.* from edges e join roots r on r.node = e.a
    where e.rule = 'name' or r.root not in (select root from broken)
  ),
  ${components(sql`groups`, sql`select distinct box as node from boxes`, sql`kept`)},
  -- Names without an address: the only one of that name; else, and for first names, who was at the events of the pictures.
  known as materialized (
    select distinct g.root, n.name, n.apart from named n join groups g on g.node = n.box where ${isFull(sql`n.name`)}
  ),
  loose as (select alias, apart, unnest(names) as name from boxes where mailbox is null),
  only_one as (
    select l.alias as b, any_value(k.root) as a, 'name' as rule, 0.8 as confidence, to_json({'name': any_value(l.name)}) as evidence
    from loose l join known k using (name) where ${isFull(sql`l.name`)} and ${literal(byName !== "never")}
    group by l.alias having count(distinct k.root) = 1 and (any_value(l.apart) is null or any_value(l.apart) = any_value(k.apart))
  ),
  seen as (
    select l.alias, l.name, k.root, count(distinct m.occasion) as occasions
    from loose l join mentions m using (alias) join attended a on a.occasion = m.occasion
      join groups g on g.node = a.box join known k on k.root = g.root
    where m.place = 'media' and (l.apart is null or l.apart = k.apart) and (k.name = l.name or split_part(k.name, ' ', 1) = l.name)
    group by all
  ),
  shown as (
    select alias, count(distinct m.occasion) as occasions
    from loose l join mentions m using (alias) where m.occasion in (select occasion from attended) group by alias
  ),
  by_pictures as (
    select s.alias as b, s.root as a, 'pictures' as rule, 0.75 as confidence,
      to_json({'name': s.name, 'events': s.occasions, 'of': n.occasions}) as evidence
    from (select *, coalesce(lead(occasions) over (partition by alias order by occasions desc, root), 0) as next,
        row_number() over (partition by alias order by occasions desc, root) as place from seen) s
      join shown n using (alias)
    where place = 1 and s.occasions >= 2 and s.occasions >= 0.6 * n.occasions and s.next < 0.5 * s.occasions
      and ${literal(byName !== "never")} and s.alias not in (select b from only_one)
  ),
  loose_edges as (from only_one union all from by_pictures),
  joined as materialized (
    select b.alias, coalesce(l.a, g.root) as root, r.apart from boxes b join groups g on g.node = b.box
      left join loose_edges l on l.b = b.alias join boxes r on r.alias = coalesce(l.a, g.root)
  ),
  hands as materialized (
    select d.alias, d.person, j.root as a, k.root as b
    from decided d left join parted p on p.apart = d.alias left join parted q on q.apart = d.person
      join joined j on j.alias = coalesce(p.alias, d.alias) join joined k on k.alias = coalesce(q.alias, d.person)
    where field = ${literal(MERGED_INTO)}
  ),
  ${components(sql`wholes`, sql`select distinct root as node from joined`, sql`hands`)},
  survivors as (
    select w.root, min(h.person) as survivor from hands h join wholes w on w.node = h.b
    where h.person not in (select alias from hands) group by w.root
  ),
  reasons as (
    select b as alias, rule, confidence, evidence from loose_edges
    union all select b, rule, confidence, to_json(evidence) from tagged
    union all select unnest([a, b]), rule, confidence, evidence from kept
    union all select alias, 'split', 1.0, null from apart
  ),
  persons as materialized (
    select alias, person, main, r.rule, r.confidence, r.evidence
    from (
      select alias, j.root not in (select a from hands) as main, coalesce(s.survivor,
        case when count(apart) over whole = count(*) over whole and min(apart) over whole = max(apart) over whole then apart end,
        min(alias) over whole) as person
      from joined j join wholes w on w.node = j.root left join survivors s on s.root = w.root
      window whole as (partition by w.root)
    ) j
      left join (
        select * from reasons qualify row_number() over (partition by alias order by confidence desc, rule, evidence::varchar) = 1
      ) r using (alias)
  )`

/** Which nodes hang together: for each the least of those that edges lead to. */
const components = (called: Sql, nodes: Sql, edges: Sql): Sql => sql`
  ${called} as (
    with recursive reached(node, other) as (
      (select node, node from (${nodes}))
      union
      (select r.node, case when e.a = r.other then e.b else e.a end from reached r join ${edges} e on r.other in (e.a, e.b))
    )
    select node, min(other) as root from reached group by node
  )`
