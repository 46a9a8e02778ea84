/** What `keepsake dev-providers` runs, in a process of its own. */
import { serve } from "./play.ts"

await serve(process.argv.slice(2))
