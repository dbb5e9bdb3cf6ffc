/** A character has five bits; digits come before letters, as in the order of bytes. */
const radix = 32
const timeLength = 8
const countLength = 4

/**
 * Makes a function that returns ids which grow with time: 40 bits of seconds, 20 of a counter and 50 random ones. So rows
 * go to the end of the table, and a time is a place in it.
 */
export function createIds(): (seconds: number) => string {
  let second = -1
  let count = 0
  return (seconds) => {
    count = seconds === second ? (count + 1) % radix ** countLength : 0
    second = seconds
    return firstId(seconds) + count.toString(radix).padStart(countLength, '0') + randomText()
  }
}

/** Returns a text that sorts before every id of this second, and after those of the seconds before. */
export function firstId(seconds: number): string {
  return Math.max(0, Math.floor(seconds)).toString(radix).padStart(timeLength, '0')
}

function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => (byte & 31).toString(radix)).join('')
}
