import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { explain } from "../../src/command/explain.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { derivedPipeline, writeDerived } from "./derived.ts"
import { idOf } from "./home.ts"

interface Told {
  readonly members: ReadonlyArray<{
    readonly relation: string
    readonly rule: string
    readonly origins: ReadonlyArray<object>
  }>
  readonly origins: ReadonlyArray<object>
  readonly way: ReadonlyArray<{ readonly relation: string; readonly rows: number | null }>
  readonly links: ReadonlyArray<{ readonly relation: string; readonly evidence: unknown }>
  readonly runs: ReadonlyArray<object>
}

it.live("every kind of derived row leads down to the files that it comes from", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    writeDerived(directory)
    yield* runText(derivedPipeline(directory), home)
    const told = (which: string) =>
      Effect.gen(function* () {
        const id = yield* idOf(home, which)
        const { error, result } = yield* called(explain, home, { id: Option.some(id), missing: Option.none() })
        assert.isNull(error)
        const found: Told = result
        assert.lengthOf(found.runs, 1)
        return found
      })
    const memory = (kind: string) =>
      told(`select memory_id from life.memories where kind = '${kind}' order by starts_at`)
    const derived = {
      event: [yield* memory("event"), ["photos", "located", "events", "during", "moments", "memories"]],
      moment: [yield* memory("moment"), ["photos", "located", "during", "moments", "memories"]],
      trip: [yield* memory("trip"), ["photos", "stays", "located", "journeys", "memories"]],
      day: [yield* memory("day"), ["photos", "events", "located", "days", "memories"]],
      playlist: [yield* memory("playlist"), ["plays", "phases", "memories"]],
      home: [yield* told("select place_id from life.places where kind = 'home'"), ["stays", "places", "memories"]],
      person: [
        yield* told("select person_id from life.people where name = 'Ana Lindner'"),
        ["photos", "events", "located", "during", "people", "memories"]
      ]
    } as const
    for (const [kind, [found, stations]] of Object.entries(derived)) {
      assert.isNotEmpty(found.members, kind)
      for (const { origins, rule } of found.members) {
        assert.match(rule, /^[a-z-]+\/\d/, kind)
        assert.lengthOf(origins, 1, kind)
        assert.deepInclude(origins[0], { connector: "file", archive_present: true })
      }
      const passed = found.way.filter(({ rows }) => rows !== 0).map(({ relation }) => relation)
      assert.sameMembers(passed, [...stations], kind)
    }
    const evidence = ([{ links }]: readonly [Told, unknown], relation: string) =>
      links.find((link) => link.relation === relation)?.evidence
    assert.deepEqual(evidence(derived.playlist, "heard_during"), { plays: 3, of: 3 })
    assert.deepInclude(evidence(derived.person, "same_as"), { name: "ana lindner" })
    const photo = yield* told("select media_id from life.media where file_name = 'a.jpg'")
    assert.deepInclude(photo.links.find(({ relation }) => relation === "located_by")?.evidence, { of: ["visits"] })
    const play = yield* told("select play_id from life.plays order by started_at")
    assert.lengthOf(play.origins, 1)
  }).pipe(Effect.scoped)
)
