/** The longest id that every storage can store. */
export const longestId = 255

/** Tells whether every storage can store a text as an id: 1 to 255 characters without NUL. */
export function canBeId(text: string): boolean {
  return text !== '' && text.length <= longestId && !text.includes('\0')
}
