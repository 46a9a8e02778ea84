/** Node and the home directory. */
import { stat, statfs } from "node:fs/promises"
import { Effect } from "effect"
import type { Home } from "../../warehouse/home.ts"
import { type Check, ok, problem, warning } from "./check.ts"

const LEAST = [22, 19] as const
const GIB = 1024 ** 3

const node = (): Check => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])
    ? ok("node", process.version)
    : problem("node", `${process.version} is too old.`, `Install Node ${LEAST.join(".")} or later.`)
}

const orNull = <A>(work: () => Promise<A>): Effect.Effect<A | null> =>
  Effect.orElseSucceed(Effect.tryPromise(work), () => null)

/** Files that nobody else may read. */
export const isPrivate = (mode: number): boolean => process.platform === "win32" || (mode & 0o077) === 0

export const checkMachine = ({ directory }: Home): Effect.Effect<ReadonlyArray<Check>> =>
  Effect.gen(function* () {
    const found = yield* orNull(() => stat(directory))
    if (found === null) return [node(), ok("home", `${directory} is not there yet: the first run makes it.`)]
    const space = yield* orNull(() => statfs(directory))
    const free = space === null ? null : space.bavail * space.bsize
    return [
      node(),
      isPrivate(found.mode)
        ? ok("home", directory)
        : warning("home", `${directory} can be read by others on this machine.`, `Run: chmod 700 "${directory}"`),
      ...(free === null
        ? []
        : [
            free < GIB
              ? warning(
                  "disk",
                  `${(free / GIB).toFixed(1)} GB are free.`,
                  "Free some: large imports need room to work in."
                )
              : ok("disk", `${Math.floor(free / GIB)} GB are free.`)
          ])
    ]
  })
