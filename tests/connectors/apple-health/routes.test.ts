import { existsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TIME, healthData } from "./exports.ts"
import { put, read, within, zip } from "./read.ts"

const GPX = (points: string) =>
  `<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${points}</trkseg></trk></gpx>`
const POINT = `<trkpt lon="8.5" lat="47.1"><ele>400.5</ele><time>2019-06-11T13:00:42Z</time><extensions><speed>0.18</speed><course>206</course><hAcc>8.06</hAcc><vAcc>6.4</vAcc></extensions></trkpt>`

describe("routes", () => {
  const workout = (route: string) =>
    `<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="5" durationUnit="min" sourceName="Watch" startDate="${TIME}" endDate="${TIME}"><WorkoutRoute sourceName="Phone" startDate="${TIME}"><FileReference path="${route}"/></WorkoutRoute></Workout>`
  const ROUTE = "/workout-routes/route_2019-06-11_3.00pm.gpx"

  it.live("are points of the workout that refers to their file", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const files = {
          "apple_health_export/export.xml": healthData(workout(ROUTE)),
          [`apple_health_export${ROUTE}`]: GPX(POINT),
          "apple_health_export/workout-routes/other.gpx": GPX(POINT.replace("47.1", "47.2"))
        }
        const path = put(directory, "export.zip", yield* zip(files))
        const { ledger, rows } = yield* read(path, "routes", home)
        const workouts = yield* read(path, "workouts", join(directory, "second"))
        assert.deepInclude(ledger, { read: 2, new: 2 })
        assert.deepInclude(rows[0], {
          recorded_at: "2019-06-11T13:00:42.000Z",
          latitude: 47.1,
          longitude: 8.5,
          altitude: 400.5,
          accuracy: 8.06,
          speed: 0.18,
          track: workouts.rows[0]?.["_id"],
          source_name: "Phone"
        })
        assert.deepInclude(rows[1], { track: "apple_health_export/workout-routes/other.gpx" })
      })
    )
  )

  it.live("that are cut give their whole points, and their end is rejected", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const folder = join(directory, "export")
        const gpx = GPX(POINT + POINT.replace("47.1", "47.2"))
        put(folder, "export.xml", healthData(workout(ROUTE)))
        put(folder, ROUTE.slice(1), gpx.slice(0, gpx.lastIndexOf("<time>")))
        const { ledger, rejects } = yield* read(folder, "routes", home)
        assert.deepInclude(ledger, { read: 2, new: 1, rejected: 1 })
        assert.deepInclude(rejects[0], { code: "gpx-broken" })
      })
    )
  )
})

const FIXTURES = join(import.meta.dirname, "../../../../shared/fixtures/apple-health")

describe.skipIf(!existsSync(FIXTURES))("a real export (skipped where the fixtures are missing)", () => {
  it.live("gives its samples, its workout and its route", () =>
    within((directory, home) =>
      Effect.gen(function* () {
        const samples = yield* read(FIXTURES, "samples", home)
        assert.deepEqual(samples.rows.map(({ type, unit, value }) => [type, unit, value]).toSorted(), [
          ["HKQuantityTypeIdentifierBodyMassIndex", "count", 22.5312],
          ["HKQuantityTypeIdentifierHeartRate", "count/min", 72]
        ])
        assert.deepInclude(samples.ledger, { new: 2, duplicate: 2, rejected: 0 })
        const workouts = yield* read(FIXTURES, "workouts", join(directory, "second"))
        assert.deepInclude(workouts.rows[0], {
          type: "HKWorkoutActivityTypeRunning",
          unit: "min",
          value: 5.19412346680959
        })
        const routes = yield* read(FIXTURES, "routes", join(directory, "third"))
        assert.lengthOf(routes.rows, 5)
        for (const { track } of routes.rows) assert.strictEqual(track, workouts.rows[0]?.["_id"])
      })
    )
  )
})
