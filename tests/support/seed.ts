/** Property tests draw the same examples in every run; `npm run campaign` draws others, and more of them. */
import fc from "fast-check"

const seed = process.env["KEEPSAKE_SEED"] ?? "1"

if (seed !== "random") fc.configureGlobal({ seed: Number(seed) })
