/** `npx node tests/providers/serve.ts --photos 1000 --faults 0.1` */
import { serve } from "./play.ts"

await serve(process.argv.slice(2))
