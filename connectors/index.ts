/** All connectors. */
import type { ConnectorSpec } from "../src/component/connector.ts"
import { file } from "./file/index.ts"

export const connectors: ReadonlyArray<ConnectorSpec> = [file]
