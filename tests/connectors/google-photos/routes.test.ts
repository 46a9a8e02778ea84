/** The same photos from a Takeout, from the Picker and from a folder: one asset each, with three provenances. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { zipOf } from "../../archive/zips.ts"
import { lifeOf } from "../../conformance/life.ts"
import type { Photo } from "../../providers/life/photos.ts"
import { query } from "../../support/engine.ts"
import { connectionsYaml, runOnline } from "../../support/online.ts"
import { type World, PICKED, inWorld, photosOf, readable } from "./world.ts"

const NONE = { latitude: 0, longitude: 0, altitude: 0 }

const sidecarOf = ({ fileName, takenAt }: Photo): string =>
  JSON.stringify({
    title: fileName,
    description: "",
    photoTakenTime: { timestamp: String(takenAt / 1000) },
    geoData: NONE,
    geoDataExif: NONE
  })

const pipeline = ({ connection, home }: World) => `
name: routes
time_zone: Europe/Vienna
${connectionsYaml(connection)}
sources:
  takeout: { type: google-takeout.photos, path: ${join(home, "takeout-*.zip")} }
  picked: { ${PICKED} }
  disk: { type: folder.photos, path: ${join(home, "Pictures")} }
transforms:
  all: { type: union, from: [picked, takeout, disk] }
  unique: { type: dedupe, from: all, by: picture_hash, prefer: [has_location, pixels desc] }
sinks:
  memories: { type: memories, from: unique }
`

it.live("a photo is one asset whichever way it came, and knows of all of them", () =>
  inWorld(photosOf(40), (world) =>
    Effect.gen(function* () {
      const { home, providers } = world
      const photos = readable(providers.google.shelf().photos())
      const zip = yield* Effect.promise(() =>
        zipOf(
          photos.flatMap((photo) => [
            { name: `Takeout/Google Photos/Photos from 2024/${photo.fileName}`, content: photo.original() },
            { name: `Takeout/Google Photos/Photos from 2024/${photo.fileName}.json`, content: sidecarOf(photo) }
          ])
        )
      )
      writeFileSync(join(home, "takeout-20240101T000000Z-001.zip"), zip)
      mkdirSync(join(home, "Pictures"))
      for (const photo of photos) writeFileSync(join(home, "Pictures", photo.fileName), photo.original())
      yield* runOnline(pipeline(world), home)
      const rows = yield* query(
        home,
        authored(`select location_status, latitude is not null as placed,
          (select list_sort(list(connector || '.' || stream)) from life.provenance where entity_id = media_id) as routes
          from life.media`)
      )
      assert.strictEqual(rows.length, photos.length)
      for (const row of rows) {
        assert.deepEqual(row, {
          location_status: "known",
          placed: true,
          routes: ["folder.photos", "google-photos.picked", "google-takeout.photos"]
        })
      }
      const before = yield* lifeOf(home)
      yield* runOnline(pipeline(world), home)
      assert.deepEqual(yield* lifeOf(home), before)
    })
  )
)
