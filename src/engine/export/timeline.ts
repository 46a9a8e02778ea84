/** Memories as one page that opens without a server, a program or a network. */
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { literal, sql } from "../../component/sql.ts"
import { onDisk } from "./tables.ts"

const Member = Schema.Struct({
  id: Schema.String,
  kind: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String)
})
const Memory = Schema.Struct({
  title: Schema.NullOr(Schema.String),
  month: Schema.NullOr(Schema.String),
  day: Schema.NullOr(Schema.String),
  span: Schema.NullOr(Schema.String),
  place: Schema.NullOr(Schema.String),
  people: Schema.NullOr(Schema.Array(Schema.String)),
  count: Schema.Number,
  members: Schema.NullOr(Schema.Array(Member))
})
type Memory = typeof Memory.Type

/** Pictures of a memory that the page shows; the others are counted. */
const MOST_SHOWN = 12
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
    yield* database.execute(sql`create or replace temp table _shown as
      select row_number() over (order by starts_at nulls last, memory_id) as _row, * from life.memories where hidden is not true`)
    const handle = yield* onDisk(file, () => open(file, "w"))
    let written = 0
    let month: string | null | undefined
    yield* onDisk(file, () => handle.write(HEAD))
    for (;;) {
      const memories = yield* database.rows(pageAfter(written), Memory)
      if (memories.length === 0) break
      const html: Array<string> = []
      for (const memory of memories) {
        if (memory.month !== month) html.push(`<h2>${escape(memory.month ?? "Some day")}</h2>\n`)
        month = memory.month
        html.push(article(memory, paths))
      }
      written += memories.length
      yield* onDisk(file, () => handle.write(html.join("")))
    }
    yield* onDisk(file, () =>
      handle.write(`<footer>${written} memories, kept by Keepsake.</footer>\n</main>\n</body>\n</html>\n`)
    )
    yield* onDisk(file, () => handle.close())
    yield* database.execute(sql`drop table _shown`)
    return written
  })

const pageAfter = (row: number) => sql`
  select m.title, strftime(m.local_date, '%B %Y') as month, strftime(m.local_date, '%-d %B %Y') as day,
    case when m.starts_at is null then null
      else strftime(m.starts_at, '%Y-%m-%d %H:%M') || coalesce(' to ' || strftime(m.ends_at, '%Y-%m-%d %H:%M'), '') || ' UTC' end as span,
    p.name as place,
    (select list(distinct x.name order by x.name) from life.links l join life.links a
        on a.to_type = 'events' and a.to_id = l.to_id and a.from_type = 'people' and a.relation = 'attends'
      join life.people x on x.person_id = a.from_id
      where l.from_type = 'memory' and l.from_id = m.memory_id and l.relation = 'contains' and l.to_type = 'events'
        and x.name is not null and x.hidden is not true) as people,
    c.count, c.members
  from _shown m left join life.places p on p.place_id = m.place_id and p.hidden is not true
    left join lateral (
      select count(*) as count, list({'id': d.media_id::varchar, 'kind': d.kind, 'name': coalesce(d.title, d.file_name)}
        order by d.taken_at nulls last, d.media_id)[:${literal(MOST_SHOWN)}] as members
      from life.links l join life.media d on d.media_id = l.to_id and d.hidden is not true
      where l.from_type = 'memory' and l.from_id = m.memory_id and l.relation = 'contains' and l.to_type = 'media'
    ) c on true
  where m._row > ${literal(row)} and m._row <= ${literal(row + PAGE)} order by m._row`

const article = (
  { count, day, members, people, place, span, title }: Memory,
  paths: ReadonlyMap<string, string>
): string => {
  const shown = (members ?? []).flatMap((member) => {
    const path = paths.get(member.id)
    return path === undefined ? [] : [picture(path, member.kind, member.name ?? "")]
  })
  const facts = [day, place, (people ?? []).join(", ")].filter((fact) => fact !== null && fact !== "")
  const more = count > shown.length ? `<p class="more">${count} ${count === 1 ? "picture" : "pictures"}</p>` : ""
  return `<article>
<h3>${escape(title ?? "A moment")}</h3>
<p class="facts"${span === null ? "" : ` title="${escape(span)}"`}>${facts.map((fact) => escape(fact ?? "")).join(" · ")}</p>
${shown.length === 0 ? "" : `<div class="pictures">${shown.join("")}</div>\n`}${more}</article>
`
}

/** Formats that browsers show. */
const SHOWN = /\.(jpe?g|png|gif|webp|avif)$/
const PLAYED = /\.(mp4|mov|m4v|webm)$/

const picture = (path: string, kind: string | null, label: string): string => {
  const source = escape(path.split("/").map(encodeURIComponent).join("/"))
  const words = escape(label)
  if (SHOWN.test(path)) return `<a href="${source}"><img loading="lazy" src="${source}" alt="${words}"></a>`
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
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { position: sticky; top: 0; margin: 2rem 0 1rem; padding: .5rem 0; background: Canvas; border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, transparent) }
h3 { margin: 0; overflow-wrap: anywhere }
article { margin: 0 0 2rem }
.facts, .more, footer { margin: .25rem 0; color: color-mix(in srgb, CanvasText 65%, transparent) }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .25rem; margin-top: .5rem }
.pictures img, .pictures video { width: 100%; aspect-ratio: 1; object-fit: cover; display: block; border-radius: .25rem }
.file { display: grid; place-items: center; aspect-ratio: 1; overflow-wrap: anywhere; border: 1px solid; border-radius: .25rem }
</style>
</head>
<body>
<main>
<h1>Timeline</h1>
`
