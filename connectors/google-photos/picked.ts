/** Photos that a person picks: a session at Google, its items, and the session's end. Each step ends with one batch. */
import { Clock, Duration, Effect, Option, Schema, Stream } from "effect"
import { type ApiRefusal, type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Batch } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import { type DatabaseError, NOTHING_CHOSEN, type SourceError, sourceError } from "../../src/component/error.ts"
import type { MediaReader } from "../../src/component/media.ts"
import { Person } from "../../src/component/person.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import { PAGE, type Listing, type Page, type Route, isRead, openPage, readSlice } from "./page.ts"
import { MEDIA } from "./record.ts"
import { MediaPage, Session } from "./shape.ts"

export interface Settings {
  /** Once: not again when something was picked before. */
  readonly ask: "once" | "always"
  /** How long to wait for the person; null: as long as Google does. */
  readonly wait: Duration.Duration | null
}

const Open = Schema.Struct({
  id: Schema.String,
  uri: Schema.String,
  phase: Schema.Literals(["picking", "listing", "ending"]),
  /** The page that comes next; null: the first. */
  page: Schema.NullOr(Schema.String)
})
type Open = typeof Open.Type

const State = Schema.Struct({ session: Schema.NullOr(Open) })
type State = typeof State.Type
const decode = Schema.decodeUnknownOption(State)

interface Progress extends StepProgress<State> {
  readonly page: Page | null
  /** A session came to its end in this run: none is begun after it. */
  readonly over: "read" | "unpicked" | null
  /** Sessions that were found to be gone. */
  readonly lost: number
}

type Next = Turn<Columns, Progress>
type Services = ProviderApi | MediaReader
type Step<A> = Effect.Effect<A, SourceError | DatabaseError, Services>

const POLL = Duration.seconds(5)
const MOST_LOST = 2
const Nothing = Schema.Unknown

const unpicked = (waited: string, hint: string): SourceError =>
  sourceError(NOTHING_CHOSEN, `Nothing was picked in Google Photos ${waited}.`, hint)

export const pick = (
  route: Route,
  { ask: when, wait }: Settings
): Stream.Stream<Batch<Columns>, SourceError | DatabaseError, Services> => {
  const { api, opening } = route
  const { ask, items } = opening

  const going = (progress: Progress, session: Open | null, made: Made<Columns> = {}): Next =>
    turn({ ...progress, state: { session } }, made)

  /** A session that Google no longer knows: what was read of it stays, and another one is begun. */
  const orAnew =
    (progress: Progress, session: Open) =>
    (step: Effect.Effect<Next, SourceError | DatabaseError | ApiRefusal, Services>): Step<Next> =>
      Effect.catchTag(step, "ApiRefusal", ({ error, reason, status }) => {
        if (progress.lost >= MOST_LOST) return Effect.fail(error)
        const after = { ...progress, page: null, lost: progress.lost + 1 }
        if (status === 404) return Effect.succeed(going(after, null))
        if (reason === "FAILED_PRECONDITION") return Effect.succeed(going(after, { ...session, phase: "picking" }))
        return status === 400 && session.page !== null
          ? Effect.succeed(going(after, { ...session, page: null }))
          : Effect.fail(error)
      })

  const begin = (progress: Progress): Step<Next> =>
    Effect.map(orWords(ask.json({ api, method: "POST", path: "/sessions", body: {} }, Session)), ({ id, pickerUri }) =>
      going(progress, { id, uri: pickerUri, phase: "picking", page: null })
    )

  const end = ({ id }: Open) =>
    ask.json({ api, method: "DELETE", path: `/sessions/${encodeURIComponent(id)}` }, Nothing).pipe(
      Effect.catchIf(
        (error) => error._tag === "ApiRefusal" && error.status === 404,
        () => Effect.void
      ),
      orWords
    )

  const picking = (progress: Progress, session: Open) =>
    Effect.gen(function* () {
      const { tell } = yield* Person
      yield* tell(`to choose photos, open ${session.uri}`)
      const began = yield* Clock.currentTimeMillis
      let until: number | null = null
      for (;;) {
        const answer = yield* ask.json({ api, path: `/sessions/${encodeURIComponent(session.id)}` }, Session)
        if (answer.mediaItemsSet === true) return going(progress, { ...session, phase: "listing" })
        const now = yield* Clock.currentTimeMillis
        const { pollInterval = POLL, timeoutIn } = answer.pollingConfig ?? {}
        if (until === null && timeoutIn !== undefined) until = now + Duration.toMillis(timeoutIn)
        const next = now + Duration.toMillis(pollInterval)
        if (until !== null && next >= until) {
          yield* end(session)
          return going({ ...progress, over: "unpicked" }, null)
        }
        if (wait !== null && next > began + Duration.toMillis(wait)) {
          return yield* unpicked(
            `within ${Duration.format(wait)}`,
            `Pick at ${session.uri}, then run again: what you pick is read then.`
          )
        }
        yield* Effect.sleep(pollInterval)
      }
    }).pipe(orAnew(progress, session))

  const listingOf = ({ id, page }: Open): Listing =>
    ask.json(
      { api, path: "/mediaItems", query: { sessionId: id, pageSize: PAGE, pageToken: page ?? undefined } },
      MediaPage
    )

  const listing = (progress: Progress, session: Open) =>
    Effect.gen(function* () {
      const open = progress.page ?? (yield* openPage(route, listingOf(session)))
      const [slice, page] = yield* readSlice(route, open)
      if (!isRead(page)) return going({ ...progress, page }, session, slice)
      const following: Open =
        page.next === null ? { ...session, phase: "ending", page: null } : { ...session, page: page.next }
      return going({ ...progress, page: null }, following, slice)
    }).pipe(orAnew(progress, session))

  const ending = (progress: Progress, session: Open): Step<Next> =>
    Effect.as(end(session), going({ ...progress, over: "read" }, null))

  const step = (progress: Progress): Step<Next | undefined> =>
    Effect.gen(function* () {
      const { done, over, state } = progress
      const { session } = state
      if (session === null) {
        if (over === "unpicked") {
          return yield* unpicked("while Google waited for it", "Run again to be asked again.")
        }
        if (over === "read") {
          const { tell } = yield* Person
          if (done === 0) yield* tell("nothing was picked. Run again to be asked again.")
          return undefined
        }
        if (when === "once" && (yield* items.after(MEDIA, "", 1)).length > 0) return undefined
        return yield* begin(progress)
      }
      switch (session.phase) {
        case "picking":
          return yield* picking(progress, session)
        case "listing":
          return yield* listing(progress, session)
        case "ending":
          return yield* ending(progress, session)
      }
    })

  const state = Option.getOrElse(decode(opening.checkpoint), (): State => ({ session: null }))
  const start: Progress = { state, page: null, done: 0, over: null, lost: 0 }
  return Stream.unfold(start, step)
}
