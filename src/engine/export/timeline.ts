/** Memories as one page that opens without a server, a program or a network. */
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { type Sql, literal, sql } from "../../component/sql.ts"
import { onDisk } from "./tables.ts"

const Member = Schema.Struct({
  id: Schema.String,
  kind: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String)
})
const Memory = Schema.Struct({
  kind: Schema.NullOr(Schema.String),
  title: Schema.NullOr(Schema.String),
  month: Schema.NullOr(Schema.String),
  date: Schema.NullOr(Schema.String),
  day: Schema.NullOr(Schema.String),
  until: Schema.NullOr(Schema.String),
  span: Schema.NullOr(Schema.String),
  place: Schema.NullOr(Schema.String),
  people: Schema.NullOr(Schema.Array(Schema.String)),
  count: Schema.Number,
  members: Schema.NullOr(Schema.Array(Member))
})
type Memory = typeof Memory.Type
const Month = Schema.Struct({ id: Schema.NullOr(Schema.String), name: Schema.NullOr(Schema.String) })
type Month = typeof Month.Type

/** Pictures of a memory that the page shows; the others are counted. */
const MOST_SHOWN = 12
/** People who are named; the others are counted. */
const MOST_NAMED = 6
/** Memories that are read at a time (I9). */
const PAGE = 1000

/** Writes `timeline.html`; gives the number of memories on it. What is hidden isn't there. */
export const writeTimeline = (
  directory: string,
  paths: ReadonlyMap<string, string>
): Effect.Effect<number, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const file = join(directory, "timeline.html")
    // A trip before its days, and a day before what happened on it.
    yield* database.execute(sql`create or replace temp table _shown as
      select row_number() over (order by date nulls last,
          case kind when 'trip' then 0 when 'day' then 1 else 2 end, starts_at nulls last, memory_id) as _row,
        strftime(date, '%Y-%m') as month, *
      from (select coalesce(local_date, timezone(coalesce(time_zone, 'UTC'), starts_at)::date) as date, * from life.memories)
      where hidden is not true`)
    const months = yield* database.rows(
      sql`select month as id, any_value(strftime(date, '%B %Y')) as name from _shown group by month order by min(_row)`,
      Month
    )
    const handle = yield* onDisk(file, () => open(file, "w"))
    const write = (html: string) => onDisk(file, () => handle.write(html))
    yield* write(HEAD + contentsOf(months))
    let written = 0
    let before: Memory | null = null
    let day: string | null = null
    for (;;) {
      const memories = yield* database.rows(pageAfter(written), Memory)
      if (memories.length === 0) break
      const html: Array<string> = []
      for (const memory of memories) {
        if (before === null || memory.month !== before.month)
          html.push(before === null ? "" : "</section>\n", heading(months.find(({ id }) => id === memory.month)))
        if (memory.kind === "day") day = memory.date
        html.push(
          article(memory, paths, memory.kind !== "day" && memory.kind !== "trip" && day !== null && memory.date === day)
        )
        before = memory
      }
      written += memories.length
      yield* write(html.join(""))
    }
    yield* write(
      `${before === null ? "" : "</section>\n"}<footer>${written} ${written === 1 ? "memory" : "memories"}, kept by Keepsake.</footer>\n</main>\n</body>\n</html>\n`
    )
    yield* onDisk(file, () => handle.close())
    yield* database.execute(sql`drop table _shown`)
    return written
  })

const pageAfter = (row: number) => {
  const local = (time: Sql, format: string) =>
    sql`strftime(timezone(coalesce(m.time_zone, 'UTC'), ${time}), ${literal(format)})`
  // What was photographed at an event or in a moment stands there, and not with the day again; a trip counts them.
  const elsewhere = sql`m.kind in ('trip', 'day-trip') or m.kind = 'day' and exists (
    select 1 from life.links o join _shown s on s.memory_id = o.from_id and s.kind in ('event', 'moment') and s.date = m.date
    where o.from_type = 'memory' and o.relation = 'contains' and o.to_type = 'media' and o.to_id = l.to_id)`
  return sql`
  select m.kind, m.title, m.month, m.date::varchar as date, strftime(m.date, '%-d %B %Y') as day,
    case when m.kind = 'trip' then ${local(sql`m.ends_at`, "%-d %B %Y")} end as until,
    case when m.starts_at is not null then ${local(sql`m.starts_at`, "%H:%M")} ||
      case when ${local(sql`m.ends_at`, "%H:%M")} <> ${local(sql`m.starts_at`, "%H:%M")} then ' to ' || ${local(sql`m.ends_at`, "%H:%M")} else '' end ||
      case when m.time_zone is null then ' UTC' else '' end end as span,
    p.name as place,
    (select list(distinct x.name order by x.name) from life.links l join life.links a
        on a.to_type = 'events' and a.to_id = l.to_id and a.from_type = 'people' and a.relation = 'attends'
      join life.people x on x.person_id = a.from_id
      where l.from_type = 'memory' and l.from_id = m.memory_id and l.relation = 'contains' and l.to_type = 'events'
        and x.name is not null and x.hidden is not true) as people,
    c.count, c.members
  from _shown m left join life.places p on p.place_id = m.place_id and p.hidden is not true
    left join lateral (
      select count(*) as count, (list({'id': d.media_id::varchar, 'kind': d.kind, 'name': coalesce(d.title, d.file_name)}
        order by d.taken_at nulls last, d.media_id) filter (not (${elsewhere})))[:${literal(MOST_SHOWN)}] as members
      from life.links l join life.media d on d.media_id = l.to_id and d.hidden is not true
      where l.from_type = 'memory' and l.from_id = m.memory_id and l.relation = 'contains' and l.to_type = 'media'
    ) c on true
  where m._row > ${literal(row)} and m._row <= ${literal(row + PAGE)} order by m._row`
}

const UNDATED: Month = { id: null, name: null }

const anchor = ({ id }: Month): string => `m${id ?? "-undated"}`
const nameOf = ({ name: month }: Month): string => month ?? "Some day"

/** A link to each month, year by year. */
const contentsOf = (months: ReadonlyArray<Month>): string => {
  const years = Map.groupBy(months, ({ id }) => id?.slice(0, 4) ?? "")
  const rows = [...years].map(
    ([year, own]) =>
      `<li>${year === "" ? "" : `<b>${year}</b> `}${own
        .map((month) => `<a href="#${anchor(month)}">${escape(nameOf(month).replace(/ \d+$/, ""))}</a>`)
        .join(" ")}</li>\n`
  )
  return months.length < 2 ? "" : `<nav aria-label="Months"><ul>\n${rows.join("")}</ul></nav>\n`
}

const heading = (month = UNDATED): string => `<section id="${anchor(month)}">\n<h2>${escape(nameOf(month))}</h2>\n`

const article = (
  { count, day, kind, members, people, place, span, title, until }: Memory,
  paths: ReadonlyMap<string, string>,
  isOfDay: boolean
): string => {
  const shown = (members ?? []).flatMap((member) => {
    const path = paths.get(member.id)
    return path === undefined ? [] : [picture(path, member.kind, member.name ?? "")]
  })
  const name = title ?? "A moment"
  const when = isOfDay ? span : kind === "trip" && until !== null && until !== day ? `${day} to ${until}` : day
  const facts = [when, place === null || name.includes(place) ? null : place, named(people ?? [])]
  const words = facts.filter((fact) => fact !== null && fact !== "" && fact !== name)
  const [element, level] = isOfDay
    ? ['article class="part"', "h4"]
    : [`article class="${kind === "trip" ? "trip" : "whole"}"`, "h3"]
  const isCounted = count > shown.length && (kind !== "day" || shown.length > 0)
  return `<${element}>
<${level}>${escape(name)}</${level}>
<p class="facts">${words.map((fact) => escape(fact ?? "")).join(" · ")}</p>
${shown.length === 0 ? "" : `<div class="pictures">${shown.join("")}</div>\n`}${isCounted ? `<p class="more">${count} ${count === 1 ? "picture" : "pictures"}</p>\n` : ""}</article>
`
}

/** Names may have commas. */
const named = (people: ReadonlyArray<string>): string => {
  const some = people.slice(0, people.length === MOST_NAMED + 1 ? people.length : MOST_NAMED)
  const rest = people.length - some.length
  return some.length === 0 ? "" : `with ${some.join("; ")}${rest === 0 ? "" : ` and ${rest} more`}`
}

/** Formats that browsers show. */
const SHOWN = /\.(jpe?g|png|gif|webp|avif)$/
const PLAYED = /\.(mp4|mov|m4v|webm)$/

const picture = (path: string, kind: string | null, label: string): string => {
  const source = escape(path.split("/").map(encodeURIComponent).join("/"))
  const words = escape(label)
  if (SHOWN.test(path))
    return `<a href="${source}"><img loading="lazy" decoding="async" src="${source}" alt="${words}"></a>`
  if (kind === "video" && PLAYED.test(path))
    return `<video controls preload="none" src="${source}" title="${words}"></video>`
  return `<a class="file" href="${source}">${words === "" ? "picture" : words}</a>`
}

/** Text that can't be anything but text. */
const escape = (text: string): string => text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.codePointAt(0)};`)

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Timeline</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --faint: color-mix(in srgb, CanvasText 18%, transparent); --quiet: color-mix(in srgb, CanvasText 70%, transparent) }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
nav ul { list-style: none; margin: 0; padding: 0 }
nav a { display: inline-block; padding: .15rem .3rem }
section { content-visibility: auto; contain-intrinsic-size: auto 60rem }
h2 { position: sticky; top: 0; z-index: 1; margin: 2rem 0 1rem; padding: .5rem 0; background: Canvas; border-bottom: 1px solid var(--faint) }
h3, h4 { margin: 0; overflow-wrap: anywhere }
article { margin: 0 0 2rem }
.whole:has(+ .part), .part:has(+ .part) { margin-bottom: 1rem }
.part { padding-left: 1rem; border-left: 2px solid var(--faint) }
.trip { padding: .75rem 1rem; background: color-mix(in srgb, CanvasText 6%, Canvas); border-radius: .5rem }
.facts, .more, footer { margin: .25rem 0; color: var(--quiet) }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .25rem; margin-top: .5rem }
.pictures img, .pictures video { width: 100%; aspect-ratio: 1; object-fit: cover; display: block; border-radius: .25rem }
.pictures a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
.file { display: grid; place-items: center; aspect-ratio: 1; overflow-wrap: anywhere; border: 1px solid; border-radius: .25rem }
@media print { h2 { position: static } section { content-visibility: visible } }
</style>
</head>
<body>
<main>
<h1>Timeline</h1>
`
