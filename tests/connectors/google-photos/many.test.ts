/** Many photos, a tenth of all requests spoilt: ten thousand in a campaign, else a thousand. */
import { createHash } from "node:crypto"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { ProvidersOptions } from "../../providers/index.ts"
import { query } from "../../support/engine.ts"
import { PICKED, inWorld, photosOf, tinyJpeg, tinyPhoto } from "./world.ts"

const MANY = process.env["KEEPSAKE_SEED"] === "random" ? 10_000 : 1000

/** Of all kinds; but a second to wait, a hundred times over, is left to smaller tests. */
const FAULTS: ProvidersOptions["faults"] = { rate: 0.1, dripMs: 1, retryAfter: ["zero"] }

it.live(
  `${MANY} photos come completely: none lost, none doubled, none wrong`,
  () =>
    inWorld({ ...photosOf(0), faults: FAULTS }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        for (let index = 0; index < MANY; index++) providers.google.shelf().put(tinyPhoto(index))
        const ledger = (yield* run(PICKED)).sources["photos"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepInclude(ledger, { read: MANY, new: MANY, rejected: 0, duplicate: 0 })
        assert.isAbove(ledger?.retries ?? 0, MANY / 20)
        const rows = yield* query(home, authored("select content_hash as hash from life.media order by file_name"))
        const wanted = Array.from({ length: MANY }, (_, index) => ({
          name: tinyPhoto(index).fileName,
          hash: createHash("sha256").update(tinyJpeg(index)).digest("hex")
        })).toSorted((left, right) => (left.name < right.name ? -1 : 1))
        assert.deepEqual(
          rows.map(({ hash }) => hash),
          wanted.map(({ hash }) => hash)
        )
      })
    ),
  900_000
)
