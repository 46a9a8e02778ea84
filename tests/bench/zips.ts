import type { Bench } from "./report.ts"
export const zips: Bench = { name: "zips", summary: "", run: async () => [] }
