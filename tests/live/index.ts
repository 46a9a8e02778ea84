/**
 * `npm run test:live`: each connector against a real account, where its credentials are in the environment. It reads only,
 * in homes that are removed afterwards, and exits with 1 where one fails.
 */
import { Effect } from "effect"
import { Progress } from "../../src/engine/progress.ts"
import { tryAll } from "./all.ts"
import { TRIALS } from "./trials.ts"

const failed = await Effect.runPromise(
  tryAll(TRIALS, process.env, (line) => process.stdout.write(`${line}\n`)).pipe(
    // Such as where to pick photos.
    Effect.provideService(Progress, (event) =>
      Effect.sync(() => {
        if (event.kind === "note" && event.needed === true) process.stderr.write(`${event.text}\n`)
      })
    )
  )
)
process.exitCode = failed > 0 ? 1 : 0
