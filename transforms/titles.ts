import { Effect, Schema } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { Locale, oneOrMore, withDefault } from "../src/component/fields.ts"
import { nearest } from "../src/component/nearest.ts"
import { type Relation, visibleColumns } from "../src/component/relation.ts"
import { type Slices, type Span, microsOf, spanOf, withinSlice } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, name, sql } from "../src/component/sql.ts"
import { transform } from "../src/component/transform.ts"
import { countryNames } from "./country-names.ts"
import { dateText, datesText, listText, monthText, weekdayText } from "./labels.ts"

const FIELD = /\{([^{}]*)\}/g
const Template = Schema.NonEmptyString.check(
  Schema.makeFilter((text) => {
    const rest = text.replaceAll(FIELD, "")
    return rest.includes("{") || rest.includes("}")
      ? "expected each { to be closed, as in {event} in {place}"
      : undefined
  })
)

/** Gives memories a title of what is known about them. */
export const titles = transform({
  type: "titles",
  summary: "Gives memories titles made of event, place, people and date.",
  description: [
    "The first of `templates` whose fields are all known gives the title. Fields: `event`, `place`, `region`, `country`, `people`, `date`, `dates` (from first to last day), `month`, `year`, `weekday`, and any column by its name.",
    "Rows of one event or moment have one title: its date is that of the event, else the first one; its place is where most of them were taken; its people are all that they show, the most frequent first. Rows that belong to none keep theirs.",
    "Dates, lists and countries are written as in the pipeline's `locale`."
  ].join(" "),
  config: {
    templates: oneOrMore(Template)
      .pipe(withDefault<string | ReadonlyArray<string>>(["{event}", "{place}", "{date}"]))
      .annotate({ description: 'Templates such as "{event} in {place}", the best first.' }),
    locale: Schema.optionalKey(Locale).annotate({ description: "The language, if not the pipeline's." })
  },
  examples: [
    {
      title: "An event, a place, and a date",
      yaml: 'type: titles\nfrom: moments\ntemplates: ["{event} in {place}", "{place}, {month}", "{weekday}, {date}"]',
      given: {
        moments: [
          { moment_id: "a", right_id: "e", right_title: "Dinner", place_name: "Basel", local_date: "2024-05-01" },
          { moment_id: "b", right_id: null, right_title: null, place_name: "Basel", local_date: "2024-05-03" },
          { moment_id: "b", right_id: null, right_title: null, place_name: null, local_date: "2024-05-04" },
          { moment_id: "c", right_id: null, right_title: null, place_name: null, local_date: "2024-05-01" },
          { moment_id: null, right_id: null, right_title: null, place_name: "Bern", local_date: "2024-05-01" }
        ]
      },
      expect: [
        { moment_id: "a", title: "Dinner in Basel" },
        { moment_id: "b", title: "Basel, May 2024" },
        { moment_id: "b", title: "Basel, May 2024" },
        { moment_id: "c", title: "Wednesday, May 1, 2024" },
        { moment_id: null, title: null }
      ]
    },
    {
      title: "In another language, with the people",
      yaml: 'type: titles\nfrom: trips\nlocale: de\ntemplates: "{people} in {place}, {dates}"',
      given: {
        trips: [
          {
            place_name: "Lissabon",
            local_date: "2024-05-12",
            local_end_date: "2024-05-19",
            people: [{ name: "Ana" }, { name: "Ben" }, { name: "Leo" }]
          }
        ]
      },
      expect: [{ title: "Ana, Ben und Leo in Lissabon, 12.–19. Mai 2024" }]
    }
  ],
  build: Effect.fnUntraced(function* ({ templates, locale }, { from }, setting) {
    const fields = fieldsOf(from, locale ?? setting.locale)
    const used = new Set<string>()
    for (const [index, template] of templates.entries()) {
      for (const [, field = ""] of template.matchAll(FIELD)) {
        if (!fields.has(field) && from.columns.size > 0) {
          const near = nearest(field, fields.keys())
          return yield* new ConfigProblem({
            code: "unknown-field",
            path: templates.length === 1 ? ["templates"] : ["templates", index],
            message: `"${from.name}" has no field "{${field}}".`,
            hint:
              near === null
                ? `There are: ${[...fields.keys()].map((known) => `{${known}}`).join(", ")}.`
                : `Did you mean {${near}}?`
          })
        }
        used.add(field)
      }
    }
    const title = sql`coalesce(${join(templates.map((template) => written(template, fields)))})`
    const span = spanOf(from)
    const query = titled(from, title, used, from.table, from.table)
    if (span === null || !isGrouped(from)) return { query }
    const [key, rows] = [memoryKey(from), withinSlice(from, span)]
    const together = sql`(select t.* from ${from.table} t where ${key} in (select ${key} from ${rows} t))`
    return { query, slices: { ...slicesOf(from, span), query: titled(from, title, used, rows, together) } }
  })
})

/** Null as soon as one of its fields is: `||` gives that. */
const written = (template: string, fields: Fields): Sql => {
  const pieces = template.split(FIELD).map((piece, index) => {
    const field = index % 2 === 1 ? fields.get(piece) : undefined
    return field === undefined ? literal(piece) : sql`(${field})::varchar`
  })
  return sql`(${join(pieces, " || ")})`
}

/** What each field is, over the columns of `g`: a row for each memory. */
type Fields = ReadonlyMap<string, Sql>

const PLACE = ["place_name", "place_region", "place_country_code"] as const

const fieldsOf = (relation: Relation, locale: string): Fields => {
  const has = (column: string) => relation.columns.has(column)
  const some = (field: string, known: boolean, value: () => Sql): ReadonlyArray<readonly [string, Sql]> =>
    known ? [[field, value()]] : []
  const dated = dateColumns(relation).length > 0
  const [first, last] = [sql`g._first`, sql`g._last`]
  return new Map([
    ...visibleColumns(relation).map((column) => [column, sql`nullif(trim(g.${name(column)}::varchar), '')`] as const),
    ...some("event", has("right_title"), () => sql`nullif(trim(g.right_title), '')`),
    ...some("place", has("place_name"), () => sql`g.place_name`),
    ...some("region", has("place_region"), () => sql`g.place_region`),
    ...some("country", has("place_country_code"), () => {
      const names = countryNames(locale).map(([code, called]) => sql`${literal(code)}: ${literal(called)}`)
      return sql`map {${join(names)}}[g.place_country_code]`
    }),
    ...some("people", has("people"), () => listText(locale, sql`g._people`)),
    ...some("date", dated, () => dateText(locale, first)),
    ...some("dates", dated, () => datesText(locale, first, last)),
    ...some("month", dated, () => monthText(locale, first)),
    ...some("weekday", dated, () => weekdayText(locale, first)),
    ...some("year", dated, () => sql`year(${first})`)
  ])
}

/** The best known first. */
const dateColumns = ({ columns }: Relation): ReadonlyArray<string> =>
  ["right_local_start_date", "local_date", "taken_at", "starts_at"].filter((column) => columns.has(column))

/** Which rows are one memory: where nothing says so, each is one. */
const memoryKey = ({ columns }: Relation): Sql => {
  const linked = ["right_id", "moment_id"].filter((column) => columns.has(column))
  const keys = columns.has("link_relation") || (linked.length === 0 && columns.has("_id")) ? ["_id"] : linked
  if (keys.length === 0) return sql`t.rowid`
  const comparable = keys.every((key) => columns.get(key) === "UUID")
  return sql`coalesce(${join(keys.map((key) => (comparable ? sql`t.${name(key)}` : sql`t.${name(key)}::varchar`)))})`
}

/** Its rows say what they are, or what they belong to. */
const isGrouped = ({ columns }: Relation): boolean =>
  ["_id", "right_id", "moment_id"].some((column) => columns.has(column))

/** Rows are titled where they changed, and so are all that belong to the same memories. */
const slicesOf = (relation: Relation, span: Span): Slices => {
  const [start, key] = [name(span.start), memoryKey(relation)]
  return {
    time: start,
    inputs: new Map([[relation.name, span]]),
    reach: 0,
    spread: (isChanged, own) => {
      const touched = (table: Sql) => sql`select ${key} from ${table} t where ${isChanged(start)}`
      return sql`select ${microsOf(start)} as moment, null::bigint as until from ${relation.table} t
        where ${key} in (${touched(relation.table)} union all ${touched(own)})`
    }
  }
}

/** The `rows` of a relation with their titles; all rows that belong to the same memories are `together`. */
const titled = (relation: Relation, title: Sql, used: ReadonlySet<string>, rows: Sql, together: Sql): Sql => {
  const { columns } = relation
  const key = memoryKey(relation)
  const own = columns.has("title") ? sql`t.title` : sql`null`
  const dates = dateColumns(relation)
  const first =
    dates.length === 0 ? sql`null::date` : sql`coalesce(${join(dates.map((column) => sql`t.${name(column)}::date`))})`
  const last = columns.has("local_end_date")
    ? sql`t.local_end_date`
    : columns.has("right_local_end_date")
      ? sql`coalesce(t.right_local_end_date, ${first})`
      : first
  const places = PLACE.filter((column) => columns.has(column))
  const others = [...used].filter((column) => columns.has(column) && !PLACE.some((place) => place === column))
  const wanted = ["right_title", ...others].filter(
    (column, index, all) => columns.has(column) && all.indexOf(column) === index
  )
  const people = columns.has("people") && used.has("people")
  const placed =
    places.length === 0
      ? empty
      : sql`, spots as (
        select _memory, arg_max({${join(places.map((place) => sql`${literal(place)}: ${name(place)}`))}},
            {'n': n, ${join(places.map((place) => sql`${literal(place)}: ${name(place)}`))}}) as spot
        from (select _memory, ${join(places.map((place) => name(place)))}, count(*) as n from keyed where ${name(places[0] ?? "")} is not null group by all)
        group by _memory
      )`
  const faces = people
    ? sql`, faces as (
        select _memory, list(face order by n desc, face) as _people
        from (
          select _memory, trim(one->>'name') as face, count(*) as n
          from (select _memory, unnest(from_json(people, '["json"]')) as one from keyed where people is not null)
          where trim(one->>'name') <> '' group by all
        ) group by _memory
      )`
    : empty
  return sql`with keyed as materialized (
      select ${key} as _memory, ${first} as _first, ${last} as _last
        ${join(
          [...places, ...wanted.filter((column) => column !== "people"), ...(people ? ["people"] : [])].map(
            (column) => sql`, t.${name(column)}`
          ),
          ""
        )}
      from ${together} t
    ) ${placed} ${faces}, grouped as (
      select _memory, min(_first) as _first, max(_last) as _last
        ${join(
          wanted
            .filter((column) => column !== "people")
            .map((column) => sql`, min(${name(column)}) as ${name(column)}`),
          ""
        )}
      from keyed where _memory is not null group by _memory
    ), named as materialized (
      select _memory, ${title} as _title
      from (
        select * ${join(
          places.map((place) => sql`, spot.${name(place)} as ${name(place)}`),
          ""
        )}
        from grouped ${places.length === 0 ? empty : sql`left join spots using (_memory)`} ${people ? sql`left join faces using (_memory)` : empty}
      ) g
    )
    select ${columns.has("title") ? sql`t.* exclude (_memory) replace (coalesce(n._title, t.title) as title)` : sql`t.* exclude (_memory), coalesce(n._title, ${own}) as title`}
    from (select t.*, ${key} as _memory from ${rows} t) t left join named n using (_memory)`
}
