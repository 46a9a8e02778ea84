/** What Google's data types mean: units, and the names of coded values, as Google Fit's documentation gives them. */

/** Units of types with one value. Google Fit stores all values in these. */
export const UNITS: ReadonlyArray<readonly [type: string, unit: string]> = [
  ["com.google.step_count.delta", "count"],
  ["com.google.step_count.cumulative", "count"],
  ["com.google.step_count.cadence", "steps/min"],
  ["com.google.distance.delta", "m"],
  ["com.google.distance.cumulative", "m"],
  ["com.google.speed", "m/s"],
  ["com.google.calories.expended", "kcal"],
  ["com.google.calories.bmr", "kcal/day"],
  ["com.google.calories.consumed", "kcal"],
  ["com.google.active_minutes", "min"],
  ["com.google.heart_minutes", "points"],
  ["com.google.heart_rate.bpm", "bpm"],
  ["com.google.weight", "kg"],
  ["com.google.height", "m"],
  ["com.google.body.fat.percentage", "%"],
  ["com.google.body.temperature", "°C"],
  ["com.google.body.temperature.basal", "°C"],
  ["com.google.hydration", "L"],
  ["com.google.power.sample", "W"],
  ["com.google.cycling.wheel_revolution.rpm", "rpm"],
  ["com.google.cycling.pedaling.cadence", "rpm"]
]

const SLEEP_STAGES: ReadonlyArray<readonly [code: number, name: string]> = [
  [1, "awake"],
  [2, "sleep"],
  [3, "out of bed"],
  [4, "light"],
  [5, "deep"],
  [6, "rem"]
]

// As sessions spell them in `fitnessActivity`; the place in the list is the code.
const ACTIVITIES = (
  "in_vehicle biking on_foot still unknown tilting exiting_vehicle walking running aerobics badminton baseball " +
  "basketball biathlon biking.hand biking.mountain biking.road biking.spinning biking.stationary biking.utility boxing " +
  "calisthenics circuit_training cricket dancing elliptical fencing football.american football.australian " +
  "football.soccer frisbee_disc gardening golf gymnastics handball hiking hockey horseback_riding housework " +
  "jump_rope kayaking kettlebell_training kickboxing kitesurfing martial_arts meditation martial_arts.mixed p90x " +
  "paragliding pilates polo racquetball rock_climbing rowing rowing.machine rugby running.jogging running.sand " +
  "running.treadmill sailing scuba_diving skateboarding skating skating.cross skating.inline skiing " +
  "skiing.back_country skiing.cross_country skiing.downhill skiing.kite skiing.roller sledding sleep snowboarding " +
  "snowmobile snowshoeing squash stair_climbing stair_climbing.machine standup_paddleboarding strength_training " +
  "surfing swimming swimming.pool swimming.open_water table_tennis team_sports tennis treadmill volleyball " +
  "volleyball.beach volleyball.indoor wakeboarding walking.fitness walking.nordic walking.treadmill water_polo " +
  "weightlifting wheelchair windsurfing yoga zumba diving ergometer ice_skating skating.indoor curling kick_scooter"
).split(" ")

const MORE_ACTIVITIES: ReadonlyArray<readonly [code: number, name: string]> = [
  [108, "other"],
  [109, "sleep.light"],
  [110, "sleep.deep"],
  [111, "sleep.rem"],
  [112, "sleep.awake"],
  [113, "crossfit"],
  [114, "interval_training.high_intensity"],
  [115, "interval_training"],
  [116, "walking.stroller"],
  [117, "elevator"],
  [118, "escalator"],
  [119, "archery"],
  [120, "softball"],
  [122, "guided_breathing"]
]

/** Types whose one value is a code, with what the codes mean. */
export const CATEGORIES: ReadonlyArray<
  readonly [type: string, names: ReadonlyArray<readonly [code: number, name: string]>]
> = [
  ["com.google.sleep.segment", SLEEP_STAGES],
  ["com.google.activity.segment", [...ACTIVITIES.entries(), ...MORE_ACTIVITIES]]
]
