/** A person's photos at a fake Google, a pipeline that reads them, and what must come of it. */
import { Effect, type Scope } from "effect"
import type { Connection } from "../../../src/component/account.ts"
import { authored } from "../../../src/component/sql.ts"
import type { RunOptions, RunSummary } from "../../../src/engine/run.ts"
import { readMedia } from "../../../src/media/read.ts"
import { connectionTo, started } from "../../provider/client.ts"
import type { GoogleOptions } from "../../providers/google/index.ts"
import type { Providers, ProvidersOptions } from "../../providers/index.ts"
import type { Photo } from "../../providers/life/photos.ts"
import { query, temporaryDirectory } from "../../support/engine.ts"
import { connect, connectionsYaml, runOnline } from "../../support/online.ts"

export const photosOf = (photos: number, more: Partial<GoogleOptions> = {}): ProvidersOptions => ({
  seed: 3,
  google: { events: 0, photos, pollSeconds: 0.01, pickAtPoll: 2, ...more }
})

/** Quick to try again, for tests. */
const RETRY = "retry: { base: 5ms, cap: 50ms, times: 12 }"
export const PICKED = `type: google-photos.picked, connection: me, ${RETRY}`
export const LIBRARY = `type: google-photos.library, connection: me, ${RETRY}`

export interface World {
  readonly providers: Providers
  readonly connection: Connection
  readonly home: string
  readonly run: (source: string, options?: RunOptions) => Effect.Effect<RunSummary, unknown>
  /** What is stored: one line per photo. */
  readonly stored: Effect.Effect<ReadonlyArray<string>, unknown>
}

export const pipeline = (connection: Connection, source: string) => `
name: life
time_zone: Europe/Vienna
${connectionsYaml(connection)}
sources:
  photos: { ${source} }
sinks:
  memories: { type: memories, from: photos }
`

const SCOPES = ["photospicker.mediaitems.readonly", "photoslibrary.readonly.appcreateddata"]

export const inWorld = <A>(
  options: ProvidersOptions,
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started(options)
    const connection = connectionTo(providers, "google", "ana@example.com")
    yield* connect({ ...connection, scopes: SCOPES }, home)
    return yield* test({
      providers,
      connection,
      home,
      run: (source, how) => runOnline(pipeline(connection, source), home, how),
      stored: storedIn(home)
    })
  }).pipe(Effect.scoped)

const storedIn = (home: string) =>
  Effect.map(
    query(
      home,
      authored(`select concat_ws(' | ', picture_hash, file_name, kind, epoch_ms(taken_at)::varchar, location_status) as line
        from life.media`)
    ),
    (rows) => rows.map(({ line }) => String(line)).toSorted()
  )

/** Photos that Google hands out. */
export const readable = (photos: ReadonlyArray<Photo>): ReadonlyArray<Photo> => photos.filter(({ ready }) => ready)

/** What is to be stored of photos: one line each. */
export const expected = (photos: ReadonlyArray<Photo>): ReadonlyArray<string> =>
  readable(photos)
    .map(({ download, fileName, kind, takenAt }) => {
      const read = readMedia(download())
      const hash = read._tag === "Facts" ? read.facts.pictureHash : ""
      return [hash, fileName, kind, takenAt, "withheld"].join(" | ")
    })
    .toSorted()

/** As small as a JPEG can be that says where it ends: a frame, a scan, and a content of its own. */
export const tinyJpeg = (index: number): Buffer =>
  Buffer.concat([
    Buffer.from("ffd8ffc0000b080001000101011100ffda0008010100003f00", "hex"),
    Buffer.from(`photo ${index}`),
    Buffer.from("ffd9", "hex")
  ])

export const tinyPhoto = (index: number): Photo => ({
  id: `P${index}`,
  fileName: `IMG_${index}.jpg`,
  mimeType: "image/jpeg",
  kind: "photo",
  takenAt: Date.UTC(2020, 0, 1) + index * 60_000,
  size: () => ({ width: 1, height: 1 }),
  camera: null,
  description: null,
  appCreated: true,
  ready: true,
  albums: [],
  original: () => tinyJpeg(index),
  download: () => tinyJpeg(index),
  thumbnail: () => tinyJpeg(index)
})
