/** Points of a path: what location histories, workouts' routes and photo trackers have in common. */
import { double, instant, text } from "../../src/component/column.ts"

export const POINT_COLUMNS = {
  recorded_at: instant("When the device was there."),
  latitude: double("WGS 84 degrees, north positive."),
  longitude: double("WGS 84 degrees, east positive."),
  altitude: double("Metres above sea level."),
  accuracy: double("Radius in metres that the true position lies in, most likely."),
  speed: double("Metres a second."),
  track: text("What the point belongs to: a workout, a trip, a device."),
  source_name: text("What recorded it: the sensor, app or file family.")
}
