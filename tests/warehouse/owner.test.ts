import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { Database } from "../../src/component/database.ts"
import { authored, literal, sql } from "../../src/component/sql.ts"
import { guestDatabase } from "../../src/warehouse/guest.ts"
import { type Home, homeAt } from "../../src/warehouse/home.ts"
import { Warehouse, readingLayer, servedWarehouse } from "../../src/warehouse/warehouse.ts"
import { temporaryDirectory } from "../support/engine.ts"

const Count = Schema.Struct({ n: Schema.Number })

/** A home that is held by an owner, and the database as a guest sees it. */
const withGuest = <A, E>(
  use: (guest: Database["Service"], home: Home) => Effect.Effect<A, E, Warehouse>,
  below = "home"
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const home = homeAt(join(yield* temporaryDirectory, below))
    yield* Effect.gen(function* () {
      const guest = yield* guestDatabase(home)
      if (guest === null) return assert.fail("nobody answers")
      yield* use(guest, home)
    }).pipe(Effect.provide(servedWarehouse(home)))
    // The owner has left: so has what led to it.
    assert.deepStrictEqual(
      readdirSync(home.directory).filter((name) => name.startsWith("owner")),
      []
    )
    assert.isNull(yield* guestDatabase(home))
  }).pipe(Effect.scoped)

describe("other processes and the owner of the database", () => {
  it.live("a guest reads while a transaction is open, and sees what is committed", () =>
    withGuest((guest) =>
      Effect.gen(function* () {
        const { database } = yield* Warehouse
        const count = guest.rows(sql`select count(*) as n from state.skips`, Count)
        yield* database.transaction(
          Effect.gen(function* () {
            yield* database.execute(sql`insert into state.skips (reason, count) values ('x', 1)`)
            assert.deepStrictEqual(yield* count, [{ n: 0 }])
          })
        )
        assert.deepStrictEqual(yield* count, [{ n: 1 }])
        assert.deepStrictEqual([...(yield* guest.describe(sql`select 1::integer as a`))], [["a", "INTEGER"]])
      })
    )
  )

  it.live("a guest's relative paths are its own", () =>
    withGuest((guest) =>
      Effect.gen(function* () {
        const [found] = yield* guest.rows(sql`select count(*) as n from read_text('package.json')`, Count)
        assert.strictEqual(found?.n, 1)
      })
    )
  )

  it.live("a guest changes nothing", () =>
    withGuest((guest, home) =>
      Effect.gen(function* () {
        writeFileSync(join(home.directory, "in.csv"), "x,1,[]")
        const from = literal(join(home.directory, "in.csv"))
        const changes = [
          sql`delete from life.media`,
          sql`create table t (a integer)`,
          sql`set memory_limit = '1MB'`,
          sql`copy state.skips (reason, count, examples) from ${from}`,
          sql`select 1; drop table life.media`
        ]
        for (const statement of changes) {
          const error = yield* Effect.flip(guest.execute(statement))
          assert.strictEqual(error.code, "locked", statement)
        }
      })
    )
  )

  it.live("what DuckDB refuses comes back in its own words", () =>
    withGuest((guest) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(guest.rows(authored("select nope"), Count))
        assert.strictEqual(error.code, "sql")
        assert.match(error.message, /nope/)
      })
    )
  )

  it.live("where the home's path is too long for a socket, it is elsewhere, and for its owner only", () =>
    withGuest(
      (guest, home) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(
            readdirSync(home.directory).filter((name) => name.endsWith(".sock")),
            []
          )
          assert.strictEqual(statSync(home.owner).mode & 0o777, 0o600)
          assert.deepStrictEqual(yield* guest.rows(sql`select 1 as n`, Count), [{ n: 1 }])
        }),
      "deep".repeat(30)
    )
  )

  it.live("without an owner, or with one that was killed, the database is opened as ever", () =>
    Effect.gen(function* () {
      const home = homeAt(join(yield* temporaryDirectory, "home"))
      mkdirSync(home.directory)
      writeFileSync(home.owner, JSON.stringify({ socket: join(home.directory, "gone.sock") }))
      yield* Effect.scoped(Effect.void.pipe(Effect.provide(readingLayer(home))))
    }).pipe(Effect.scoped)
  )
})
