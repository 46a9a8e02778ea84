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
  /** When each line of stderr came, in milliseconds after the start. */
  readonly lines: ReadonlyMap<string, number>
}

/** A pipeline to run; paths in it and in the environment count from the repository. */
export interface Job {
  readonly pipeline: string
  readonly home: string
  readonly environment?: { readonly [name: string]: string }
}

/** When to send a signal: so many milliseconds after the start, or after stderr has had these words, or when something happens. */
export interface Stop {
  readonly signal: NodeJS.Signals
  readonly words?: string
  readonly when?: Promise<void>
  readonly milliseconds?: number
}

/** Resolves when the process is gone, and its lock with it. */
export const runProcess = ({ environment = {}, home, pipeline }: Job, stop?: Stop): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const lines = new Map<string, number>()
    const child = spawn(process.execPath, ["bin/keepsake.js", "run", pipeline, "--home", home], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let timer: NodeJS.Timeout | undefined
    const arm = ({ milliseconds = 0, signal }: Stop) => {
      timer ??= setTimeout(() => child.kill(signal), milliseconds)
    }
    if (stop?.when !== undefined) void stop.when.then(() => arm(stop))
    else if (stop !== undefined && stop.words === undefined) arm(stop)
    let errors = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text
      for (const line of text.split("\n")) lines.set(line, performance.now() - began)
      if (stop?.words !== undefined && errors.includes(stop.words)) arm(stop)
    })
    child.once("error", reject)
    child.once("close", (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, milliseconds: performance.now() - began, errors, lines })
    })
  })
