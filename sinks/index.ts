/** All sinks. */
import type { SinkSpec } from "../src/component/sink.ts"
import { file } from "./file/index.ts"
import { memories } from "./memories/index.ts"

export const sinks: ReadonlyArray<SinkSpec> = [memories, file]
