/** Child processes with their wall time and peak memory, and what is made of several measurements. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { performance } from "node:perf_hooks"

export interface Ran {
  readonly seconds: number
  /** Peak resident memory; 0 where the system has no /proc. */
  readonly peakBytes: number
  readonly stdout: string
}

const POLL_MILLISECONDS = 25

/** The kernel keeps the high-water mark itself, so polling loses at most the last moment. */
const highWater = (pid: number | undefined): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8")
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Runs this Node with arguments; rejects, with what it wrote to stderr, where it fails. */
export const runNode = (args: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    let peakBytes = 0
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes, highWater(child.pid))
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
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, peakBytes, stdout })
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
