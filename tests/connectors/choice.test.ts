/** What a person asks for may change from run to run: what falls out of it is not gone, for the provider has it (I7). */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Connection, ProviderName } from "../../src/component/account.ts"
import { authored } from "../../src/component/sql.ts"
import { addsUp, blank } from "../../src/engine/ledger.ts"
import { connectionTo, started } from "../provider/client.ts"
import type { Providers, ProvidersOptions } from "../providers/index.ts"
import { query, temporaryDirectory } from "../support/engine.ts"
import { connect, connectionsYaml, runOnline } from "../support/online.ts"

interface Case {
  readonly stream: string
  readonly provider: ProviderName
  readonly account: string
  readonly options: ProvidersOptions
  readonly scopes?: ReadonlyArray<string>
  /** What there is beside that. */
  readonly arrange?: (providers: Providers) => void
  /** What is asked for in turn, after all and before all again. */
  readonly choices: ReadonlyArray<string>
  /** The provider loses something of what all has; null: this stream never hears of it. */
  readonly lose: ((providers: Providers) => void) | null
}

const ANA = { name: "Ana", address: "ana@example.com" }
const RANGE = { from: Date.UTC(2023, 0, 1), to: Date.UTC(2026, 0, 1) }
const CHOIR = { seed: 1, size: 15, name: "choir", owner: ANA, ...RANGE }

const CASES: ReadonlyArray<Case> = [
  {
    stream: "google-calendar.events",
    provider: "google",
    account: ANA.address,
    options: { google: { events: 40, photos: 0 } },
    arrange: ({ google }) => void google.calendars.add(CHOIR),
    choices: [
      "since: 2023-06-01, until: 2024-06-01",
      "calendars: [choir]",
      "calendars: [primary], since: 2025-01-01, horizon: 30d"
    ],
    lose: ({ google }) => google.calendars.remove(ANA.address, "choir@group.calendar.google.com")
  },
  {
    stream: "microsoft-calendar.events",
    provider: "microsoft",
    account: ANA.address,
    options: { microsoft: { events: 20 } },
    arrange: ({ microsoft }) => void microsoft.mailbox().add(CHOIR),
    choices: [
      "since: 2023-06-01, until: 2024-06-01",
      "calendars: [choir]",
      "calendars: [primary], since: 2024-01-01, horizon: 90d"
    ],
    lose: ({ clock, microsoft }) => {
      const [first] = microsoft.calendar.agenda.entries().filter(({ rule, series }) => rule === null && series === null)
      if (first !== undefined) microsoft.calendar.agenda.remove(first.id, clock.now())
    }
  },
  {
    stream: "google-photos.library",
    provider: "google",
    account: ANA.address,
    options: { seed: 3, google: { events: 0, photos: 60 } },
    scopes: ["photoslibrary.readonly.appcreateddata"],
    choices: ["since: 2024-01-01", "until: 2024-01-01"],
    lose: ({ google }) => void google.shelf().remove(10)
  },
  {
    stream: "google-photos.picked",
    provider: "google",
    account: ANA.address,
    options: { seed: 3, google: { events: 0, photos: 40, pollSeconds: 0.01, pickAtPoll: 1 } },
    scopes: ["photospicker.mediaitems.readonly"],
    choices: ["ask: always, since: 2024-01-01", "ask: always, until: 2024-01-01"],
    lose: null
  },
  {
    stream: "spotify.playlists",
    provider: "spotify",
    account: "ana",
    options: { spotify: { plays: 0, playlists: 4, playlistSize: 60 } },
    choices: [
      "since: 2024-01-01",
      "until: 2024-01-01",
      'playlists: ["playlist 2 🎧"]',
      'playlists: ["playlist 2 🎧"], since: 2025-01-01'
    ],
    lose: ({ spotify }) => {
      const listening = spotify.listening()
      const [first] = listening.playlists().filter(({ owner }) => owner === "ana")
      if (first !== undefined) listening.deletePlaylist(first.id)
    }
  },
  {
    stream: "spotify.recently-played",
    provider: "spotify",
    account: "ana",
    options: { spotify: { plays: 40, playlists: 0 } },
    choices: ["since: 2026-08-31", "until: 2026-08-31"],
    lose: null
  }
]

const pipeline = (connection: Connection, home: string, source: string) => `
name: life
time_zone: Europe/Vienna
${connectionsYaml(connection)}
sources:
  it: { ${source} }
sinks:
  out: { type: file, path: "${join(home, "out.parquet")}", from: it }
`

describe("a source that asks for something else than before", () => {
  it.live.each(CASES)("$stream says of nothing that it is gone", (one) =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const providers = yield* started(one.options)
      const connection = connectionTo(providers, one.provider, one.account)
      yield* connect(one.scopes === undefined ? connection : { ...connection, scopes: one.scopes }, home)
      one.arrange?.(providers)
      const read = (choice: string) =>
        Effect.gen(function* () {
          const source = [`type: ${one.stream}, connection: me`, choice].filter((part) => part !== "").join(", ")
          const { sources } = yield* runOnline(pipeline(connection, home, source), home)
          const ledger = sources["it"] ?? blank
          assert.isTrue(addsUp(ledger), JSON.stringify(ledger))
          return ledger
        })
      const first = yield* read("")
      assert.isAbove(first.new, 10)
      for (const choice of one.choices) assert.deepInclude(yield* read(choice), { deleted: 0 }, choice)
      assert.deepInclude(yield* read(""), { deleted: 0, new: 0 })
      const [row] = yield* query(
        home,
        authored("select count(*)::integer as n, count(_gone_at)::integer as gone from staging.life__it")
      )
      assert.deepEqual(row, { n: first.new, gone: 0 })
      if (one.lose === null) return
      one.lose(providers)
      assert.isAbove((yield* read("")).deleted, 0)
    }).pipe(Effect.scoped)
  )
})
