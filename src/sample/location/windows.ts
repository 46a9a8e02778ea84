/** Devices keep the points of a way in windows of two hours. */
import { EpochMillis } from "../../component/column.ts"
import { HOUR } from "../time.ts"
import type { Fix } from "../track.ts"

export interface PathWindow {
  readonly start: EpochMillis
  readonly end: EpochMillis
  readonly zone: string
  readonly fixes: ReadonlyArray<Fix>
}

const WINDOW = 2 * HOUR

/** The path's points, window by window; the zone is that of a window's first point. */
export const pathWindows = (fixes: ReadonlyArray<Fix>): ReadonlyArray<PathWindow> => {
  const onPath = fixes.filter((fix) => fix.onPath)
  return [...Map.groupBy(onPath, ({ at }) => Math.floor(at / WINDOW))].flatMap(([window, members]) => {
    const [first] = members
    if (first === undefined) return []
    const start = EpochMillis(window * WINDOW)
    return [{ start, end: EpochMillis(start + WINDOW), zone: first.zone, fixes: members }]
  })
}
