/** Progress on stderr: a line that renews itself on a terminal, plain lines elsewhere. */
import { Clock, Effect } from "effect"
import type { ProgressEvent, ReportProgress } from "../engine/progress.ts"

const BAR = 24
/** Plain lines come no more often than this, in milliseconds. */
const PLAIN_INTERVAL = 5000
const TERMINAL_INTERVAL = 100

const amount = (count: number, unit: "records" | "bytes"): string =>
  unit === "bytes"
    ? `${(count / 1024 ** 2).toFixed(1)} MB`
    : count.toLocaleString("en", { maximumFractionDigits: count < 10 ? 1 : 0 })

const bar = (share: number): string => {
  const filled = Math.round(share * BAR)
  return "█".repeat(filled) + "░".repeat(BAR - filled)
}

const seconds = (left: number): string =>
  left >= 90 ? `${Math.round(left / 60)} min left` : `${Math.max(0, Math.round(left))} s left`

/** As much of a line as can be renewed: what has wrapped can't be taken back. */
const fitting = (line: string): string => {
  const room = (process.stderr.columns ?? 80) - 1
  return line.length <= room ? line : `${line.slice(0, Math.max(0, room - 1))}…`
}

/** One writer for one command; it holds where the current step began. */
export const progressWriter = (quiet: boolean): ReportProgress => {
  if (quiet) {
    return (event) =>
      Effect.sync(() => {
        if (event.kind === "note" && event.needed === true) process.stderr.write(`${event.text}\n`)
      })
  }
  const terminal = process.stderr.isTTY === true
  let began = 0
  let shown = 0
  let pending = false
  const write = (text: string) => {
    process.stderr.write(terminal ? `${pending ? "\r\u001b[2K" : ""}${text}\n` : `${text}\n`)
    pending = false
  }
  return (event: ProgressEvent) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      switch (event.kind) {
        case "started":
          began = now
          shown = now
          if (!terminal) write(`${event.step}: ${event.doing}`)
          else {
            process.stderr.write(fitting(`${event.step}: ${event.doing}…`))
            pending = true
          }
          return
        case "advanced": {
          if (now - shown < (terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL)) return
          shown = now
          const rate = event.done / Math.max(0.001, (now - began) / 1000)
          const left = event.total === null ? "" : `, ${seconds((event.total - event.done) / Math.max(rate, 0.001))}`
          const of = event.total === null ? "" : ` of ${amount(event.total, event.unit)}`
          const line = `${event.step} ${amount(event.done, event.unit)}${of}, ${amount(rate, event.unit)}/s${left}`
          if (!terminal) write(line)
          else {
            const share = event.total === null ? "" : ` ${bar(event.done / Math.max(1, event.total))}`
            const withBar = `${event.step}${share}${line.slice(event.step.length)}`
            process.stderr.write(
              `\r\u001b[2K${fitting(withBar.length < (process.stderr.columns ?? 80) ? withBar : line)}`
            )
            pending = true
          }
          return
        }
        case "finished":
          write(`${event.step}: ${event.outcome || "nothing to do"}`)
          return
        case "note":
          write(event.text)
      }
    })
}
