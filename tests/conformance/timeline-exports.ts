/** One day as Takeout and two phones tell it, each with its own rounding of times and places. */
import {
  android,
  androidPath,
  androidVisit,
  phonePath,
  phoneVisit,
  placeVisit,
  record,
  records,
  semantic,
  signal
} from "../connectors/google-timeline/history.ts"

/** E7 that rounds to another cell at five decimals than the six decimals of a phone do. */
const EDGE = { e7: 450_000_449, six: "45.000045" }

/** Arrives in the minute before the one that phones tell, at a place that has a name and an address here only. */
const EARLY = { startTimestamp: "2019-05-01T09:59:59.700Z", endTimestamp: "2019-05-01T12:00:00Z" }

/** Knows no id, where the phones do. */
const NAMELESS = placeVisit({
  location: { latitudeE7: 473_900_004, longitudeE7: 85_500_004 },
  duration: { startTimestamp: "2019-05-01T15:00:10Z", endTimestamp: "2019-05-01T16:00:00Z" },
  visitConfidence: undefined
})

export const TAKEOUT = {
  "Records.json": records(
    record({ latitudeE7: EDGE.e7, longitudeE7: EDGE.e7 }),
    record({ timestamp: "2019-05-01T10:00:41.5Z" }),
    record({ timestamp: "2019-05-01T11:00:00Z", latitudeE7: 473_800_000 })
  ),
  "Semantic Location History/2019/2019_MAY.json": semantic(placeVisit({ duration: EARLY }), NAMELESS, {
    activitySegment: {
      simplifiedRawPath: {
        points: [{ latE7: EDGE.e7, lngE7: EDGE.e7, timestamp: "2019-05-01T10:00:00.500Z" }]
      }
    }
  })
}

const away = { startTime: "2019-05-01T17:00:00.000+02:00", endTime: "2019-05-01T18:30:00.000+02:00" }

export const ANDROID = {
  "Timeline.json": android(
    [
      androidVisit(),
      androidVisit({ placeId: "ChIJaway", placeLocation: { latLng: "47.3900000°, 8.5500000°" } }, away),
      androidPath(
        { point: `${EDGE.six}°, ${EDGE.six}°`, time: "2019-05-01T12:00:00.000+02:00" },
        { point: "47.376900°, 8.541700°", time: "2019-05-01T12:00:00.000+02:00" },
        { point: "47.500000°, 8.600000°", time: "2019-05-01T12:30:00.000+02:00" }
      )
    ],
    [signal({ LatLng: `${EDGE.six}°, ${EDGE.six}°` })]
  )
}

export const IPHONE = {
  "location-history.json": [
    phoneVisit(),
    { ...phoneVisit({ placeID: "ChIJaway", placeLocation: "geo:47.390000,8.550000" }), ...away },
    phonePath(
      { point: `geo:${EDGE.six},${EDGE.six}`, durationMinutesOffsetFromStartTime: "0" },
      { point: "geo:47.376900,8.541700", durationMinutesOffsetFromStartTime: "0" },
      { point: "geo:47.600000,8.700000", durationMinutesOffsetFromStartTime: "45" }
    )
  ]
}
