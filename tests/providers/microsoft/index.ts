/** Microsoft: OAuth with and without a browser, and Graph's calendars, behind one address. */
import { nameOf } from "../life/people.ts"
import type { Authority, Client, Rotation } from "../oauth/authority.ts"
import { bearerOf } from "../server/call.ts"
import { type Common, DATA_FROM, DATA_TO } from "../server/common.ts"
import type { Provider } from "../server/listen.ts"
import { broken, graphError, rateLimited } from "./error.ts"
import { graphApi } from "./graph-api.ts"
import { type Mailbox, type MailCalendar, mailboxOf } from "./mailbox.ts"
import { microsoftSignIn } from "./sign-in.ts"

export interface MicrosoftOptions {
  /** Addresses; the first is the default. Each has a mailbox with one calendar. */
  readonly users: readonly [string, ...ReadonlyArray<string>]
  /** Entries in each calendar; a view shows the instances of series too. */
  readonly events: number
  readonly rotation: Rotation
  readonly deltaLinkLifeMs: number
  /** Between polls of a device code. */
  readonly deviceIntervalSeconds: number
  readonly deviceLifeMs: number
}

export const MICROSOFT_DEFAULTS: MicrosoftOptions = {
  users: ["ana@example.com"],
  events: 200,
  rotation: "overlap",
  deltaLinkLifeMs: 30 * 24 * 3_600_000,
  deviceIntervalSeconds: 1,
  deviceLifeMs: 900_000
}

export interface Microsoft {
  readonly provider: Provider
  readonly authority: Authority
  readonly client: Client
  readonly mailbox: (user?: string) => Mailbox
  /** The first user's default calendar. */
  readonly calendar: MailCalendar
  readonly expireDeltaLinks: () => void
  /** The person enters a device code and decides; false if there is no such code. */
  readonly decideDevice: (userCode: string, user: string, allowed: boolean) => boolean
}

export const microsoftOf = (common: Common, options: MicrosoftOptions): Microsoft => {
  const { seed, clock } = common
  const { deviceLifeMs, deviceIntervalSeconds } = options
  const { authority, routes, devices } = microsoftSignIn(
    common,
    options.rotation,
    { lifeMs: deviceLifeMs, intervalSeconds: deviceIntervalSeconds },
    () => options.users
  )
  const client: Client = {
    id: "4711aaaa-0000-4000-8000-000000004711",
    secret: null,
    project: "keepsake",
    testing: false
  }
  authority.clients.set(client.id, client)
  const mailboxes = new Map<string, Mailbox>()
  const calendars = options.users.map((user) => {
    const owner = { name: nameOf(user), address: user }
    const mailbox = mailboxOf(user, owner.name, clock.now)
    mailboxes.set(user, mailbox)
    const size = options.events
    return mailbox.add({ seed, size, owner, from: DATA_FROM, to: DATA_TO, name: `microsoft ${user}` })
  })
  const graph = graphApi(common, (user) => mailboxes.get(user), options.deltaLinkLifeMs)
  const [first] = calendars
  if (first === undefined) throw new Error("Microsoft has no user.")
  return {
    authority,
    client,
    calendar: first,
    mailbox: (user = options.users[0]) => {
      const mailbox = mailboxes.get(user)
      if (mailbox === undefined) throw new Error(`Microsoft has no user ${user}.`)
      return mailbox
    },
    expireDeltaLinks: graph.expireDeltaLinks,
    decideDevice: devices.decide,
    provider: {
      name: "microsoft",
      identify: (headers) => authority.identify(bearerOf(headers)),
      notFound: (path) => graphError(404, "BadRequest", `Resource not found for the segment '${path}'.`),
      rateLimited,
      broken: (_, status) => broken(status),
      routes: [...routes, ...graph.routes]
    }
  }
}
