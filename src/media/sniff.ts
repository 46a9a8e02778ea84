/** What a file is, by its first bytes; names and extensions lie. */

export type Format = "jpeg" | "png" | "webp" | "heif" | "movie" | "tiff" | "gif" | "bmp" | "avi" | "matroska"

export interface Kind {
  readonly format: Format
  readonly mimeType: string
  readonly kind: "photo" | "video"
}

const photo = (format: Format, mimeType: string): Kind => ({ format, mimeType, kind: "photo" })
const video = (format: Format, mimeType: string): Kind => ({ format, mimeType, kind: "video" })

const JPEG = photo("jpeg", "image/jpeg")
const BRANDS = new Map<string, Kind>([
  ["heic", photo("heif", "image/heic")],
  ["heix", photo("heif", "image/heic")],
  ["heim", photo("heif", "image/heic")],
  ["heis", photo("heif", "image/heic")],
  ["hevc", photo("heif", "image/heic-sequence")],
  ["hevx", photo("heif", "image/heic-sequence")],
  ["mif1", photo("heif", "image/heif")],
  ["msf1", photo("heif", "image/heif-sequence")],
  ["avif", photo("heif", "image/avif")],
  ["avis", photo("heif", "image/avif")],
  ["qt  ", video("movie", "video/quicktime")],
  ["M4V ", video("movie", "video/x-m4v")]
])
/** Boxes with which a QuickTime file without `ftyp` begins. */
const OLD_QUICKTIME = new Set(["moov", "mdat", "wide", "pnot"])

/** The format of a file that begins so; null when it isn't one of pictures and videos. 64 bytes are enough. */
export const sniff = (head: Buffer): Kind | null => {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return JPEG
  const ascii = (start: number, end: number) =>
    head.toString("latin1", Math.min(start, head.length), Math.min(end, head.length))
  const start = ascii(0, 4)
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return photo("png", "image/png")
  if (start === "GIF8") return photo("gif", "image/gif")
  if (start === "II*\0" || start === "MM\0*") return photo("tiff", "image/tiff")
  if (start === "RIFF") {
    const form = ascii(8, 12)
    if (form === "WEBP") return photo("webp", "image/webp")
    return form === "AVI " ? video("avi", "video/x-msvideo") : null
  }
  const box = ascii(4, 8)
  if (box === "ftyp") return ofBrands(head)
  if (OLD_QUICKTIME.has(box)) return video("movie", "video/quicktime")
  if (start === "\x1aE\xdf\xa3") {
    return ascii(4, 64).includes("webm") ? video("matroska", "video/webm") : video("matroska", "video/x-matroska")
  }
  // Two letters are little to go by: the reserved words of a bitmap are zero.
  return ascii(0, 2) === "BM" && ascii(6, 10) === "\0\0\0\0" ? photo("bmp", "image/bmp") : null
}

const ofBrands = (head: Buffer): Kind | null => {
  const major = head.toString("latin1", 8, Math.min(12, head.length))
  const size = Math.min(head.length, head.length < 4 ? 0 : head.readUInt32BE(0))
  // A generic major brand leaves it to the compatible ones what codec it is.
  if (major === "mif1" || major === "msf1") {
    for (let at = 16; at + 4 <= size; at += 4) {
      const brand = head.toString("latin1", at, at + 4)
      const known = brand === "mif1" || brand === "msf1" ? undefined : BRANDS.get(brand)
      if (known?.format === "heif") return known
    }
  }
  const known = BRANDS.get(major)
  if (known !== undefined) return known
  if (major.startsWith("3g")) return video("movie", "video/3gpp")
  // Audio and raw formats share the container.
  return /^(M4A|M4B|M4P|F4A|crx|jp2|jpx|jxl)/.test(major) ? null : video("movie", "video/mp4")
}
