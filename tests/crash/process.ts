/** The program as a process of its own, which may be stopped at any moment. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { performance } from "node:perf_hooks"

const root = join(import.meta.dirname, "../..")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly milliseconds: number
  readonly errors: string
}

export interface Place {
  /** Where `takeout-*.zip` and `calendar.ics` lie. */
  readonly sample: string
  readonly home: string
}

/** When to send a signal: after so many milliseconds, or once stderr has these words. */
export interface Stop {
  readonly signal: NodeJS.Signals
  readonly when: number | string
}

/** Runs `pipelines/memories.yaml`; resolves when the process is gone, and its lock with it. */
export const runProcess = ({ home, sample }: Place, stop?: Stop): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const quiet = typeof stop?.when === "string" ? [] : ["-q"]
    const child = spawn(
      process.execPath,
      ["bin/keepsake.js", "run", "pipelines/memories.yaml", "--home", home, ...quiet],
      {
        cwd: root,
        env: { ...process.env, TAKEOUT: join(sample, "takeout-*.zip"), CALENDAR: join(sample, "calendar.ics") },
        stdio: ["ignore", "ignore", "pipe"]
      }
    )
    const timer = typeof stop?.when === "number" ? setTimeout(() => child.kill(stop.signal), stop.when) : undefined
    let errors = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text
      if (typeof stop?.when === "string" && !child.killed && errors.includes(stop.when)) child.kill(stop.signal)
    })
    child.once("error", reject)
    child.once("close", (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, milliseconds: performance.now() - began, errors })
    })
  })
