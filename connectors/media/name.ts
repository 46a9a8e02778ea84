/** File names and paths of media: their parts, and what their extensions promise. */

export interface FileName {
  /** Without the extension, and without a number that stands in brackets at its end. */
  readonly base: string
  /** `(2)`, or empty. */
  readonly number: string
  /** With its dot, as written; or empty. */
  readonly extension: string
}

// `.MP~2` is one too. What is longer, or has spaces, is a full stop in a name: `03.03.13 - 1`.
const EXTENSION = /^(.+)(\.[a-z0-9]{1,5}(?:~\d+)?)$/is
const NUMBER = /^(.+)(\(\d+\))$/s

export const parseName = (name: string): FileName => {
  const [, stem = name, extension = ""] = EXTENSION.exec(name) ?? []
  const [, base = stem, number = ""] = NUMBER.exec(stem) ?? []
  return { base, number, extension }
}

/** The name without its extension. */
export const stemOf = ({ base, number }: FileName): string => base + number

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")))

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

const extensions = (list: string): ReadonlySet<string> => new Set(list.split(" ").map((extension) => `.${extension}`))

const PHOTOS = extensions(
  "jpg jpeg jpe jfif heic heif hif avif png gif webp bmp tif tiff jxl dng cr2 cr3 crw nef nrw arw sr2 srf raf orf rw2 " +
    "pef srw x3f 3fr erf kdc mrw iiq rwl raw"
)
const VIDEOS = extensions(
  "mp4 m4v mov qt 3gp 3gpp 3g2 avi mkv webm mpg mpeg mpe m2v mts m2ts wmv asf flv ogv divx vob mp mv insv"
)

const DOCUMENTS = extensions(
  "html htm txt md csv tsv pdf xml json doc docx xls xlsx ppt pptx zip tgz gz ics vcf mbox xmp aae"
)

/** Certainly no picture, so that there is no need to look into it. */
export const isDocument = (name: string): boolean => DOCUMENTS.has(parseName(name).extension.toLowerCase())

/** Stills that phones store beside a moving half. */
const LIVE_STILLS = extensions("heic heif hif jpg jpeg")
const LIVE_HALVES = extensions("mov mp4 mp mv")

const kindOfExtension = (extension: string): string => extension.toLowerCase().replace(/~\d+$/, "")

/** What the name promises; the content may say otherwise. Null: nothing. */
export const kindByName = (name: string): "photo" | "video" | null => {
  const { base, extension } = parseName(name)
  const kind = kindOfExtension(extension)
  if (PHOTOS.has(kind)) return "photo"
  return VIDEOS.has(kind) || (kind === "" && base.startsWith("MVIMG_")) ? "video" : null
}

export const mayBeLiveStill = ({ extension }: FileName): boolean => LIVE_STILLS.has(kindOfExtension(extension))

export const mayBeLiveHalf = ({ base, extension }: FileName): boolean =>
  LIVE_HALVES.has(kindOfExtension(extension)) || (extension === "" && base.startsWith("MVIMG_"))
