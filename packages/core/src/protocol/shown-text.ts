/**
 * Text that a page may show: no control characters, and none that begin a new line or turn the text that follows around. A
 * name with one of them could change how the page shows what stands beside it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
export const shownText: RegExp = /^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\p{Surrogate}]*$/u
