/** The least that reading an export takes with a real XML parser: one thread of saxes that keeps nothing. `node health-saxes.ts FILE`. */
import { closeSync, openSync, readSync } from "node:fs"
import { StringDecoder } from "node:string_decoder"
import { SaxesParser } from "saxes"

const [path = "export.xml"] = process.argv.slice(2)
const PIECE = 1 << 20

let records = 0
const parser = new SaxesParser()
parser.on("opentag", ({ name }) => {
  if (name === "Record") records++
})
const decoder = new StringDecoder("utf8")
const piece = Buffer.allocUnsafe(PIECE)
const file = openSync(path, "r")
for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
  parser.write(decoder.write(piece.subarray(0, read)))
}
parser.close()
closeSync(file)
console.log(records)
