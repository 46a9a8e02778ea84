/** How well three hard years are put together, against their truth. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { Effect } from "effect"
import { importHard } from "../support/hard-life.ts"
import { type HardScore, hardScore } from "../support/hard-score.ts"
import { f1, nothing, plus, precision, recall } from "../support/score.ts"
import { rounded } from "./process.ts"
import type { Bench, Figure } from "./report.ts"

/** Two that move house, two with a flat for weekends. */
const SEEDS = [1, 2, 3, 4]
const DAYS = 1095

const judged = Effect.fnUntraced(function* (directory: string, seed: number, days: number) {
  const { home, truth } = yield* importHard({ directory, seed, from: 0, days })
  return yield* hardScore(home, truth)
})

const digits = (value: number): number => Number(value.toFixed(4))

/** The marks of each life, and of all together. */
const figuresOf = (name: string, { homes, links, people, places, trips }: HardScore): ReadonlyArray<Figure> => [
  { name: `${name}_links_f1`, value: digits(f1(links.score)), meaning: "pictures and their events; 0.97 is wanted" },
  {
    name: `${name}_people_precision`,
    value: digits(precision(people.score)),
    meaning: "pairs of mentions; 1 is wanted"
  },
  { name: `${name}_people_recall`, value: digits(recall(people.score)), meaning: "the same; 0.95 is wanted" },
  {
    name: `${name}_trips_f1`,
    value: digits(f1(trips.score)),
    meaning: "half of their dates in common; 0.95 is wanted"
  },
  {
    name: `${name}_homes_f1`,
    value: digits(f1(homes.score)),
    meaning: "homes and places of work to 200 m; 1 is wanted"
  },
  {
    name: `${name}_places_right`,
    value: digits(recall(places.score)),
    meaning: "inferred places to 500 m; 0.95 is wanted"
  }
]

const together = (scores: ReadonlyArray<HardScore>): HardScore => {
  const sum = (key: keyof HardScore) => ({
    score: scores.reduce((total, one) => plus(total, one[key].score), nothing),
    wrong: []
  })
  return { links: sum("links"), people: sum("people"), trips: sum("trips"), homes: sum("homes"), places: sum("places") }
}

export const truth: Bench = {
  name: "truth",
  summary: `what becomes of ${SEEDS.length} hard lives of three years, beside their truth (--rows: days)`,
  run: async ({ directory, rows }) => {
    const scores: Array<HardScore> = []
    const figures: Array<Figure> = []
    const started = performance.now()
    for (const seed of SEEDS) {
      const own = join(directory, String(seed))
      mkdirSync(own)
      const score = await Effect.runPromise(judged(own, seed, rows ?? DAYS))
      scores.push(score)
      figures.push(...figuresOf(`seed${seed}`, score))
    }
    const seconds = (performance.now() - started) / 1000 / SEEDS.length
    return [
      ...figures,
      ...figuresOf("all", together(scores)),
      { name: "seconds", value: rounded(seconds), meaning: "for each: to write it, import it and judge it" }
    ]
  }
}
