/**
 * Splits a text into the words of the search. A name is found as a whole and by its parts: `invalid_client` also as
 * `invalid` and `client`, `allowDynamicClientRegistration` also as `registration`.
 */
export function tokenize(text: string): string[] {
  return (text.match(/[\p{L}\p{N}_]+/gu) ?? []).flatMap((word) => {
    const parts = word.split(/_|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u).filter((part) => part !== '')
    return parts.length > 1 ? [word, ...parts] : [word]
  })
}
