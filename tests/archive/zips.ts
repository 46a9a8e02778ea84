/** Zips for tests: well-formed ones by yazl, and ones that say what no zip writer would. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import { crc32, deflateRawSync } from "node:zlib"
import { Effect } from "effect"
import yazl from "yazl"

/** A folder that is removed when the scope ends. */
export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "keepsake-test-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

export const write = (path: string, bytes: Uint8Array | string) => Effect.promise(() => writeFile(path, bytes))

export interface Member {
  readonly name: string
  readonly content: Uint8Array | string
  readonly compress?: boolean
}

/** As yazl writes it; `zip64` forces ZIP64 structures. */
export const zipOf = (members: ReadonlyArray<Member>, options: { readonly zip64?: boolean } = {}): Promise<Buffer> => {
  const zip = new yazl.ZipFile()
  for (const { name, content, compress = false } of members)
    zip.addBuffer(Buffer.from(content), name, {
      compress,
      mtime: new Date("2019-06-11T15:00:00Z"),
      forceZip64Format: options.zip64 ?? false
    })
  zip.end({ comment: "", forceZip64Format: options.zip64 ?? false })
  return buffer(zip.outputStream)
}

/** What the directory claims of a member, where it differs from the truth. */
export interface Claim {
  readonly name: string | Buffer
  readonly content: Buffer
  readonly method?: number
  readonly flags?: number
  readonly crc32?: number
  readonly size?: number
  readonly compressedSize?: number
  /** Of the local header; default: where it is. */
  readonly offset?: number
  readonly attributes?: number
  /** Sizes and CRC stand behind the data, as streaming writers do. */
  readonly descriptor?: boolean
}

/** A zip written by hand. Content with method 8 is deflated here. */
export const forgedZip = (claims: ReadonlyArray<Claim>): Buffer => {
  const parts: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let offset = 0
  for (const claim of claims) {
    const name = Buffer.from(claim.name)
    const method = claim.method ?? 0
    const data = method === 8 ? deflateRawSync(claim.content) : claim.content
    const flags = (claim.flags ?? 0) | (claim.descriptor === true ? 8 : 0)
    const crc = claim.crc32 ?? crc32(claim.content)
    const sizes = [crc, claim.compressedSize ?? data.length, claim.size ?? claim.content.length] as const
    const common = (inHeader: boolean) => {
      const header = Buffer.alloc(26)
      header.writeUInt16LE(20, 0)
      header.writeUInt16LE(flags, 2)
      header.writeUInt16LE(method, 4)
      header.writeUInt32LE(0x4ecb7800, 6)
      sizes.forEach((size, index) => header.writeUInt32LE(inHeader ? size : 0, 10 + 4 * index))
      header.writeUInt16LE(name.length, 22)
      return header
    }
    const local = [signature(0x04034b50), common(claim.descriptor !== true), name, data]
    if (claim.descriptor === true) {
      const descriptor = Buffer.alloc(12)
      sizes.forEach((size, index) => descriptor.writeUInt32LE(size, 4 * index))
      local.push(signature(0x08074b50), descriptor)
    }
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(claim.attributes ?? 0, 6)
    rest.writeUInt32LE(claim.offset ?? offset, 10)
    directory.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), common(true), rest, name]))
    const written = Buffer.concat(local)
    parts.push(written)
    offset += written.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(claims.length, 4)
  end.writeUInt16LE(claims.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listing, signature(0x06054b50), end])
}

const signature = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
