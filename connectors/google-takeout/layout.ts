/** Where things are in a Takeout: products, folders of photos, and which folders are albums. */
import { folderOf, nameOf } from "../media/name.ts"

/** A member's place, the same whatever its archive is named and wherever that was unpacked. */
export interface Place {
  /** From `Takeout` on, where that is known. */
  readonly path: string
  /** The folder of a Google product, as the person's language names it; null: the archive starts below it. */
  readonly product: string | null
  /** Folder below the product's. */
  readonly folder: string
  readonly name: string
}

const ROOT = "Takeout"

const PHOTOS =
  /phot|fot|zdję|fényk|képek|kuvat|bilder|valok|nuotrauk|ảnh|фото|снимк|φωτογραφ|फ़ोटो|ছবি|รูป|フォト|相册|相簿|照片|포토|사진|صور|תמונות/i

const isPhotosName = (segment: string): boolean => /google/i.test(segment) && PHOTOS.test(segment)

/** `Takeout/<product>/<folder>/<file>`, with anything above; an album may itself be named `Takeout`. */
export const placeOf = (path: string): Place => {
  const segments = path.split("/")
  const root = segments.slice(0, -2).lastIndexOf(ROOT)
  const at = root >= 0 ? root + 1 : segments.slice(0, -1).findIndex(isPhotosName)
  const product = at < 0 ? null : (segments[at] ?? null)
  if (product === null) return { path, product, folder: folderOf(path), name: nameOf(path) }
  const below = segments.slice(at + 1)
  return {
    path: [ROOT, product, ...below].join("/"),
    product,
    folder: below.slice(0, -1).join("/"),
    name: nameOf(path)
  }
}

/**
 * The products that hold photos: by name, or because one of their folders holds pictures with sidecars.
 * `null` stands for the members of archives that start below the product; they count where nothing else does.
 */
export const photoProducts = (
  places: () => IteratorObject<Place>,
  hasSidecars: (names: ReadonlyArray<string>) => boolean
): ReadonlySet<string | null> => {
  const products = new Set(places().map(({ product }) => product))
  const found = new Set<string | null>([...products].filter((product) => product !== null && isPhotosName(product)))
  const strangers = Map.groupBy(
    places().filter(({ product }) => product !== null && !found.has(product)),
    ({ product, folder }) => `${product}/${folder}`
  )
  for (const members of strangers.values())
    if (hasSidecars(members.map(({ name }) => name))) for (const { product } of members) found.add(product)
  return found.size > 0 ? found : new Set([null])
}

// Photos from 2019, Fotos von 2019, Foto's uit 2019, 2019年の写真; and the days of old exports: 2015-08-01 #2.
const YEAR_FOLDER = [
  /^(?:photos from|photos de|photos du|fotos von|fotos aus|fotos de|fotos del|foto da|foto del|foto dal|foto.?s uit|foto.?s van|zdjęcia z|fotky z|fotografie z|bilder från|bilder fra|billeder fra|kuvat vuodelta|fotoğraflar|фото за|фотографии за|фото с|фото з|снимки от) (?:18|19|20)\d\d$/i,
  /^(?:18|19|20)\d\d ?年(?:的照片|の写真)?$/,
  /^(?:18|19|20)\d\d-\d\d-\d\d(?: #\d+)?$/
]

/** A folder that Google made for a year or a day: no album, even where it has a title. */
export const isDateFolder = (folder: string): boolean => YEAR_FOLDER.some((pattern) => pattern.test(nameOf(folder)))

const TRASH = new Set(
  (
    "trash|bin|papierkorb|corbeille|papelera|paperera|lixeira|lixo|reciclagem|cestino|prullenbak|kosz|koš|kôš|корзина|кошик|кошче|" +
    "papperskorgen|papperskorg|papirkurv|papirkurven|roskakori|çöp kutusu|kuka|lomtár|coș de gunoi|coș|smeće|" +
    "κάδος|κάδος απορριμμάτων|thùng rác|sampah|ถังขยะ|ट्रैश|ゴミ箱|垃圾桶|回收站|垃圾箱|휴지통|سلة المهملات|المهملات|אשפה"
  ).split("|")
)

/** The folder for deleted pictures, in any of the languages known. */
export const isTrashFolder = (folder: string): boolean => TRASH.has(nameOf(folder).toLowerCase())

/** Videos that Google could not read itself. */
export const isFailedVideos = (folder: string): boolean => nameOf(folder) === "Failed Videos"
