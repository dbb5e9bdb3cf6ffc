/** The longest id that every storage can store. */
export const longestId = 255

/** Tells whether a storage can store a text as an id: 1 to `longest` characters (default 255) without NUL. */
export function canBeId(text: string, longest: number = longestId): boolean {
  return text !== '' && text.length <= longest && !text.includes('\0')
}
