/** What the folders of an export say about the files in them; their names are in the account's language. */
import { folderOf } from "../media/name.ts"

const TRASH = new Set(
  [
    "Trash",
    "Bin",
    "Papierkorb",
    "Corbeille",
    "Papelera",
    "Papelera de reciclaje",
    "Paperera",
    "Cestino",
    "Lixeira",
    "Lixo",
    "Reciclagem",
    "Prullenbak",
    "Kosz",
    "Koš",
    "Kôš",
    "Kuka",
    "Lomtár",
    "Coș de gunoi",
    "Papperskorgen",
    "Papirkurv",
    "Papirkurven",
    "Roskakori",
    "Çöp kutusu",
    "Κάδος απορριμμάτων",
    "Корзина",
    "Кошик",
    "ゴミ箱",
    "回收站",
    "回收桶",
    "垃圾桶",
    "휴지통"
  ].map((name) => name.normalize("NFC").toLowerCase())
)

const segmentsOf = (path: string): ReadonlyArray<string> => folderOf(path).split("/")

export const inTrash = (path: string): boolean => segmentsOf(path).some((segment) => TRASH.has(segment.toLowerCase()))

/** Videos that Google could not process; what is there is often cut short. */
export const isFailedVideo = (path: string): boolean => segmentsOf(path).includes("Failed Videos")

const YEAR = "(?:18|19|20)\\d\\d"
const YEAR_FOLDERS = [
  "Photos from",
  "Photos de",
  "Photos du",
  "Photos datant de",
  "Fotos von",
  "Fotos aus",
  "Fotos de",
  "Fotos del",
  "Fotos de l'any",
  "Foto dal",
  "Foto del",
  "Foto da",
  "Foto's uit",
  "Foto's van",
  "Zdjęcia z",
  "Foton från",
  "Bilder från",
  "Bilder fra",
  "Billeder fra",
  "Fotografie z",
  "Фото за",
  "Фотографии за"
].map((words) => words.replaceAll("'", "['’_]"))

// Old exports made a folder of each day, with a number where one was too small.
const BY_YEAR = new RegExp(
  `^(?:(?:${YEAR_FOLDERS.join("|")}) ${YEAR}(?: г\\.?)?|${YEAR} ?年の写真|${YEAR} ?年(?:的)?(?:照片|相片)|${YEAR}년(?:의)? 사진)$`,
  "i"
)
const BY_DAY = new RegExp(`^${YEAR}-\\d\\d-\\d\\d(?: ?#\\d+|-\\d+)?$`)

/** Folders that Google makes for the calendar. They are no albums, even where they have a metadata file. */
export const isCalendarFolder = (folder: string): boolean => {
  const name = folder.slice(folder.lastIndexOf("/") + 1)
  return BY_YEAR.test(name) || BY_DAY.test(name)
}

/** Tells whether a path is in Google Photos: below a folder that has albums or years with pictures' sidecars in them. */
export const withinPhotos = (
  sidecars: ReadonlyArray<string>,
  paths: ReadonlyArray<string>
): ((path: string) => boolean) => {
  const folders = new Set(sidecars.map(folderOf))
  for (const folder of new Set(paths.map(folderOf))) if (isCalendarFolder(folder)) folders.add(folder)
  const roots = new Set([...folders].map(folderOf))
  if (roots.size === 0) return () => true
  return (path) => {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      if (roots.has(folder)) return true
      if (folder === "") return false
    }
  }
}
