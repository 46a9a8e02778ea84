/** Dates as Apple's privacy exports write them: `Saturday June 4,2022 12:11 PM GMT`, to the minute. */
import { EpochMillis } from "../../src/component/column.ts"

const MONTHS = "january february march april may june july august september october november december".split(" ")

const DATE =
  /^(?:\p{L}+,?\s+)?(\p{L}{3,})\s+(\d{1,2}),\s*(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?\s*(?:GMT|UTC)$/iu

/** Some versions write `14:00 PM`: the half of the day then says nothing new. */
const hourOf = (hour: number, half: string | undefined): number => {
  if (half === undefined || hour > 12) return hour
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0)
}

/** Null: it is no such date, or the first instant of 1970, which stands for none. */
export const appleDate = (text: string): EpochMillis | null => {
  const [, name = "", day = "", year = "", hour = "", minute = "", second = "0", half] = DATE.exec(text.trim()) ?? []
  const month = MONTHS.findIndex((known) => known.startsWith(name.toLowerCase()))
  if (name === "" || month < 0) return null
  const parts = [Number(year), month, Number(day), hourOf(Number(hour), half), Number(minute), Number(second)] as const
  const time = Date.UTC(...parts)
  const made = new Date(time)
  // A day or hour that doesn't exist would roll over to the next.
  const exists = made.getUTCDate() === parts[2] && made.getUTCHours() === parts[3] && made.getUTCMinutes() === parts[4]
  return exists && made.getUTCFullYear() === parts[0] && parts[5] < 60 && time !== 0 ? EpochMillis(time) : null
}
