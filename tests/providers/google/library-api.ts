/** Photos Library, as little as is left of it: albums and items that the app itself created. */
import type { Photo, Shelf } from "../life/photos.ts"
import { type Call, type Route, sizeOf, whoOf } from "../server/call.ts"
import {
  type Json,
  type JsonObject,
  at,
  compact,
  isObject,
  listAt,
  numberAt,
  parseJson,
  textAt
} from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import { roundsOf } from "../server/rounds.ts"
import { baseUrlOf } from "./bytes.ts"
import { type Api, apiError, denied } from "./error.ts"

const SCOPES = [
  "https://www.googleapis.com/auth/photoslibrary.readonly.appcreateddata",
  "https://www.googleapis.com/auth/photoslibrary.edit.appcreateddata"
]

export interface LibraryOptions {
  readonly seed: number
  readonly api: Api
  readonly shelfFor: (user: string) => Shelf | undefined
  readonly ragged: number
}

export interface LibraryApi {
  readonly routes: ReadonlyArray<Route>
  /** `GET /v1/mediaItems`: the path is that of the Picker's items too. */
  readonly list: (call: Call) => Reply
}

/** Widths and heights are strings here. */
const itemJson = (call: Call, user: string, photo: Photo): JsonObject => {
  const { id, description, mimeType, fileName, camera, kind, takenAt, ready } = photo
  const { width, height } = photo.size()
  const device = { cameraMake: camera?.make, cameraModel: camera?.model }
  return compact({
    id,
    description: description ?? undefined,
    productUrl: `https://photos.google.com/lr/photo/${id}`,
    baseUrl: baseUrlOf(call, "library", user, id),
    mimeType,
    mediaMetadata: compact({
      creationTime: new Date(takenAt).toISOString().replace(".000Z", "Z"),
      width: String(width),
      height: String(height),
      photo: kind === "photo" ? compact(device) : undefined,
      video: kind === "video" ? compact({ ...device, fps: 29.97, status: ready ? "READY" : "PROCESSING" }) : undefined
    }),
    filename: fileName
  })
}

const dateNumber = (value: Json | undefined, missing: number): number =>
  (numberAt(value, "year") ?? 0) * 10_000 +
  (numberAt(value, "month") ?? missing) * 100 +
  (numberAt(value, "day") ?? missing)

const dayNumber = (takenAt: number) => Number(new Date(takenAt).toISOString().slice(0, 10).replaceAll("-", ""))

/** A date without a day means the whole month. */
const inDates = (filter: Json | undefined, takenAt: number): boolean => {
  const day = dayNumber(takenAt)
  const ranges = listAt(filter, "ranges").map((range) => [at(range, "startDate"), at(range, "endDate")] as const)
  const dates = listAt(filter, "dates").map((date) => [date, date] as const)
  return [...ranges, ...dates].some(([first, last]) => day >= dateNumber(first, 0) && day <= dateNumber(last, 99))
}

const inFilters = (filters: Json | undefined, { kind, takenAt }: Photo): boolean => {
  const dates = at(filters, "dateFilter")
  if (dates !== undefined && !inDates(dates, takenAt)) return false
  const types = listAt(filters, "mediaTypeFilter", "mediaTypes")
  return types.length === 0 || types.includes("ALL_MEDIA") || types.includes(kind.toUpperCase())
}

const orderedAs = (order: string | undefined, photos: ReadonlyArray<Photo>): ReadonlyArray<Photo> => {
  if (order === undefined) return photos
  const direction = order.endsWith(" desc") ? -1 : 1
  return photos.toSorted((left, right) => direction * (left.takenAt - right.takenAt))
}

export const libraryApi = ({ seed, api, shelfFor, ragged }: LibraryOptions): LibraryApi => {
  const rounds = roundsOf<Photo, string>("library", seed, ragged)
  const albumRounds = roundsOf<Json, string>("library albums", seed, ragged)
  const invalid = (message: string) => apiError(400, message)
  const guarded =
    (handle: (call: Call, shelf: Shelf) => Reply) =>
    (call: Call): Reply => {
      const shelf = shelfFor(whoOf(call)?.user ?? "")
      const refused = denied(call, "library", api, SCOPES)
      return refused ?? (shelf === undefined ? apiError(404, "No such user.") : handle(call, shelf))
    }
  const visible = (shelf: Shelf) => shelf.photos().filter(({ appCreated }) => appCreated)

  const pageOf = (
    call: Call,
    { user }: Shelf,
    key: string,
    token: string | null,
    size: number,
    all: () => ReadonlyArray<Photo>
  ) => {
    const turned = rounds.page(token ?? rounds.open(all(), key), size)
    if (turned === null || turned.context !== key) return invalid("Invalid page token.")
    const items = turned.items.map((photo) => itemJson(call, user, photo))
    return json(
      compact({ mediaItems: items.length === 0 ? undefined : items, nextPageToken: turned.next ?? undefined })
    )
  }

  const list = guarded((call, shelf) => {
    const size = sizeOf(call.query.get("pageSize"), 25, 100)
    return pageOf(call, shelf, `${shelf.user} list`, call.query.get("pageToken"), size, () => visible(shelf))
  })

  const search = guarded((call, shelf) => {
    const body = parseJson(call.body === "" ? "{}" : call.body)
    if (!isObject(body)) return invalid("Invalid JSON payload received.")
    const albumId = textAt(body, "albumId")
    const filters = at(body, "filters")
    const order = textAt(body, "orderBy")
    if (albumId !== undefined && filters !== undefined) return invalid("Filters can't be set with an albumId.")
    if (order !== undefined && !/^MediaMetadata\.creation_time(?: desc)?$/.test(order))
      return invalid("Invalid orderBy.")
    const size = numberAt(body, "pageSize") ?? 25
    if (size < 1 || size > 100) return invalid("Page size must be from 1 to 100.")
    const key = JSON.stringify([shelf.user, albumId ?? null, filters ?? null, order ?? null])
    return pageOf(call, shelf, key, textAt(body, "pageToken") ?? null, size, () =>
      orderedAs(
        order,
        visible(shelf).filter(
          (photo) => (albumId === undefined || photo.albums.includes(albumId)) && inFilters(filters, photo)
        )
      )
    )
  })

  const albums = guarded((call, shelf) => {
    const all = () =>
      shelf.albums().map(({ id, title }): Json => {
        const inside = visible(shelf).filter((photo) => photo.albums.includes(id))
        return compact({
          id,
          title: title === "" ? undefined : title,
          productUrl: `https://photos.google.com/lr/album/${id}`,
          // A 64-bit number is a string.
          mediaItemsCount: inside.length === 0 ? undefined : String(inside.length),
          coverPhotoMediaItemId: inside[0]?.id
        })
      })
    const token = call.query.get("pageToken") ?? albumRounds.open(all(), shelf.user)
    const turned = albumRounds.page(token, sizeOf(call.query.get("pageSize"), 20, 50))
    if (turned === null || turned.context !== shelf.user) return invalid("Invalid page token.")
    return json(compact({ albums: turned.items, nextPageToken: turned.next ?? undefined }))
  })

  const get = guarded((call, shelf) => {
    const photo = shelf.get(call.params["id"] ?? "")
    return photo?.appCreated === true
      ? json(itemJson(call, shelf.user, photo))
      : apiError(404, "Requested entity was not found.")
  })

  const shared = guarded(() => apiError(403, "The caller does not have permission", "PERMISSION_DENIED"))

  return {
    list,
    routes: [
      { method: "GET", path: /^\/v1\/albums$/, area: "library", handle: albums },
      { method: "POST", path: /^\/v1\/mediaItems:search$/, area: "library", handle: search },
      { method: "GET", path: /^\/v1\/mediaItems\/(?<id>[^/:]+)$/, area: "library", handle: get },
      { method: "GET", path: /^\/v1\/sharedAlbums(?:\/.*)?$/, area: "library", handle: shared },
      {
        method: "POST",
        path: /^\/v1\/(?:sharedAlbums:join|albums\/[^/:]+:(?:un)?share)$/,
        area: "library",
        handle: shared
      }
    ]
  }
}
