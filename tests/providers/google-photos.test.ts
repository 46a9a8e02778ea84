/** The fakes of Photos Picker and Photos Library, and the bytes behind their items. */
import ExifReader from "exifreader"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Providers, startProviders } from "./index.ts"
import { type Json, at, listAt, textAt } from "./server/json.ts"
import { getWith, googleToken, send } from "./support.ts"

const HOUR = 3_600_000

let providers: Providers
let base: string
let picker: string
let library: string

beforeAll(async () => {
  providers = await startProviders({ seed: 11, google: { events: 1, photos: 260 } })
  base = providers.google.baseUrl
  picker = await googleToken(providers, "photospicker.mediaitems.readonly")
  library = await googleToken(providers, "photoslibrary.readonly.appcreateddata")
})
afterAll(() => providers.stop())

const as = (token: string, method = "GET") => ({ method, headers: { authorization: `Bearer ${token}` } })

const newSession = async () => textAt((await send(`${base}/v1/sessions`, as(picker, "POST"))).json, "id") ?? ""

const allPages = async (token: string, query: string): Promise<ReadonlyArray<Json>> => {
  const items: Array<Json> = []
  for (let page = ""; ;) {
    const { json } = await getWith(token)(`${base}/v1/mediaItems?${query}${page}`)
    items.push(...listAt(json, "mediaItems"))
    const next = textAt(json, "nextPageToken")
    if (next === undefined) return items
    page = `&pageToken=${next}`
  }
}

const pickedItems = async () => {
  const id = await newSession()
  providers.google.picker.pick(id)
  return allPages(picker, `sessionId=${id}&pageSize=100`)
}

const fetchBytes = async (url: string, token: string | null) => {
  const answer = await fetch(url, token === null ? {} : as(token))
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()), headers: answer.headers }
}

describe("the picker", () => {
  test("is polled until the person has picked; listing before that is a failed precondition", async () => {
    const id = await newSession()
    const before = (await getWith(picker)(`${base}/v1/sessions/${id}`)).json
    expect(before).toMatchObject({ mediaItemsSet: false, pollingConfig: { pollInterval: "1s", timeoutIn: "600.500s" } })
    const early = await getWith(picker)(`${base}/v1/mediaItems?sessionId=${id}`)
    expect(early.status).toBe(400)
    expect(textAt(early.json, "error", "status")).toBe("FAILED_PRECONDITION")
    const photos = providers.google.shelf().photos()
    const [first, second] = photos
    expect(providers.google.picker.pick(id, [first?.id ?? "", second?.id ?? ""])).toBe(true)
    const after = (await getWith(picker)(`${base}/v1/sessions/${id}`)).json
    expect(after).toMatchObject({ mediaItemsSet: true })
    expect(at(after, "pollingConfig")).toBeUndefined()
    const items = await allPages(picker, `sessionId=${id}`)
    expect(items.map((item) => textAt(item, "id"))).toEqual([first?.id, second?.id])
  })

  test("lists in pages of a hundred at most, and all that was picked", async () => {
    const id = await newSession()
    providers.google.picker.pick(id)
    const { json } = await getWith(picker)(`${base}/v1/mediaItems?sessionId=${id}&pageSize=5000`)
    expect(listAt(json, "mediaItems").length).toBe(100)
    const items = await pickedItems()
    const truth = providers.google.shelf().photos()
    expect(items.map((item) => textAt(item, "id"))).toEqual(truth.map(({ id }) => id))
    expect(items[0]).toMatchObject({
      mediaFile: {
        filename: truth[0]?.fileName,
        mediaFileMetadata: truth[0]?.size() && { width: truth[0].size().width }
      }
    })
  })

  test("takes no more than was asked for, picks by itself if told to, and forgets a deleted session", async () => {
    const body = JSON.stringify({ pickingConfig: { maxItemCount: "3" } })
    const { json } = await send(`${base}/v1/sessions`, { ...as(picker, "POST"), body })
    const id = textAt(json, "id") ?? ""
    await fetch(textAt(json, "pickerUri") ?? "", { method: "POST", body: new URLSearchParams({ count: "20" }) })
    expect((await allPages(picker, `sessionId=${id}`)).length).toBe(3)
    expect((await send(`${base}/v1/sessions/${id}`, as(picker, "DELETE"))).status).toBe(200)
    expect((await getWith(picker)(`${base}/v1/sessions/${id}`)).status).toBe(404)
    expect(providers.google.picker.sessions().map((session) => session.id)).not.toContain(id)
  })
})

describe("bytes", () => {
  const urlOf = (items: ReadonlyArray<Json>, type: string) =>
    textAt(
      items.find((item) => textAt(item, "type") === type),
      "mediaFile",
      "baseUrl"
    ) ?? ""

  test("of a photo keep its EXIF but for the place; a thumbnail is another picture", async () => {
    const items = await pickedItems()
    const full = await fetchBytes(`${urlOf(items, "PHOTO")}=d`, picker)
    expect(full.status).toBe(200)
    expect(full.headers.get("content-type")).toBe("image/jpeg")
    const photo = providers.google.shelf().photos()[0]
    expect(full.body.equals(photo?.download() ?? Buffer.alloc(0))).toBe(true)
    const [there, here] = [photo?.original() ?? Buffer.alloc(0), full.body].map((file) => ExifReader.load(file))
    expect(there?.["GPSLatitude"]).toBeDefined()
    expect(here?.["GPSLatitude"]).toBeUndefined()
    expect(here?.["DateTimeOriginal"]?.description).toBe(there?.["DateTimeOriginal"]?.description)
    const small = await fetchBytes(`${urlOf(items, "PHOTO")}=w200-h100`, picker)
    expect(small.status).toBe(200)
    expect(small.body.equals(full.body)).toBe(false)
  })

  test("of a video come once it has been processed", async () => {
    const shelf = providers.google.shelf()
    const [waiting, ready] = shelf.photos().filter(({ kind }) => kind === "video")
    if (waiting === undefined || ready === undefined) throw new Error("There are no videos.")
    shelf.put({ ...waiting, ready: false })
    shelf.put({ ...ready, ready: true })
    const items = await pickedItems()
    const statusOf = async (id: string, status: string) => {
      const item = items.find((one) => textAt(one, "id") === id)
      expect(item).toMatchObject({ mediaFile: { mediaFileMetadata: { videoMetadata: { processingStatus: status } } } })
      return (await fetchBytes(`${textAt(item, "mediaFile", "baseUrl") ?? ""}=dv`, picker)).status
    }
    expect(await statusOf(waiting.id, "PROCESSING")).toBe(404)
    expect(await statusOf(ready.id, "READY")).toBe(200)
  })

  test("need the bearer, and are gone with a bare 403 after an hour", async () => {
    const url = `${urlOf(await pickedItems(), "PHOTO")}=d`
    expect((await fetchBytes(url, null)).status).toBe(403)
    providers.clock.advance(HOUR - 60_000)
    const token = await googleToken(providers, "photospicker.mediaitems.readonly")
    expect((await fetchBytes(url, token)).status).toBe(200)
    providers.clock.advance(60_000)
    const { status, body } = await fetchBytes(url, token)
    expect({ status, size: body.length }).toEqual({ status: 403, size: 0 })
    picker = await googleToken(providers, "photospicker.mediaitems.readonly")
    library = await googleToken(providers, "photoslibrary.readonly.appcreateddata")
  })
})

describe("the library", () => {
  const search = (body: Json) =>
    send(`${base}/v1/mediaItems:search`, { ...as(library, "POST"), body: JSON.stringify(body) })
  const own = () =>
    providers.google
      .shelf()
      .photos()
      .filter(({ appCreated }) => appCreated)

  test("shows only what the app created, with sizes as strings", async () => {
    const items = await allPages(library, "pageSize=100")
    expect(items.map((item) => textAt(item, "id"))).toEqual(own().map(({ id }) => id))
    expect(own().length).toBeLessThan(providers.google.shelf().photos().length)
    expect(textAt(items[0], "mediaMetadata", "width")).toMatch(/^\d+$/)
    const url = textAt(items[0], "baseUrl") ?? ""
    expect((await fetchBytes(`${url}=w10-h10`, library)).status).toBe(200)
  })

  test("searches by album, by date and by type, each in pages", async () => {
    const { json } = await getWith(library)(`${base}/v1/albums`)
    const album = listAt(json, "albums")[0]
    const inAlbum = own().filter(({ albums }) => albums.includes(textAt(album, "id") ?? ""))
    expect(textAt(album, "mediaItemsCount")).toBe(String(inAlbum.length))
    const found: Array<string> = []
    for (let pageToken = ""; ;) {
      const page = (await search({ albumId: at(album, "id") ?? "", pageSize: 10, ...(pageToken && { pageToken }) }))
        .json
      found.push(...listAt(page, "mediaItems").map((item) => textAt(item, "id") ?? ""))
      pageToken = textAt(page, "nextPageToken") ?? ""
      if (pageToken === "") break
    }
    expect(found).toEqual(inAlbum.map(({ id }) => id))
    const dates = { ranges: [{ startDate: { year: 2024 }, endDate: { year: 2024, month: 6 } }] }
    const dated = await search({ pageSize: 100, filters: { dateFilter: dates } })
    const half = own().filter(({ takenAt }) => takenAt >= Date.UTC(2024, 0) && takenAt < Date.UTC(2024, 6))
    expect(listAt(dated.json, "mediaItems").map((item) => textAt(item, "id"))).toEqual(half.map(({ id }) => id))
    const both = await search({ albumId: "ALBUM-1", filters: { dateFilter: dates } })
    expect(textAt(both.json, "error", "status")).toBe("INVALID_ARGUMENT")
  })

  test("shares nothing any more", async () => {
    const { status, json } = await getWith(library)(`${base}/v1/sharedAlbums`)
    expect([status, textAt(json, "error", "status")]).toEqual([403, "PERMISSION_DENIED"])
  })
})

test("photos that are added and removed show in the next listing", async () => {
  const added = providers.google.shelf().add(5)
  const removed = providers.google.shelf().remove(2)
  const ids = (await pickedItems()).map((item) => textAt(item, "id") ?? "")
  for (const id of added) expect(ids).toContain(id)
  for (const id of removed) expect(ids).not.toContain(id)
})
