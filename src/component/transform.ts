/** What a transform is: one relation made of others, as SQL. */
import { type Duration, Effect, Schema } from "effect"
import type { Connection } from "./account.ts"
import type { Access, ConfigFields, LocalServices } from "./connector.ts"
import type { Columns, Row } from "./column.ts"
import type { ConfigProblem, SourceError } from "./error.ts"
import type { RowsExample } from "./example.ts"
import { RelationName, RelationNames } from "./fields.ts"
import type { Relation, RowEntity } from "./relation.ts"
import type { Slices } from "./slice.ts"
import type { Sql } from "./sql.ts"

/**
 * Which relations a transform reads. `from`: one, the one before it unless named; `list`: several in `from`;
 * `pair`: `left` and `right`, which is only looked into; `query`: those that its SQL names.
 */
export type InputKind = "from" | "list" | "pair" | "query"

/**
 * Values that SQL can't compute: the distinct keys that the cache lacks are fetched, kept in the cache, and joined.
 * The cache table has the columns of `key` and `value` and survives runs.
 */
export interface Lookup<R> {
  /** Names the cache table `cache.<name>`; raise `version` when the answers would differ. */
  readonly name: string
  readonly version: number
  readonly key: Columns
  readonly value: Columns
  /** Selects the distinct keys that are needed. */
  readonly keys: Sql
  /** Answers for a batch of keys, each with its key columns. A key without an answer gets nulls. */
  readonly fetch: (keys: ReadonlyArray<Row<Columns>>) => Effect.Effect<ReadonlyArray<Row<Columns>>, SourceError, R>
  readonly attribution?: string
  /** It asks a provider: for each key by itself, several at once, whose answers are kept soon; nothing where a run is offline. */
  readonly online?: true
  /** Answers are kept `after` so long no more, but for the columns that are `kept`, and asked for again when needed. */
  readonly expires?: { readonly after: Duration.Duration; readonly kept: ReadonlyArray<string> }
}

/** What the pipeline says for all of its transforms. */
export interface Setting {
  /** BCP 47: `en`, `de-CH`. */
  readonly locale: string
  /** IANA zone of what doesn't say where it was. */
  readonly timeZone: string
}

export const DEFAULT_SETTING: Setting = { locale: "en", timeZone: "UTC" }

/** What a query reads by its name, made before it and kept between runs. */
export interface Helper {
  /** Begins with an underscore. */
  readonly name: string
  /** What its query reads: inputs of the transform, and helpers. */
  readonly reads: ReadonlyArray<string>
  readonly query: Sql
  /** The columns that tell when its rows are; none: a change of any counts for all of time. */
  readonly times: ReadonlyArray<string>
  readonly slices?: Slices
}

export interface Built<R> {
  readonly query: Sql
  /** Left out: it is made in one piece. */
  readonly slices?: Slices
  /** Each may read those before it. */
  readonly helpers?: ReadonlyArray<Helper>
  /** What its rows are, where they aren't those of the relation that is transformed. */
  readonly entity?: RowEntity
  readonly lookups?: ReadonlyArray<Lookup<R>>
  /** Selects what a person has decided that the query heeds (I8): the step is done again when that changes. */
  readonly decisions?: Sql
}

/** A relation that a transform asks for. */
export interface Wanted {
  /** Null: the one before it in the file. */
  readonly name: string | null
  /** Where the YAML names it. */
  readonly path: ReadonlyArray<string | number>
  /** Only looked into: its rows don't become rows of the result, so none of them is dropped. */
  readonly aside?: true
}

/** The relations that a transform put to use asks for, in the order in which `build` gets them. */
export type Wants =
  | { readonly kind: "relations"; readonly names: ReadonlyArray<Wanted> }
  /** Those that the query names: found by parsing it. */
  | { readonly kind: "query"; readonly query: string }

/** A transform put to use: its configuration is decoded and held inside. */
export interface BoundTransform<R> {
  readonly wants: Wants
  /** What it asks of a provider, as it is configured; null: nothing. */
  readonly access: Access | null
  /** The connection that it names. */
  readonly connection: string | null
  readonly build: (
    relations: ReadonlyArray<Relation>,
    setting: Setting,
    connection: Connection | null
  ) => Effect.Effect<Built<R>, ConfigProblem>
}

export interface TransformSpec<R = LocalServices> {
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly inputs: InputKind
  readonly config: Schema.Struct<Schema.Struct.Fields>
  readonly examples: ReadonlyArray<RowsExample>
  /** What it may ask of a provider. */
  readonly access?: Access
  readonly bind: (config: unknown) => Effect.Effect<BoundTransform<R>, Schema.SchemaError>
}

interface Definition<P, F extends ConfigFields, R> {
  readonly type: string
  readonly summary: string
  readonly description: string
  /** Beside the fields for its inputs, which its kind brings along. */
  readonly config: F
  readonly examples: ReadonlyArray<RowsExample>
  /** What it may ask of a provider; brings along the option `connection`. */
  readonly access?: Access
  /** Does it ask, as it is configured? Default: if it may. */
  readonly asks?: (config: Schema.Struct<F>["Type"]) => boolean
  readonly build: (
    config: Schema.Struct<F>["Type"],
    inputs: P,
    setting: Setting,
    connection: Connection | null
  ) => Effect.Effect<Built<R>, ConfigProblem>
}

/** How a kind of transform names its relations in the YAML, and how it gets them. */
interface Wiring<P, I extends ConfigFields> {
  readonly kind: InputKind
  readonly fields: I
  readonly wants: (fields: Schema.Struct<I>["Type"]) => Wants
  readonly pick: (relations: ReadonlyArray<Relation>, fields: Schema.Struct<I>["Type"]) => P | null
}

const CONNECTION = {
  connection: Schema.optionalKey(
    Schema.NonEmptyString.annotate({ description: "The connection through which a provider is asked." })
  )
}
const decodeConnection = Schema.decodeUnknownEffect(Schema.Struct(CONNECTION))

const wired =
  <P, const I extends ConfigFields>(wiring: Wiring<P, I>) =>
  <const F extends ConfigFields, R = never>(definition: Definition<P, F, R>): TransformSpec<R> => {
    const { access, asks = () => true } = definition
    const config = Schema.Struct({
      ...wiring.fields,
      ...definition.config,
      ...(access === undefined ? {} : CONNECTION)
    })
    const check = Schema.decodeUnknownEffect(config, { errors: "all", onExcessProperty: "error" })
    const decodeInputs = Schema.decodeUnknownEffect(Schema.Struct(wiring.fields))
    const decodeOwn = Schema.decodeUnknownEffect(Schema.Struct(definition.config))
    return {
      ...definition,
      inputs: wiring.kind,
      config,
      bind: Effect.fnUntraced(function* (raw) {
        yield* check(raw)
        const fields = yield* decodeInputs(raw)
        const own = yield* decodeOwn(raw)
        const { connection = null } = yield* decodeConnection(raw)
        return {
          wants: wiring.wants(fields),
          access: access !== undefined && asks(own) ? access : null,
          connection,
          build: (relations, setting, connected) => {
            const inputs = wiring.pick(relations, fields)
            return inputs === null
              ? Effect.die(new Error(`${definition.type} was built without its relations`))
              : definition.build(own, inputs, setting, connected)
          }
        }
      })
    }
  }

/** The relation whose rows are transformed: `from`, or the one before it. */
export const subject = (from: string | undefined): Wanted =>
  from === undefined ? { name: null, path: [] } : { name: from, path: ["from"] }

/** Of one relation: `from`, or the one before it. */
export const transform = wired({
  kind: "from",
  fields: { from: Schema.optionalKey(RelationName) },
  wants: ({ from }) => ({ kind: "relations", names: [subject(from)] }),
  pick: ([from]): { readonly from: Relation } | null => (from === undefined ? null : { from })
})

/** Of several relations that play the same part: `from: [a, b]`. */
export const listTransform = wired({
  kind: "list",
  fields: { from: RelationNames },
  wants: ({ from }) => ({ kind: "relations", names: from.map((name, index) => ({ name, path: ["from", index] })) }),
  pick: (from): { readonly from: ReadonlyArray<Relation> } => ({ from })
})

/** Of two relations: `left` and `right`. */
export const pairTransform = wired({
  kind: "pair",
  fields: { left: RelationName, right: RelationName },
  wants: ({ left, right }) => ({
    kind: "relations",
    names: [
      { name: left, path: ["left"] },
      { name: right, path: ["right"], aside: true }
    ]
  }),
  pick: ([left, right]): { readonly left: Relation; readonly right: Relation } | null =>
    left === undefined || right === undefined ? null : { left, right }
})

/** Of the relations that its `query` names. */
export const queryTransform = wired({
  kind: "query",
  fields: { query: Schema.NonEmptyString.annotate({ description: "A SELECT over relations, by their names." }) },
  wants: ({ query }) => ({ kind: "query", query }),
  pick: (relations, { query }) => ({ query, relations })
})

/** One relation or several, and those that an option lists: nothing where it is left out. */
export interface Aided<A extends string> {
  readonly from: ReadonlyArray<Relation>
  readonly aside: (option: A) => ReadonlyArray<Relation>
}

const listOf = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : []

/** Of `from` (`one` relation, or `many`), with others that are only looked into: `asides` describes the options that list them. */
export const aidedTransform = <const A extends string>(
  subjects: "one" | "many",
  asides: { readonly [K in A]: string }
) => {
  const options = Object.entries<string>(asides)
  const fields: ConfigFields = {
    from: subjects === "one" ? Schema.optionalKey(RelationName) : RelationNames,
    ...Object.fromEntries(
      options.map(([option, description]) => [option, Schema.optionalKey(RelationNames.annotate({ description }))])
    )
  }
  const wanted = (given: { readonly [field: string]: unknown }): ReadonlyArray<Wanted> => {
    const from = listOf(given["from"])
    const listed = (option: string, aside: { readonly aside?: true }) => {
      const names = listOf(given[option])
      return names.map((name, index): Wanted => ({
        name,
        path: names.length === 1 ? [option] : [option, index],
        ...aside
      }))
    }
    return [
      ...(from.length === 0 ? [subject(undefined)] : listed("from", {})),
      ...options.flatMap(([option]) => listed(option, { aside: true }))
    ]
  }
  return wired({
    kind: subjects === "one" ? "from" : "list",
    fields,
    wants: (given) => ({ kind: "relations", names: wanted(given) }),
    pick: (relations, given): Aided<A> => {
      const names = wanted(given)
      return {
        from: relations.filter((_, index) => names[index]?.aside !== true),
        aside: (option) =>
          relations.filter((_, index) => names[index]?.aside === true && names[index].path[0] === option)
      }
    }
  })
}
