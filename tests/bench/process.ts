/** Child processes with their wall time and peak memory, and what is made of several measurements. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { performance } from "node:perf_hooks"

export interface Ran {
  readonly seconds: number
  /** Peak resident memory; 0 where the system has no /proc. */
  readonly peakBytes: number
  /** Of all its threads; 0 where the system has no /proc. */
  readonly cpuSeconds: number
  readonly stdout: string
}

const POLL_MILLISECONDS = 25

/** Linux counts processor time in hundredths of a second. */
const TICKS = 100

/** The kernel keeps both itself, so polling loses at most the last moment. */
const usage = (pid: number | undefined): { readonly peakBytes: number; readonly cpuSeconds: number } | null => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8")
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number)
    return {
      peakBytes: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
      cpuSeconds: (user + system) / TICKS
    }
  } catch {
    return null
  }
}

/** Runs this Node with arguments; rejects, with what it wrote to stderr, where it fails. */
export const runNode = (args: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    let used = { peakBytes: 0, cpuSeconds: 0 }
    const poll = setInterval(() => {
      const now = usage(child.pid)
      // A process that has ended has no memory any more.
      if (now !== null && now.peakBytes >= used.peakBytes) used = now
    }, POLL_MILLISECONDS)
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on("error", reject)
    child.on("close", (code) => {
      clearInterval(poll)
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, ...used, stdout })
      else reject(new Error(`node ${args.join(" ")} ended with ${code}:\n${stderr}${stdout}`))
    })
  })

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** The median of each, measured in turn round after round, so that whatever else the machine does falls on all alike. */
export const alternate = async (
  rounds: number,
  contenders: ReadonlyArray<(round: number) => Promise<number>>
): Promise<ReadonlyArray<number>> => {
  const measured = contenders.map((): Array<number> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) measured[index]?.push(await contender(round))
  }
  return measured.map(median)
}

/** Three digits that count. */
export const rounded = (value: number): number => Number(value.toPrecision(3))
