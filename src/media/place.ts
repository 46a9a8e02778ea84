/** Coordinates that can be true. */

export interface Place {
  readonly latitude: number | null
  readonly longitude: number | null
  readonly altitude: number | null
}

export const NO_PLACE: Place = { latitude: null, longitude: null, altitude: null }

/** 0,0 and -180 are what software writes that knows no place. */
export const placeOf = (latitude: number | null, longitude: number | null, altitude: number | null): Place => {
  if (latitude === null || longitude === null) return NO_PLACE
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return NO_PLACE
  if ((latitude === 0 && longitude === 0) || longitude === -180) return NO_PLACE
  return { latitude, longitude, altitude: altitude !== null && Number.isFinite(altitude) ? altitude : null }
}

const ISO6709 = /^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/

/** `+43.4674+011.8851+248.1/`, in degrees, degrees and minutes, or degrees, minutes and seconds. */
export const iso6709 = (text: string): Place => {
  const parts = ISO6709.exec(text)
  if (parts === null) return NO_PLACE
  return placeOf(degrees(parts[1], 2), degrees(parts[2], 3), parts[3] === undefined ? null : Number(parts[3]))
}

const degrees = (text: string | undefined, digits: number): number | null => {
  if (text === undefined) return null
  const [whole = "", fraction = ""] = text.slice(1).split(".")
  const rest = whole.slice(digits)
  const decimals = fraction === "" ? "" : `.${fraction}`
  const value =
    rest === ""
      ? Number(whole + decimals)
      : rest.length <= 2
        ? Number(whole.slice(0, digits)) + Number(rest + decimals) / 60
        : Number(whole.slice(0, digits)) + Number(rest.slice(0, 2)) / 60 + Number(rest.slice(2) + decimals) / 3600
  return text.startsWith("-") ? -value : value
}
