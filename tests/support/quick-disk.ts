/** A folder for temporary files that needs no disk: tests open and close databases all the time, and would wait for it. */
import { accessSync, constants, statfsSync } from "node:fs"

const MEMORY = "/dev/shm"
/** More than the tests ever have there at once; containers often have far less. */
const ENOUGH_BYTES = 2 * 1024 ** 3

/** What `TMPDIR` should be; nothing where it is set, or where the system has no such folder with enough room. */
export const quickDisk = (): { readonly TMPDIR?: string } => {
  if (process.env["TMPDIR"] !== undefined) return {}
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= ENOUGH_BYTES ? { TMPDIR: MEMORY } : {}
  } catch {
    return {}
  }
}
