/** Ends a test run in which nothing ends any more, and says which files it was waiting for. */
import type { Reporter, TestModule } from "vitest/node"

/** No file takes a third of it, even on a busy machine. */
const PATIENCE_MINUTES = 15

export class Hanging implements Reporter {
  readonly #running = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  onTestRunStart(): void {
    this.#wait()
  }

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.#running.add(relativeModuleId)
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.#running.delete(relativeModuleId)
    this.#wait()
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      console.error(
        `Nothing has ended for ${PATIENCE_MINUTES} minutes. Still running: ${[...this.#running].join(", ")}`
      )
      process.exit(1)
    }, PATIENCE_MINUTES * 60_000)
  }
}
