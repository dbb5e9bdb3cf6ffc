/** Shortens a token, whose middle nobody reads. It is whole in its JWT below, and in the curl command. */
export function shorten(text: string): string {
  if (text.length <= 160 || /\s/.test(text.slice(0, 160).replace(/^"?(?:Bearer|DPoP|Basic) /i, ''))) return text
  return `${text.slice(0, 56)} … ${text.slice(-14)}`
}
