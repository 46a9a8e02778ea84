/** All transforms. */
import type { TransformSpec } from "../src/component/transform.ts"
import { filter } from "./filter.ts"
import { sql } from "./sql.ts"

export const transforms: ReadonlyArray<TransformSpec> = [sql, filter]
