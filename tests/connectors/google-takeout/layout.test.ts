import { expect, test } from "vitest"
import { isDateFolder, isTrashFolder, photoProducts, placeOf } from "../../../connectors/google-takeout/layout.ts"

const standard = { path: "Takeout/Google Photos/Rome/a.jpg", product: "Google Photos", folder: "Rome", name: "a.jpg" }

test.each([
  ["in a zip", "Takeout/Google Photos/Rome/a.jpg"],
  ["unpacked part by part", "takeout-20260318T202441Z-3-002/Takeout/Google Photos/Rome/a.jpg"],
  ["unpacked into a folder of that name", "Takeout/takeout-3-002/Takeout/Google Photos/Rome/a.jpg"],
  ["the folder Takeout itself is given", "Google Photos/Rome/a.jpg"]
])("a picture's place is the same %s", (_, path) => {
  expect(placeOf(path)).toEqual(standard)
})

test("an album may be named Takeout", () => {
  expect(placeOf("Takeout/Google Photos/Takeout/a.jpg")).toMatchObject({ product: "Google Photos", folder: "Takeout" })
})

test("a folder of the photos itself is given", () => {
  expect(placeOf("Photos from 2023/a.jpg")).toEqual({
    path: "Photos from 2023/a.jpg",
    product: null,
    folder: "Photos from 2023",
    name: "a.jpg"
  })
})

const productsOf = (...paths: ReadonlyArray<string>) =>
  [
    ...photoProducts(
      () => Iterator.from(paths).map(placeOf),
      (names) => names.includes("a.jpg.json")
    )
  ].toSorted()

test.each([
  "Google Photos",
  "Google Fotos",
  "Google Foto",
  "Google Фото",
  "Google Снимки",
  "Fotky Google",
  "Google フォト",
  "Google 相册",
  "Zdjęcia Google",
  "GoogleFotos"
])("the root of the photos is localised: %s", (product) => {
  expect(productsOf(`Takeout/${product}/2019/a.jpg`, "Takeout/Calendar/a.ics", "Takeout/archive_browser.html")).toEqual(
    [product]
  )
})

test("a root of an unknown language has pictures with sidecars", () => {
  expect(
    productsOf("Takeout/Lluniau/Rhufain/a.jpg", "Takeout/Lluniau/Rhufain/a.jpg.json", "Takeout/Drive/a.jpg")
  ).toEqual(["Lluniau"])
})

test("without any product, all is taken for photos", () => {
  expect(productsOf("Photos from 2023/a.jpg")).toEqual([null])
})

test.each([
  "Photos from 2023",
  "Fotos von 2019",
  "Photos de 2001",
  "Fotos de 2015",
  "Foto da 2002",
  "2015-08-01",
  "2015-08-01 #2"
])("Google made the folder %s", (folder) => {
  expect(isDateFolder(folder)).toBe(true)
})

test.each(["Christmas 2019", "2019", "Photos from vacation", "Italy 2019-2020"])(
  "a person made the folder %s",
  (folder) => {
    expect(isDateFolder(folder)).toBe(false)
  }
)

test.each(["Trash", "Bin", "Papierkorb", "Corbeille", "Papelera", "Cestino", "Prullenbak", "Корзина", "ゴミ箱"])(
  "%s is the trash",
  (folder) => {
    expect(isTrashFolder(folder)).toBe(true)
  }
)
