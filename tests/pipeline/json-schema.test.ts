import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { connectors } from "../../connectors/index.ts"
import { sinks } from "../../sinks/index.ts"
import { catalogue } from "../../src/component/catalogue.ts"
import { pipelineSchema } from "../../src/pipeline/json-schema.ts"
import { transforms } from "../../transforms/index.ts"

test("configs/pipeline.schema.json is what `keepsake schema` prints", () => {
  const written: unknown = JSON.parse(readFileSync(`${import.meta.dirname}/../../configs/pipeline.schema.json`, "utf8"))
  const printed: unknown = JSON.parse(JSON.stringify(pipelineSchema(catalogue({ connectors, transforms, sinks }))))
  expect(written).toEqual(printed)
})
