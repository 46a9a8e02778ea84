/** The bytes behind a `baseUrl`: for an hour, for those who hold a token, in the form that the suffix asks for. */
import type { Photo, Shelf } from "../life/photos.ts"
import { listAt, numberAt, parseJson, textAt } from "../server/json.ts"
import { type Call, type Route, whoOf } from "../server/call.ts"
import { type Reply, bare, bytes } from "../server/reply.ts"

const LIFE_MS = 3_600_000

/** The Picker's and the Library's bytes have quotas of their own. */
export type Origin = "picker" | "library"

export const baseUrlOf = (
  { origin, at }: Pick<Call, "origin" | "at">,
  from: Origin,
  user: string,
  id: string
): string =>
  `${origin}/lh3/${from}/${Buffer.from(JSON.stringify([user, id, Math.floor(at) + LIFE_MS])).toString("base64url")}`

const formOfBytes = (photo: Photo, suffix: string): Reply => {
  if (suffix === "=dv")
    return photo.kind === "video" && photo.ready ? bytes(photo.download(), photo.mimeType) : bare(404)
  if (suffix === "=d" && photo.kind === "photo") {
    const name = encodeURIComponent(photo.fileName)
    return bytes(photo.download(), photo.mimeType, { "content-disposition": `attachment;filename="${name}"` })
  }
  return suffix === "" || /^=(?:[wh]\d+|c|no|d)(?:-(?:[wh]\d+|c|no))*$/.test(suffix)
    ? bytes(photo.thumbnail(), "image/jpeg")
    : bare(400)
}

const fetchBytes = (shelfFor: (user: string) => Shelf | undefined, call: Call): Reply => {
  if (call.identity === "expired") return bare(401)
  const who = whoOf(call)
  const token = parseJson(Buffer.from(call.params["token"] ?? "", "base64url").toString())
  const user = textAt(token, 0)
  const expiresAt = numberAt(token, 2) ?? 0
  if (who === null || listAt(token).length !== 3 || user !== who.user || call.at >= expiresAt) return bare(403)
  const photo = shelfFor(user)?.get(textAt(token, 1) ?? "")
  return photo === undefined ? bare(404) : formOfBytes(photo, call.params["suffix"] ?? "")
}

export const bytesRoutes = (shelfFor: (user: string) => Shelf | undefined): ReadonlyArray<Route> =>
  (["picker", "library"] as const).map((from) => ({
    method: "GET",
    path: new RegExp(`^/lh3/${from}/(?<token>[\\w-]+)(?<suffix>(?:=[\\w-]+)?)$`),
    area: `${from}-bytes`,
    handle: (call) => fetchBytes(shelfFor, call)
  }))
