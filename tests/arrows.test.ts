import { readFileSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { expect, test } from "vitest"
import { globSync } from "tinyglobby"

/** Which parts a part may import, by the first folders of its path. */
const MAY_KNOW: Readonly<Record<string, ReadonlyArray<string>>> = {
  "src/component": ["src/component", "src/life/entity"],
  "src/life": ["src/component", "src/life"],
  "src/pipeline": ["src/component", "src/life", "src/pipeline", "src/warehouse"],
  "src/warehouse": ["src/component", "src/life", "src/warehouse"],
  "src/account": ["src/account", "src/component", "src/warehouse"],
  "src/archive": ["src/archive", "src/component"],
  "src/media": ["src/component", "src/media", "src/archive"],
  "src/sample": ["src/component", "src/sample"],
  "src/provider": ["src/account", "src/component", "src/provider"],
  "src/engine": ["src/component", "src/engine", "src/life", "src/pipeline", "src/warehouse"],
  connectors: ["connectors", "src/component", "src/life"],
  transforms: ["transforms", "src/component", "src/life"],
  sinks: ["sinks", "src/component", "src/life"]
}

const root = resolve(import.meta.dirname, "..")

test("data flows one way: parts import only what they may know", () => {
  const wrong: Array<string> = []
  for (const file of globSync(["src/**/*.ts", "connectors/**/*.ts", "transforms/**/*.ts", "sinks/**/*.ts"], {
    cwd: root
  })) {
    const part = Object.keys(MAY_KNOW).find((prefix) => file.startsWith(`${prefix}/`))
    if (part === undefined) continue
    const text = readFileSync(resolve(root, file), "utf8")
    for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const path = relative(root, resolve(root, dirname(file), target)).replaceAll("\\", "/")
      if (!MAY_KNOW[part]?.some((allowed) => path.startsWith(allowed))) wrong.push(`${file} → ${path}`)
    }
  }
  expect(wrong).toEqual([])
})

test("only the command line and main know how everything fits together", () => {
  const knowing = globSync(["src/**/*.ts"], { cwd: root }).filter((file) =>
    readFileSync(resolve(root, file), "utf8").includes("connectors/index.ts")
  )
  expect(knowing).toEqual(["src/command/session.ts"])
})
