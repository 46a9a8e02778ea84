// Makes `npx keepsake` work in a clone, as it does where the package is installed.
import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const bin = join("node_modules", ".bin")
if (existsSync(bin)) {
  const link = join(bin, "keepsake")
  rmSync(link, { force: true })
  if (process.platform === "win32") {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\bin\\keepsake.js" %*\r\n')
  } else {
    symlinkSync(join("..", "..", "bin", "keepsake.js"), link)
    chmodSync(join("bin", "keepsake.js"), 0o755)
  }
}
