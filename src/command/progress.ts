/** Progress on stderr: a line that renews itself on a terminal, for all that is under way; plain lines elsewhere. */
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

/** A step that is under way. */
interface Step {
  readonly began: number
  /** When a plain line was last written. */
  readonly shown: number
  /** What a terminal shows of it. */
  readonly line: string
}

type Advanced = Extract<ProgressEvent, { readonly kind: "advanced" }>

/** `photos 120 of 400, 30/s, 9 s left`, and the same with a bar. */
const linesOf = ({ done, step, total, unit }: Advanced, milliseconds: number) => {
  const rate = done / Math.max(0.001, milliseconds / 1000)
  const left = total === null ? "" : `, ${seconds((total - done) / Math.max(rate, 0.001))}`
  const of = total === null ? "" : ` of ${amount(total, unit)}`
  const counts = ` ${amount(done, unit)}${of}, ${amount(rate, unit)}/s${left}`
  const share = total === null ? "" : ` ${bar(done / Math.max(1, total))}`
  return { plain: `${step}${counts}`, withBar: `${step}${share}${counts}`, brief: `${step} ${amount(done, unit)}${of}` }
}

const ERASE = "\r\u001b[2K"

/** Takes away the line of what was under way when a command failed: what is said next begins at its place. */
export const endProgress = (): void => {
  if (process.stderr.isTTY === true) process.stderr.write(ERASE)
}

/** One writer for one command; it holds which steps are under way. */
export const progressWriter = (quiet: boolean): ReportProgress => {
  if (quiet) {
    return (event) =>
      Effect.sync(() => {
        if (event.kind === "note" && event.needed === true) process.stderr.write(`${event.text}\n`)
      })
  }
  const terminal = process.stderr.isTTY === true
  const steps = new Map<string, Step>()
  let renewed = 0
  let pending = false
  const write = (text: string) => {
    process.stderr.write(terminal ? `${pending ? ERASE : ""}${text}\n` : `${text}\n`)
    pending = false
  }
  const renew = (now: number) => {
    if (steps.size === 0) return
    renewed = now
    process.stderr.write(`${ERASE}${fitting([...steps.values()].map(({ line }) => line).join(" · "))}`)
    pending = true
  }
  return (event: ProgressEvent) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      switch (event.kind) {
        case "started":
          steps.set(event.step, { began: now, shown: now, line: `${event.step}: ${event.doing}…` })
          if (terminal) renew(now)
          else write(`${event.step}: ${event.doing}`)
          return
        case "advanced": {
          const { began = now, shown = now } = steps.get(event.step) ?? {}
          const { brief, plain, withBar } = linesOf(event, now - began)
          const due = !terminal && now - shown >= PLAIN_INTERVAL
          const alone = withBar.length < (process.stderr.columns ?? 80) ? withBar : plain
          steps.set(event.step, { began, shown: due ? now : shown, line: steps.size > 1 ? brief : alone })
          if (due) write(plain)
          if (terminal && now - renewed >= TERMINAL_INTERVAL) renew(now)
          return
        }
        case "finished":
          steps.delete(event.step)
          write(`${event.step}: ${event.outcome || "nothing to do"}`)
          if (terminal) renew(now)
          return
        case "note":
          write(event.text)
          if (terminal) renew(now)
      }
    })
}
