/** VTIMEZONE blocks of the life's zones: what their clocks have done since the year 2007. */

interface Observance {
  readonly kind: "STANDARD" | "DAYLIGHT"
  readonly name: string
  readonly from: string
  readonly to: string
  /** The local time, before the change, of the first one. */
  readonly start: string
  readonly rule: string | null
}

const steady = (name: string, offset: string): ReadonlyArray<Observance> => [
  { kind: "STANDARD", name, from: offset, to: offset, start: "20070101T000000", rule: null }
]

interface Change {
  readonly start: string
  readonly rule: string
}

const changing = (
  names: readonly [standard: string, daylight: string],
  offsets: readonly [standard: string, daylight: string],
  changes: readonly [toStandard: Change, toDaylight: Change]
): ReadonlyArray<Observance> => [
  { kind: "DAYLIGHT", name: names[1], from: offsets[0], to: offsets[1], ...changes[1] },
  { kind: "STANDARD", name: names[0], from: offsets[1], to: offsets[0], ...changes[0] }
]

/** The Union changes everywhere at 01:00 UTC, on the last Sundays of March and October. */
const european = (
  names: readonly [string, string],
  offsets: readonly [string, string],
  hours: readonly [toStandard: string, toDaylight: string]
) =>
  changing(names, offsets, [
    { start: `20071028T${hours[0]}0000`, rule: "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU" },
    { start: `20070325T${hours[1]}0000`, rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" }
  ])

const central = european(["CET", "CEST"], ["+0100", "+0200"], ["03", "02"])

const OBSERVANCES: { readonly [zone: string]: ReadonlyArray<Observance> } = {
  "Europe/Vienna": central,
  "Europe/Prague": central,
  "Europe/Berlin": central,
  "Europe/Zurich": central,
  "Europe/Budapest": central,
  "Europe/Ljubljana": central,
  "Europe/Rome": central,
  "Europe/Lisbon": european(["WET", "WEST"], ["+0000", "+0100"], ["02", "01"]),
  "Europe/London": european(["GMT", "BST"], ["+0000", "+0100"], ["02", "01"]),
  "America/New_York": changing(
    ["EST", "EDT"],
    ["-0500", "-0400"],
    [
      { start: "20071104T020000", rule: "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU" },
      { start: "20070311T020000", rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU" }
    ]
  ),
  "Asia/Tokyo": steady("JST", "+0900"),
  "Atlantic/Reykjavik": steady("GMT", "+0000"),
  "Asia/Kathmandu": steady("+0545", "+0545")
}

/** The only one of Windows' names that the life has a use for: the zone of home. */
export const WINDOWS_ZONE = "W. Europe Standard Time"

/** Content lines of the zone's VTIMEZONE under the name by which events refer to it. */
export const timeZoneLines = (id: string): ReadonlyArray<string> => {
  const observances = OBSERVANCES[id === WINDOWS_ZONE ? "Europe/Vienna" : id] ?? []
  return [
    "BEGIN:VTIMEZONE",
    `TZID:${id}`,
    ...observances.flatMap(({ kind, name, from, to, start, rule }) => [
      `BEGIN:${kind}`,
      `TZOFFSETFROM:${from}`,
      `TZOFFSETTO:${to}`,
      `TZNAME:${name}`,
      `DTSTART:${start}`,
      ...(rule === null ? [] : [`RRULE:${rule}`]),
      `END:${kind}`
    ]),
    "END:VTIMEZONE"
  ]
}
