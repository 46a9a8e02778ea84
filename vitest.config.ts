import { defineConfig } from "vitest/config"
import { Hanging } from "./tests/support/hanging.ts"
import { quickDisk } from "./tests/support/quick-disk.ts"
import { Overhearing } from "./tests/support/secrecy/overhearing.ts"

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    env: quickDisk(),
    globalSetup: ["tests/support/secrecy/index.ts"],
    setupFiles: ["tests/support/seed.ts"],
    reporters: ["default", new Hanging(), new Overhearing()],
    // Crash tests start the program many times over.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 120_000,
    pool: "forks",
    // Files share their process and what it has loaded: none may leave anything behind.
    isolate: false,
    maxWorkers: 2
  }
})
