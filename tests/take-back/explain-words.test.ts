import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Console, Effect, Option } from "effect"
import { edit, hide, merge } from "../../src/command/edit.ts"
import { explain } from "../../src/command/explain.ts"
import { runText, temporaryDirectory } from "../support/engine.ts"
import { called, sharedOf } from "./command.ts"
import { derivedPipeline, writeDerived } from "./derived.ts"
import { idOf } from "./home.ts"

/** What a person reads, with ids, directories and the time of the test left out. */
const read = (home: string, directory: string, id: string) =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
    yield* explain({ ...sharedOf(home), json: false }, { id: Option.some(id), missing: Option.none() }).pipe(
      Effect.provideService(Console.Console, capture)
    )
    return printed
      .join("\n")
      .replaceAll(directory, "DIR")
      .replaceAll(/(file\.rows: ).* in (?=DIR)/g, "$1ROW in ")
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "ID")
      .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b/g, "ID")
      .replaceAll(/\b20(2[5-9]|[3-9]\d)-\d\d-\d\d \d\d:\d\d/g, "NOW")
  })

it.live("says why something is there in words that anyone can read", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    writeDerived(directory)
    yield* runText(derivedPipeline(directory), home)
    const memory = (kind: string) =>
      Effect.map(
        idOf(home, `select memory_id from life.memories where kind = '${kind}' order by starts_at`),
        (id) => `memory:${id}`
      )
    const [dinner, moment] = [yield* memory("event"), yield* memory("moment")]
    yield* called(edit, home, { id: dinner, fields: ["title=Supper"] })
    yield* called(hide, home, { ids: [dinner] })
    expect(yield* read(home, directory, dinner)).toMatchInlineSnapshot(`
      "Supper: a memory of an event
      id ID
      2024-05-04 19:00 to 22:00, UTC
      at 46.95, 7.45
      83% sure
      hidden by you: keepsake unhide shows it again

      Made of 1 event, 1 picture:
        event "Dinner" ID (rule event/1)
          file.rows: ROW in DIR/events.ndjson
        picture "a.jpg" ID (83% sure, rule member/1)
          file.rows: ROW in DIR/photos.ndjson

      Edited by you:
        title: "Supper", where imports say "Dinner" (NOW)
        hidden: true (NOW)

      Its way through the pipeline: steps, and how many of their rows are about it:
        derived.events    file.rows      1 row
        derived.photos    file.rows      1 row
        derived.located   infer-place    1 row  Gives rows without coordinates a place by their time, from visits, points, other rows and events.
        derived.during    link-events    1 row  Links pictures to the events during which they were taken.
        derived.moments   group-moments  1 row  Groups what happened in one go into moments.
        derived.memories  memories              Upserts entities, memories, links and provenance into the memory tables.

      Runs that touched it:
        NOW  run of derived ID: added it
        NOW  edit ID: changed title
        NOW  hide ID: changed hidden"
    `)
    yield* called(merge, home, { ids: [dinner, moment] })
    const merged = yield* read(home, directory, dinner)
    expect(merged).toMatch(/^One with:\n {2}ID: merged by you$/m)
    expect(merged).toMatch(/merge ID: changed ends_at/)
    const away = yield* called(explain, home, { id: Option.some(moment), missing: Option.none() })
    expect(away.error?.message).toBe(`${moment.slice(7)} was merged by you into ${dinner.slice(7)}.`)
    const photo = yield* idOf(home, "select media_id from life.media where file_name = 'a.jpg'")
    expect(yield* read(home, directory, photo)).toMatchInlineSnapshot(`
      "a.jpg: a picture
      id media:ID
      2024-05-04 20:00, UTC
      at 46.95, 7.45, which is inferred

      Comes from:
        file.rows: ROW in DIR/photos.ndjson, first read NOW by run ID

      Linked:
        its place is known from the visit "2024-05-04 18:00 UTC" ID (90% sure, at the same time, rule infer-place/2:visit)
        taken during the event "Dinner" ID (83% sure, at the same time, time 100%, place 50%, people 100%, with ana lindner, rule link-events/1)
        shows "Ana Lindner" ID (rule tag/1)
        part of "2024-05-04" ID (1 night, 95 km from home, rule trips/1)
        part of "2024-05-04" ID (rule days/1)
        part of "Supper" ID (83% sure, rule member/1)

      Its way through the pipeline: steps, and how many of their rows are about it:
        derived.photos    file.rows       1 row
        derived.located   infer-place     1 row  Gives rows without coordinates a place by their time, from visits, points, other rows and events.
        derived.during    link-events     1 row  Links pictures to the events during which they were taken.
        derived.journeys  trips           1 row  Finds the times away from home: trips with their nights, and day trips.
        derived.days      days            1 row  Makes one memory of each day: its pictures, events, visits and plays.
        derived.people    resolve-people  1 row  Finds the people in events and pictures: one with many addresses, or many of one name.
        derived.moments   group-moments   1 row  Groups what happened in one go into moments.
        derived.memories  memories               Upserts entities, memories, links and provenance into the memory tables.

      Runs that touched it:
        NOW  run of derived ID: added it"
    `)
    const person = yield* idOf(home, "select person_id from life.people where name = 'Ana Lindner'")
    expect(yield* read(home, directory, person)).toMatchInlineSnapshot(`
      "Ana Lindner: a person
      id people:ID
      under ana@example.com, ana@work.example

      Known from 1 picture, 2 events:
        shown in the picture "a.jpg" ID (rule tag/1)
          file.rows: ROW in DIR/photos.ndjson
        invited to the event "Call" ID (rule attendee/1)
          file.rows: ROW in DIR/events.ndjson
        invited to the event "Dinner" ID (rule attendee/1)
          file.rows: ROW in DIR/events.ndjson

      Linked:
        also known as ana@example.com (85% sure, name ana lindner, rule resolve-people/1:name)

      Its way through the pipeline: steps, and how many of their rows are about it:
        derived.events    file.rows       2 rows
        derived.photos    file.rows       1 row
        derived.located   infer-place     1 row   Gives rows without coordinates a place by their time, from visits, points, other rows and events.
        derived.during    link-events     1 row   Links pictures to the events during which they were taken.
        derived.people    resolve-people  4 rows  Finds the people in events and pictures: one with many addresses, or many of one name.
        derived.memories  memories                Upserts entities, memories, links and provenance into the memory tables.

      Runs that touched it:
        NOW  run of derived ID: added it"
    `)
    expect(yield* read(home, directory, yield* memory("playlist"))).toMatchInlineSnapshot(`
      "Road: a memory of a time with a playlist
      id ID
      2024-05-04 21:00 to 23:04, UTC
      90% sure

      Made of 3 plays:
        play "Blue, Joni" ID (3 plays, 2 tracks, of 2, 100% of what was played, rule playlist-memories/1)
          file.rows: ROW in DIR/plays.ndjson
        play "River, Joni" ID (3 plays, 2 tracks, of 2, 100% of what was played, rule playlist-memories/1)
          file.rows: ROW in DIR/plays.ndjson
        play "River, Joni" ID (3 plays, 2 tracks, of 2, 100% of what was played, rule playlist-memories/1)
          file.rows: ROW in DIR/plays.ndjson

      Linked:
        heard during "2024-05-04" ID (3 plays, of 3, rule playlist-memories/1)

      Its way through the pipeline: steps, and how many of their rows are about it:
        derived.plays     file.rows          3 rows
        derived.phases    playlist-memories  4 rows  Makes memories of the days during which a playlist was listened to.
        derived.memories  memories                   Upserts entities, memories, links and provenance into the memory tables.

      Runs that touched it:
        NOW  run of derived ID: added it"
    `)
  }).pipe(Effect.scoped)
)
