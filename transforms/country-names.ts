/** Names of countries in a language, from the runtime's own data. */

const LETTERS = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index))

/** ISO 3166-1 alpha-2 codes with their names; codes without one are left out. */
export const countryNames = (locale: string): ReadonlyArray<readonly [code: string, name: string]> => {
  const names = new Intl.DisplayNames([locale], { type: "region", fallback: "none" })
  return LETTERS.flatMap((first) =>
    LETTERS.flatMap((second) => {
      const name = names.of(first + second)
      return name === undefined ? [] : [[first + second, name] as const]
    })
  )
}
