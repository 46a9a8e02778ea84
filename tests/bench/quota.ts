/** How much of a provider's quota is used, with how many refusals: four sources on one key, at several latencies. */
import { Duration, Effect } from "effect"
import type { Providers as Files } from "../../src/account/provider.ts"
import { busily, withClient } from "../provider/client.ts"
import { utilisation } from "../providers/server/quota.ts"
import { type Bench, type Figure } from "./report.ts"
import { rounded } from "./process.ts"

const PER_SECOND = 50
const SECONDS = 8
const LATENCIES = [0, 20, 100]

const withQuota = (files: Files["Service"]): Files["Service"] => {
  const { calendar } = files.google.apis
  if (calendar === undefined) throw new Error("configs/google.yaml has no calendar")
  const quotas = [{ of: "requests", requests: PER_SECOND, every: Duration.seconds(1), per: "user" }] as const
  return { ...files, google: { ...files.google, apis: { ...files.google.apis, calendar: { ...calendar, quotas } } } }
}

const measure = (latency: number): Promise<ReadonlyArray<Figure>> =>
  Effect.runPromise(
    withClient(
      {
        google: { events: 1, photos: 0 },
        latency,
        quota: { rates: { calendar: [{ per: "user", limit: PER_SECOND, windowMs: 1000 }] } }
      },
      "google",
      ({ quotas }, connection) =>
        Effect.gen(function* () {
          const sources = ["a", "b", "c", "d"].map((name) => ({ name, connection }))
          yield* busily(sources, Duration.seconds(SECONDS))
          const usage = quotas.usage().find(({ area, per }) => area === "calendar" && per === "user")
          if (usage === undefined) throw new Error("nothing was asked")
          const [first = 0] = usage.admitted
          const steady = [first + 1000, first + (SECONDS - 1) * 1000] as const
          return [
            {
              name: `used_at_${latency}_ms`,
              value: rounded(utilisation(usage, ...steady)),
              meaning: `share of ${PER_SECOND} requests/s that was used, after the first second`
            },
            { name: `refused_at_${latency}_ms`, value: usage.refused.length, meaning: "answers of 429, of all" }
          ]
        }),
      withQuota
    ).pipe(Effect.orDie)
  )

export const quota: Bench = {
  name: "quota",
  summary: "four sources on one key, asking as fast as they may",
  run: async () => {
    const figures: Array<Figure> = []
    for (const latency of LATENCIES) figures.push(...(await measure(latency)))
    return figures
  }
}
