/** Quantities as numbers. What is no number is a category's name. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** So many digits are exact in a double, and so is their quotient by a power of ten, rounded once. */
const EXACT_DIGITS = 15
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)

const MINUS = 45
const POINT = 46
const ZERO = 48

/** A finite number, else NaN. */
export const numberOf = (text: string): number => {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

/** The number in a part of a text where it is short and plain; NaN: ask `numberOf`. */
export const shortNumber = (text: string, from: number, to: number): number => {
  const negative = text.charCodeAt(from) === MINUS
  let mantissa = 0
  let digits = 0
  let point = -1
  for (let at = negative ? from + 1 : from; at < to; at++) {
    const code = text.charCodeAt(at)
    const digit = code - ZERO
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digits++
    } else if (code === POINT && point < 0 && digits > 0) point = digits
    else return Number.NaN
  }
  if (digits === 0 || digits > EXACT_DIGITS) return Number.NaN
  const value = point < 0 ? mantissa : mantissa / (POWERS[digits - point] ?? Number.NaN)
  return negative ? -value : value
}
