/** The program as a person has it: processes over homes in one directory, and all that they say. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { text } from "node:stream/consumers"
import { Schema } from "effect"
import { type Choice, authorizeAsUser } from "../providers/authorize.ts"
import { Reply } from "../support/reply.ts"
import { discard, noteSaid } from "../support/secrecy/record.ts"

const PROGRAM = join(import.meta.dirname, "../../bin/keepsake.js")

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

export interface CommandLine {
  readonly directory: string
  readonly start: (home: string, ...args: ReadonlyArray<string>) => ChildProcess
  /** The same on a terminal of its own: what is written to stdin is typed there, and stdout has all that it shows. */
  readonly atTerminal: (home: string, ...args: ReadonlyArray<string>) => ChildProcess
  /** Waits for the end of a process; `input` is all that it gets to read. */
  readonly ended: (child: ChildProcess, input?: string) => Promise<Ended>
  readonly keepsake: (home: string, ...args: ReadonlyArray<string>) => Promise<Ended>
  /** `connect` as a person without a browser does it: with the address that is printed. */
  readonly connect: (
    home: string,
    provider: string,
    pipeline: string,
    choice?: Choice
  ) => Promise<Ended & { readonly url: string }>
  /** All that any process has said. */
  readonly said: ReadonlyArray<string>
  readonly remove: () => void
}

/** Resolves with what is matched, once the stream has said it. */
export const heard = (child: ChildProcess, stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> =>
  new Promise((resolve, reject) => {
    let seen = ""
    child[stream]?.on("data", (chunk: Buffer) => {
      seen += chunk.toString()
      const match = pattern.exec(seen)
      if (match !== null) resolve(match)
    })
    child.once("close", () => reject(new Error(`It ended without ${String(pattern)}: ${seen}`)))
  })

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** `programs`: a folder below the directory, whose programs come before the machine's. */
export const commandLine = (prefix: string, programs = "bin"): CommandLine => {
  const directory = mkdtempSync(join(tmpdir(), `keepsake-${prefix}-`))
  const said: Array<string> = []
  const path = [join(directory, programs), process.env["PATH"] ?? ""].join(delimiter)

  const spawned = (program: string, args: ReadonlyArray<string>) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, KEEPSAKE_KEYRING: "off", NO_COLOR: "1", PATH: path },
      stdio: ["pipe", "pipe", "pipe"]
    })
    const chunks: Array<Buffer> = []
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    child.once("close", () => {
      const all = Buffer.concat(chunks).toString()
      said.push(all)
      noteSaid("command-line", all)
    })
    return child
  }
  const words = (home: string, args: ReadonlyArray<string>) => [PROGRAM, ...args, "--home", join(directory, home)]
  const start = (home: string, ...args: ReadonlyArray<string>) => spawned(process.execPath, words(home, args))
  const atTerminal = (home: string, ...args: ReadonlyArray<string>) =>
    spawned("script", ["-qec", [process.execPath, ...words(home, args)].map(quoted).join(" "), "/dev/null"])

  const ended = async (child: ChildProcess, input = "") => {
    child.stdin?.end(input)
    const code = new Promise<number | null>((resolve) => child.once("close", resolve))
    const [out = "", errors = ""] = await Promise.all(
      [child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream)))
    )
    return { code: await code, out, errors }
  }

  return {
    directory,
    start,
    atTerminal,
    ended,
    keepsake: (home, ...args) => ended(start(home, ...args)),
    connect: async (home, provider, pipeline, choice) => {
      const child = start(home, "connect", provider, "--pipeline", pipeline, "--no-browser", "--yes")
      const end = ended(child)
      const [, url = ""] = await heard(child, "stdout", /^(.*)\n/)
      await authorizeAsUser(url, choice)
      return { ...(await end), url }
    },
    said,
    remove: () => discard(directory)
  }
}

/** What `--json` has printed. */
export const replyOf = ({ out }: Ended) => Schema.decodeUnknownSync(Reply)(out)
