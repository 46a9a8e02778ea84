/** The fake providers for a person to play with, on ports that stay the same. */
import { parseArgs } from "node:util"
import { type Providers, startProviders } from "./index.ts"

const USAGE = `Starts fake servers of Google, Microsoft and Spotify until it is interrupted.

  --seed N       which data and which faults (1)
  --events N     entries in each calendar (200)
  --photos N     photos in the library (100)
  --plays N      plays in the history (120)
  --faults RATE  share of requests that something happens to, from 0 to 1 (0)
  --latency MS   before each answer (0)
  --ragged RATE  share of pages that are short or empty (0)
  --port N       of Google; the others follow (4711)
`

const STRINGS = ["seed", "events", "photos", "plays", "faults", "latency", "ragged", "port"] as const

const numbersOf = (args: ReadonlyArray<string>) => {
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(STRINGS.map((name) => [name, { type: "string" as const }]))
  })
  return (name: (typeof STRINGS)[number], otherwise: number): number => {
    const text = values[name]
    const value = typeof text === "string" && text !== "" ? Number(text) : otherwise
    if (!(value >= 0)) throw new Error(`--${name} must be a number that is not negative.`)
    return value
  }
}

const connection = (name: string, lines: Readonly<Record<string, string | null>>): string =>
  [
    `  ${name}:`,
    ...Object.entries(lines).flatMap(([key, value]) => (value === null ? [] : [`    ${key}: ${value}`]))
  ].join("\n")

/** What a pipeline needs in order to use them. */
export const connectionsYaml = ({ google, microsoft, spotify }: Providers): string =>
  [
    "connections:",
    connection("google", {
      provider: "google",
      account: google.calendar.user,
      client_id: google.client.id,
      client_secret: google.client.secret,
      endpoint: google.baseUrl
    }),
    connection("microsoft", {
      provider: "microsoft",
      account: microsoft.mailbox().user,
      client_id: microsoft.client.id,
      endpoint: microsoft.baseUrl
    }),
    connection("spotify", {
      provider: "spotify",
      account: spotify.listening().user,
      client_id: spotify.client.id,
      endpoint: spotify.baseUrl
    })
  ].join("\n")

/** Runs until SIGINT or SIGTERM. */
export const serve = async (args: ReadonlyArray<string>): Promise<void> => {
  if (args.includes("--help")) {
    process.stdout.write(USAGE)
    return
  }
  const number = numbersOf(args)
  const events = number("events", 200)
  const port = number("port", 4711)
  const providers = await startProviders({
    seed: number("seed", 1),
    faults: { rate: number("faults", 0) },
    latency: number("latency", 0),
    ragged: number("ragged", 0),
    google: { events, photos: number("photos", 100) },
    microsoft: { events },
    spotify: { plays: number("plays", 120) },
    ports: port === 0 ? [0, 0, 0] : [port, port + 1, port + 2]
  })
  process.stdout.write(`# For a pipeline:\n${connectionsYaml(providers)}\n`)
  process.stdout.write(`# Key for geocoding and places: ${providers.google.apiKey}\n`)
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
  await providers.stop()
}
