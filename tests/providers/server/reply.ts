/** What a server answers. */
import type { Json } from "./json.ts"

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type Headers = Reply["headers"]

const of =
  (type: string) =>
  (text: string, status = 200, headers: Headers = {}): Reply => ({
    status,
    headers: { "content-type": type, ...headers },
    body: Buffer.from(text)
  })

export const html = of("text/html; charset=UTF-8")
export const plain = of("text/plain; charset=utf-8")
const encoded = of("application/json; charset=UTF-8")

export const json = (value: Json, status = 200, headers: Headers = {}): Reply =>
  encoded(JSON.stringify(value), status, headers)

export const bytes = (body: Buffer, type: string, headers: Headers = {}): Reply => ({
  status: 200,
  headers: { "content-type": type, ...headers },
  body
})

export const bare = (status: number, headers: Headers = {}): Reply => ({ status, headers, body: Buffer.alloc(0) })

export const redirect = (location: string): Reply => bare(302, { location })
