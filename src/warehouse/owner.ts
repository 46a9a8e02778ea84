/** One owner, many hands: the process that holds the database file answers the questions of others, through a socket. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { type Socket, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schema, type Scope } from "effect"
import type { Connection } from "./duckdb.ts"
import type { Home } from "./home.ts"
import { Notice } from "./question.ts"

/** Longer paths than this are refused for sockets by some systems. */
const LONGEST_PATH = 100

/** So long may an answer take when the owner is about to leave. */
const GRACE = "1 second"

/** Answers guests until the scope ends. Where no socket can be had, there are no guests: the owner goes on without. */
export const serveGuests = (home: Home, connection: Connection): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* socketPath(home)
    // HTTP takes longer to load than a short run: it is there when the first guest is.
    const answering = yield* Effect.cached(
      Effect.flatMap(
        Effect.promise(() => import("./answer.ts")),
        (loaded) => loaded.answering(connection)
      )
    )
    const runFork = Effect.runForkWith(yield* Effect.context<Scope.Scope>())
    yield* listen(socket, (guest) => runFork(Effect.map(answering, (server) => server.emit("connection", guest))))
    const text = yield* Effect.orDie(Schema.encodeEffect(Notice)({ socket }))
    yield* Effect.acquireRelease(
      Effect.promise(() => writeFile(home.owner, text, { mode: 0o600 })),
      () => Effect.promise(() => rm(home.owner, { force: true }))
    )
  }).pipe(Effect.catchCause((cause) => Effect.logDebug("No socket for other processes", cause)))

const listen = (path: string, receive: (guest: Socket) => void): Effect.Effect<void, unknown, Scope.Scope> =>
  Effect.suspend(() => {
    const guests = new Set<Socket>()
    const server = createServer((guest) => {
      guests.add(guest)
      guest.once("close", () => guests.delete(guest))
      receive(guest)
    })
    const closed = Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
    })
    const begin = Effect.callback<void, unknown>((resume) => {
      server.once("error", (error) => resume(Effect.fail(error)))
      server.listen(path, () => resume(Effect.void))
    })
    return Effect.acquireRelease(begin, () =>
      closed.pipe(
        Effect.timeoutOption(GRACE),
        Effect.andThen(Effect.sync(() => guests.forEach((guest) => guest.destroy())))
      )
    )
  })

const socketPath = (home: Home): Effect.Effect<string, never, Scope.Scope> => {
  if (process.platform === "win32") return Effect.succeed(`\\\\.\\pipe\\keepsake-${process.pid}`)
  const beside = join(home.directory, "owner.sock")
  const remove = (path: string) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  if (beside.length <= LONGEST_PATH) {
    // A killed owner leaves its socket; the database's lock says that it is gone.
    return Effect.as(
      Effect.acquireRelease(remove(beside), () => remove(beside)),
      beside
    )
  }
  return Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "keepsake-owner-"))),
      remove
    ),
    (folder) => join(folder, "owner.sock")
  )
}
