import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { run } from "../../src/command/run.ts"
import { undo } from "../../src/command/undo.ts"
import { authored } from "../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { derivedPipeline, writeDerived } from "./derived.ts"
import { dump } from "./dump.ts"
import { rowsOf } from "./home.ts"

const DERIVED = [
  ["kind in ('moment', 'trip', 'playlist')", "memories", "memory_id", "memory", "title"],
  ["name = 'Ana Lindner'", "people", "person_id", "people", "name"],
  ["kind = 'home'", "places", "place_id", "places", "name"]
] as const

/** What an earlier version of the rules made: the same things under ids of its own, with titles and rules of its own. */
const asBefore = ([ids, table, key, type, name]: (typeof DERIVED)[number]) => `
  create or replace temp table _old as select ${key} as id, md5('old ' || ${key})::uuid as old from life.${table} where ${ids};
  update life.links l set from_id = old, rule = regexp_replace(rule, '/[0-9]+', '/0') from _old
    where l.from_type = '${type}' and l.from_id = id;
  update life.links l set to_id = old from _old where l.to_type = '${type}' and l.to_id = id;
  update life.${table} t set ${key} = old, ${name} = 'Before' from _old where t.${key} = id;
  drop table _old;`

const IDS = `
  select kind, memory_id as id from life.memories
  union all select 'person', person_id from life.people union all select kind, place_id from life.places order by all`

it.live("what a rule's next version means the same keeps its id, which a rebuild shows, and undo takes back", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    const pipeline = join(directory, "derived.yaml")
    writeDerived(directory)
    writeFileSync(pipeline, derivedPipeline(directory))
    yield* runText(derivedPipeline(directory), home)
    const now = yield* rowsOf(home, IDS)
    for (const part of DERIVED) yield* query(home, authored(`${asBefore(part)} select 1`))
    const before = yield* dump(home)
    const old = yield* rowsOf(home, IDS)
    assert.notDeepEqual(old, now)
    const rebuilt = yield* called(run, home, { pipeline, rebuild: true, budget: Option.none() })
    assert.isNull(rebuilt.error)
    assert.deepEqual(yield* rowsOf(home, IDS), old)
    assert.deepEqual(yield* rowsOf(home, "select title from life.memories where title = 'Before'"), [])
    assert.deepEqual(yield* rowsOf(home, "select rule from life.links where ends_with(rule, '/0')"), [])
    const found = rebuilt.result.difference.map(({ table, what }: Record<string, unknown>) => `${what} ${table}`)
    assert.includeMembers(found, ["changed memories", "changed people", "changed places", "changed links"])
    assert.notInclude(found, "added memories")
    assert.notInclude(found, "removed people")
    yield* called(undo, home, { run: rebuilt.summary.run_id, yes: true })
    assert.deepEqual(yield* dump(home), before)
  }).pipe(Effect.scoped)
)
