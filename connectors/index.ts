/** All connectors. */
import type { ConnectorSpec } from "../src/component/connector.ts"
import { applePhotos } from "./apple-photos/index.ts"
import { file } from "./file/index.ts"
import { folder } from "./folder/index.ts"
import { googleTakeout } from "./google-takeout/index.ts"
import { ics } from "./ics/index.ts"

export const connectors: ReadonlyArray<ConnectorSpec> = [googleTakeout, applePhotos, folder, ics, file]
