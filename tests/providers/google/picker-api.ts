/** Photos Picker: sessions in which a person picks photos, and the listing of what was picked. */
import { stream } from "../../../src/sample/random.ts"
import { page } from "../oauth/consent-page.ts"
import type { Photo, Shelf } from "../life/photos.ts"
import { type Call, type Route, formOf, whoOf } from "../server/call.ts"
import { type Json, type JsonObject, compact, parseJson, textAt } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import { roundsOf } from "../server/rounds.ts"
import { baseUrlOf } from "./bytes.ts"
import { type Api, apiError, denied } from "./error.ts"

const SCOPES = ["https://www.googleapis.com/auth/photospicker.mediaitems.readonly"]
const SESSION_LIFE_MS = 24 * 3_600_000

export interface PickerOptions {
  readonly seed: number
  readonly api: Api
  readonly shelfFor: (user: string) => Shelf | undefined
  readonly ragged: number
  readonly pollSeconds: number
  readonly timeoutSeconds: number
  /** The person picks everything at this poll of a session; null: not by themself. */
  readonly pickAtPoll: number | null
}

interface Session {
  readonly id: string
  readonly user: string
  readonly createdAt: number
  readonly most: number
  polls: number
  picked: ReadonlyArray<string> | null
  deleted: boolean
}

export interface PickerApi {
  readonly routes: ReadonlyArray<Route>
  /** `GET /v1/mediaItems?sessionId=…`: the path is that of the Library's items too. */
  readonly list: (call: Call) => Reply
  /** Sessions that have not been deleted. */
  readonly sessions: () => ReadonlyArray<{ readonly id: string; readonly picked: boolean }>
  /** The person picks these, or all, and is done; false if there is no such session. */
  readonly pick: (sessionId: string, photoIds?: ReadonlyArray<string>) => boolean
}

const videoJson = ({ ready }: Photo): JsonObject => ({ fps: 29.97, processingStatus: ready ? "READY" : "PROCESSING" })

const pickedJson = (call: Call, user: string, photo: Photo): JsonObject => {
  const { id, kind, mimeType, fileName, camera, takenAt } = photo
  const { width, height } = photo.size()
  return {
    id,
    createTime: new Date(takenAt).toISOString().replace(".000Z", "Z"),
    type: kind === "video" ? "VIDEO" : "PHOTO",
    mediaFile: {
      baseUrl: baseUrlOf(call, "picker", user, id),
      mimeType,
      filename: fileName,
      mediaFileMetadata: compact({
        width,
        height,
        cameraMake: camera?.make,
        cameraModel: camera?.model,
        photoMetadata: kind === "photo" ? { focalLength: 6.9, apertureFNumber: 1.68, isoEquivalent: 50 } : undefined,
        videoMetadata: kind === "video" ? videoJson(photo) : undefined
      })
    }
  }
}

export const pickerApi = (options: PickerOptions): PickerApi => {
  const { seed, api, shelfFor, ragged, pollSeconds, timeoutSeconds, pickAtPoll } = options
  const sessions = new Map<string, Session>()
  const rounds = roundsOf<string, Session>("picker", seed, ragged)
  const random = stream("picker", seed)

  const pick: PickerApi["pick"] = (sessionId, photoIds) => {
    const session = sessions.get(sessionId)
    if (session === undefined || session.deleted) return false
    const all = shelfFor(session.user)
      ?.photos()
      .map(({ id }) => id)
    session.picked = (photoIds ?? all ?? []).slice(0, session.most)
    return true
  }

  const sessionJson = (call: Call, { id, createdAt, picked }: Session): JsonObject =>
    compact({
      id,
      pickerUri: `${call.origin}/picker/${id}`,
      pollingConfig:
        picked === null ? { pollInterval: `${pollSeconds}s`, timeoutIn: `${timeoutSeconds}.500s` } : undefined,
      expireTime: new Date(createdAt + SESSION_LIFE_MS).toISOString(),
      mediaItemsSet: picked !== null
    })

  const found = (call: Call, id: string): Session | null => {
    const session = sessions.get(id)
    const known = session !== undefined && !session.deleted && session.user === whoOf(call)?.user
    return known && call.at < session.createdAt + SESSION_LIFE_MS ? session : null
  }

  /** For those who hold the scope. */
  const guarded =
    (handle: (call: Call, user: string) => Reply) =>
    (call: Call): Reply =>
      denied(call, "picker", api, SCOPES) ?? handle(call, whoOf(call)?.user ?? "")
  const forSession = (id: (call: Call) => string, handle: (call: Call, session: Session) => Reply) =>
    guarded((call) => {
      const session = found(call, id(call))
      return session === null ? apiError(404, "Requested entity was not found.") : handle(call, session)
    })
  const idInPath = ({ params }: Call) => params["id"] ?? ""

  const create = guarded((call, user) => {
    const most = Number(textAt(parseJson(call.body), "pickingConfig", "maxItemCount") ?? Infinity)
    const id = Array.from({ length: 4 }, () =>
      random
        .integer(0, 2 ** 32 - 1)
        .toString(16)
        .padStart(8, "0")
    ).join("-")
    const session: Session = { id, user, createdAt: call.at, most, polls: 0, picked: null, deleted: false }
    sessions.set(id, session)
    return json(sessionJson(call, session))
  })
  const poll = forSession(idInPath, (call, session) => {
    session.polls++
    if (session.polls === pickAtPoll) pick(session.id)
    return json(sessionJson(call, session))
  })
  const end = forSession(idInPath, (_, session) => {
    session.deleted = true
    return json({})
  })
  const list = forSession(
    ({ query }) => query.get("sessionId") ?? "",
    (call, session) => {
      if (session.picked === null)
        return apiError(400, "The user has not finished picking media items.", "FAILED_PRECONDITION")
      const size = Number(call.query.get("pageSize") ?? 0)
      if (!Number.isInteger(size) || size < 0) return apiError(400, "Invalid page size.")
      const token = call.query.get("pageToken") ?? rounds.open(session.picked, session)
      const turned = rounds.page(token, size === 0 ? 50 : Math.min(size, 100))
      if (turned === null || turned.context !== session) return apiError(400, "Invalid page token.")
      const items: ReadonlyArray<Json> = turned.items.flatMap((id) => {
        const photo = shelfFor(session.user)?.get(id)
        return photo === undefined ? [] : [pickedJson(call, session.user, photo)]
      })
      // As in all of Google's newer APIs, what is empty is left out.
      return json(
        compact({ mediaItems: items.length === 0 ? undefined : items, nextPageToken: turned.next ?? undefined })
      )
    }
  )

  const pickerPage = (call: Call): Reply =>
    page(
      "Pick photos (a test server)",
      `<form method="post"><input name="count" value="20"><button>Done</button></form>`,
      sessions.has(idInPath(call)) ? 200 : 404
    )
  const pickedOnPage = (call: Call): Reply => {
    const count = Number(formOf(call).get("count") ?? 0)
    const session = sessions.get(idInPath(call))
    const shelf = session === undefined ? undefined : shelfFor(session.user)
    const ids = shelf?.photos().slice(0, count)
    return pick(idInPath(call), ids?.map(({ id }) => id) ?? []) ? page("Done", "") : page("No such session", "", 404)
  }

  return {
    sessions: () =>
      [...sessions.values()].flatMap(({ id, picked, deleted }) => (deleted ? [] : [{ id, picked: picked !== null }])),
    pick,
    list,
    routes: [
      { method: "POST", path: /^\/v1\/sessions$/, area: "picker", handle: create },
      { method: "GET", path: /^\/v1\/sessions\/(?<id>[^/]+)$/, area: "picker", handle: poll },
      { method: "DELETE", path: /^\/v1\/sessions\/(?<id>[^/]+)$/, area: "picker", handle: end },
      { method: "GET", path: /^\/picker\/(?<id>[^/]+)$/, area: "page", handle: pickerPage },
      { method: "POST", path: /^\/picker\/(?<id>[^/]+)$/, area: "page", handle: pickedOnPage }
    ]
  }
}
